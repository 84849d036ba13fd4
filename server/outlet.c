/* SPDX-License-Identifier: MIT */
#include "outlet.h"

#include <errno.h>
#include "backlog.h"
#include "clock.h"
#include "dispatch.h"
#include "session.h"
#include "worker.h"

/* Replies are sent on when so much of them has been written, or waits, at a time. */
enum { SEND_CHUNK = 256 * 1024 };

size_t outlet_unsent(const struct session *s)
{
    return backlog_len(s->backlog);
}

bool outlet_is_over(const struct session *s)
{
    const size_t unsent = outlet_unsent(s);

    return unsent > (size_t)s->worker->limits.output_bytes ||
           (unsent > 0 && !budget_has_room(&s->worker->hub->budget, RESERVE_VALUES, 0));
}

/* Tells the hub how much output waits for the client to read, and what that takes. */
static void outlet_tell(struct session *s, size_t unsent, int64_t weight)
{
    struct hub *hub = s->worker->hub;

    if (unsent > s->backlog->counted)
        s->units += (unsigned)((unsent - s->backlog->counted) / UNIT_BYTES);
    atomic_fetch_add_explicit(&hub->outside,
                              (int64_t)unsent - (int64_t)s->backlog->counted,
                              memory_order_relaxed);
    budget_hold(&hub->budget, weight - s->backlog->weighed);
    s->backlog->counted = unsent;
    s->backlog->weighed = weight;
}

/*
 * A long value that one client takes again and again counts up to its limits.output_bytes
 * and no further: it is held once, and others should not be refused for it.
 */
static void outlet_count(struct session *s, const struct worker *by)
{
    const size_t unsent = outlet_unsent(s);
    const size_t most = (size_t)by->limits.output_bytes + unsent - s->backlog->value_len;

    outlet_tell(s, unsent < most ? unsent : most, backlog_weight(s->backlog));
}

static void outlet_forget(struct session *s)
{
    if (!s->backlog)
        return;
    outlet_tell(s, 0, 0);
    budget_hold(&s->worker->hub->budget, -backlog_free(s->backlog));
    s->backlog = NULL;
}

void outlet_break(struct session *s)
{
    s->broken = true;
    outlet_forget(s);
}

/* What became of a send: how many bytes went. */
static inline size_t outlet_sent(struct session *s, ssize_t n)
{
    if (n >= 0) {
        if (n >= UNIT_BYTES)
            s->units += (unsigned)((size_t)n / UNIT_BYTES);
        metrics_add(s->worker->metrics, METRIC_sent_bytes, n);
        return (size_t)n;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK)
        outlet_break(s);
    return 0;
}

/* Sends what it can of the bytes; how many. */
static size_t outlet_send(struct session *s, const char *bytes, size_t len)
{
    ssize_t n;

    do
        n = transport_send(&s->transport, bytes, len);
    while (n < 0 && errno == EINTR);
    return outlet_sent(s, n);
}

static size_t outlet_send_pieces(struct session *s, struct iovec *pieces, size_t count)
{
    ssize_t n;

    do
        n = transport_send_pieces(&s->transport, pieces, count);
    while (n < 0 && errno == EINTR);
    return outlet_sent(s, n);
}

static size_t outlet_send_gathered(struct session *s, const struct gather *g)
{
    struct iovec pieces[GATHER_PIECES];

    return outlet_send_pieces(s, pieces, gather_list(g, pieces));
}

/* Keeps what the socket won't take: all but the bytes that were sent. */
static void outlet_keep(struct session *s, const struct gather *g, size_t sent)
{
    if (!s->backlog)
        s->backlog = backlog_new();
    if (s->backlog)
        backlog_take_over(s->backlog, g, sent);
    if (!s->backlog || s->backlog->text.broken)
        outlet_break(s);
}

/* Sends what was gathered, before which nothing waits. */
static void outlet_send_scratch(struct session *s, struct gather *scratch)
{
    const struct text *text = &scratch->text;
    size_t sent = 0;

    if (!s->broken && scratch->count > 0)
        sent = outlet_send_gathered(s, scratch);
    else if (!s->broken && text->len > 0)
        sent = outlet_send(s, text->bytes, text->len);
    if (sent < gather_len(scratch) && !s->broken)
        outlet_keep(s, scratch, sent);
    gather_clear(scratch);
}

/* Sends some of what waits: at most SEND_CHUNK. */
static size_t outlet_send_waiting(struct session *s)
{
    struct iovec pieces[BACKLOG_PIECES];

    return outlet_send_pieces(s, pieces, backlog_list(s->backlog, SEND_CHUNK, pieces));
}

void outlet_flush(struct session *s)
{
    size_t n;

    if (s->broken || outlet_unsent(s) == 0)
        return;
    n = outlet_send_waiting(s);
    if (s->broken)
        return;
    budget_hold(&s->worker->hub->budget, -backlog_consume(s->backlog, n));
    if (n > 0)
        atomic_store_explicit(&s->heard_ns, clock_now_ns(), memory_order_relaxed);
    if (outlet_unsent(s) == 0)
        outlet_forget(s);
    else
        outlet_count(s, s->worker);
}

/* Behind what waits already. */
static void outlet_append(struct session *s, struct completion *c,
                          const struct dispatch_info *info)
{
    if (s->broken)
        return;
    dispatch_keep(s->backlog, c, info);
    if (s->backlog->text.broken)
        outlet_break(s);
}

/* False: no memory, and nothing was written. */
static bool outlet_try(struct gather *scratch, struct completion *c,
                       const struct dispatch_info *info)
{
    const struct gather_mark before = gather_mark(scratch);

    dispatch_gather(scratch, c, info);
    if (!scratch->text.broken)
        return true;
    gather_rewind(scratch, &before);
    return false;
}

/*
 * Into the drainer's scratch. If that cannot grow, what is in it goes first: then there
 * is room for every reply but one that tells much, which is refused instead. So a value
 * that was taken has its place.
 */
static void outlet_gather(struct session *s, struct completion *c, struct worker *by,
                          const struct dispatch_info *info)
{
    if (outlet_try(&by->scratch, c, info))
        return;
    outlet_send_scratch(s, &by->scratch);
    if (s->broken || s->backlog) {
        outlet_append(s, c, info);
        return;
    }
    if (outlet_try(&by->scratch, c, info))
        return;
    c->err = ERR_NO_MEMORY;
    if (!outlet_try(&by->scratch, c, info))
        outlet_break(s);
}

static void outlet_answer(struct session *s, struct completion *c, struct worker *by)
{
    const struct dispatch_info info = {&by->limits, by->metrics};

    if (c->op == OP_LEAVE)
        s->left = true;
    else if (s->broken || s->backlog)
        outlet_append(s, c, &info);
    else
        outlet_gather(s, c, by, &info);
}

/* What was answered is released when its reply refers to it no more. */
static void outlet_release(struct list *answered, struct worker *by)
{
    struct list *link;

    while ((link = list_pop(answered)))
        dispatch_release(container_of(link, struct completion, link), &by->turn);
}

/* Writes all replies; how many. */
static int64_t outlet_answer_all(struct session *s, struct list *done, struct worker *by)
{
    struct list answered, *link;
    int64_t replies = 0;

    list_init(&answered);
    while ((link = list_pop(done))) {
        list_push(&answered, link);
        outlet_answer(s, container_of(link, struct completion, link), by);
        if (gather_len(&by->scratch) > SEND_CHUNK || gather_is_full(&by->scratch)) {
            outlet_send_scratch(s, &by->scratch);
            outlet_release(&answered, by);
        }
        replies++;
    }
    outlet_send_scratch(s, &by->scratch);
    outlet_release(&answered, by);
    return replies;
}

/* What waits is counted, and may be too much. */
static void outlet_watch(struct session *s, const struct worker *by)
{
    outlet_count(s, by);
    if (!budget_has_room(&by->hub->budget, RESERVE_OUTPUT, 0))
        outlet_break(s); /* there is no memory, least of all for who never reads */
    else if (by == s->worker && outlet_is_over(s))
        s->choked = true; /* it may be in the middle of its input */
}

/*
 * Counts the output in the share of the client, if it is its worker that has written it,
 * and has its next requests cost as much as these: at once if they are dearer than those
 * before, little by little if not.
 */
static void outlet_charge(struct session *s, size_t replies, const struct worker *by)
{
    const size_t price = replies > 0 ? 1 + s->units / replies : 1;

    if (by == s->worker && price < s->price)
        s->price -= (s->price - (unsigned)price + 7) / 8;
    else if (by == s->worker)
        s->price = price < SHARE_UNITS ? (unsigned)price : SHARE_UNITS;
    if (by == s->worker)
        s->spent += (unsigned)s->units;
    s->units = 0;
}

void outlet_drain(struct session *s, struct worker *by)
{
    struct list done;
    int64_t replies;
    bool alert;

    session_lock(s);
    hub_collect(by->hub, &s->seat, by->turn.worker, &done);
    replies = outlet_answer_all(s, &done, by);
    if (s->backlog)
        outlet_watch(s, by);
    if (s->units > 0 || (by == s->worker && s->price > 1))
        outlet_charge(s, (size_t)replies, by);
    alert = (s->backlog || s->broken || s->left) && !s->alerted && s->transport.fd >= 0;
    if (alert)
        s->alerted = true;
    session_unlock(s);
    atomic_store_explicit(&s->heard_ns, by->now_ns, memory_order_relaxed);
    metrics_add(by->metrics, METRIC_replies_total, replies);
    if (alert)
        worker_alert(s->worker, s, by);
}
