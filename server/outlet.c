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
    return backlog_rest(s->backlog).len;
}

/* Tells the hub how much output waits, in all, for clients to read. */
static void outlet_count(struct session *s, size_t unsent)
{
    if (unsent > s->backlog->counted)
        s->units += (unsent - s->backlog->counted) / UNIT_BYTES;
    atomic_fetch_add_explicit(&s->worker->hub->outside,
                              (int64_t)unsent - (int64_t)s->backlog->counted,
                              memory_order_relaxed);
    s->backlog->counted = unsent;
}

static void outlet_recount(struct session *s)
{
    const size_t unsent = outlet_unsent(s);

    if (s->backlog && s->backlog->counted != unsent)
        outlet_count(s, unsent);
}

static void outlet_forget(struct session *s)
{
    if (!s->backlog)
        return;
    outlet_count(s, 0);
    backlog_free(s->backlog);
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
            s->units += (size_t)n / UNIT_BYTES;
        metrics_add(s->worker->metrics, METRIC_sent_bytes, n);
        return (size_t)n;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK)
        outlet_break(s);
    return 0;
}

/* Sends what it can of the bytes; how many. */
static size_t outlet_send(struct session *s, struct slice bytes)
{
    ssize_t n;

    do
        n = transport_send(&s->transport, bytes.bytes, bytes.len);
    while (n < 0 && errno == EINTR);
    return outlet_sent(s, n);
}

static size_t outlet_send_pieces(struct session *s, const struct gather *g)
{
    ssize_t n;

    do
        n = transport_send_pieces(&s->transport, g);
    while (n < 0 && errno == EINTR);
    return outlet_sent(s, n);
}

/* Keeps what the socket won't take: all but the bytes that were sent. */
static void outlet_keep(struct session *s, const struct gather *g, size_t sent)
{
    if (!s->backlog) {
        s->backlog = backlog_new();
        if (s->backlog)
            s->backlog->moved_ns = clock_now_ns();
    }
    if (s->backlog)
        gather_copy(g, sent, &s->backlog->text);
    if (!s->backlog || s->backlog->text.broken)
        outlet_break(s);
}

/* Sends what was gathered, before which nothing waits. */
static void outlet_send_scratch(struct session *s, struct gather *scratch)
{
    const struct text *text = &scratch->text;
    size_t sent = 0;

    if (!s->broken && scratch->count > 0)
        sent = outlet_send_pieces(s, scratch);
    else if (!s->broken && text->len > 0)
        sent = outlet_send(s, slice_of(text->bytes, text->len));
    if (sent < gather_len(scratch) && !s->broken)
        outlet_keep(s, scratch, sent);
    gather_clear(scratch);
}

void outlet_flush(struct session *s)
{
    struct slice rest = backlog_rest(s->backlog);
    size_t n;

    if (s->broken || rest.len == 0)
        return;
    if (rest.len > SEND_CHUNK)
        rest.len = SEND_CHUNK;
    n = outlet_send(s, rest);
    if (n > 0)
        atomic_store_explicit(&s->heard_ns, clock_now_ns(), memory_order_relaxed);
    if (!s->broken)
        backlog_consume(s->backlog, n);
    if (n > 0 && s->backlog)
        s->backlog->moved_ns = clock_now_ns();
    if (outlet_unsent(s) == 0)
        outlet_forget(s);
    outlet_recount(s);
}

/* Behind what waits already. */
static void outlet_append(struct session *s, struct completion *c,
                          const struct dispatch_info *info)
{
    if (s->broken)
        return;
    dispatch_answer(&s->backlog->text, c, info);
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
        dispatch_release(container_of(link, struct completion, link), &by->turn.retired);
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

/* What waits after a drain. */
static void outlet_weigh(struct session *s, const struct worker *by)
{
    outlet_recount(s);
    if (by == s->worker && outlet_unsent(s) > (size_t)by->limits.output_bytes)
        s->choked = true; /* it may be in the middle of its input */
}

void outlet_drain(struct session *s, struct worker *by)
{
    struct list done;
    int64_t replies;
    bool alert;

    pthread_mutex_lock(&s->lock);
    hub_collect(by->hub, &s->seat, by->turn.worker, &done);
    replies = outlet_answer_all(s, &done, by);
    if (s->backlog)
        outlet_weigh(s, by);
    if (s->units > 0 || (by == s->worker && s->price > 1))
        outlet_charge(s, (size_t)replies, by);
    alert = (s->backlog || s->broken || s->left) && !s->alerted && s->transport.fd >= 0;
    if (alert)
        s->alerted = true;
    pthread_mutex_unlock(&s->lock);
    atomic_store_explicit(&s->heard_ns, by->now_ns, memory_order_relaxed);
    metrics_add(by->metrics, METRIC_replies_total, replies);
    if (alert)
        worker_alert(s->worker, s, by);
}
