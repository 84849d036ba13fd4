/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include "backlog.h"
#include "clock.h"
#include "dispatch.h"
#include "guard.h"
#include "worker.h"

/* Replies are sent on when so much of them has been written. */
enum { SEND_CHUNK = 256 * 1024 };

/* ---- output: session.lock is held ---- */

static size_t session_unsent(const struct session *s)
{
    return backlog_rest(s->backlog).len;
}

/* Tells the hub how much output waits, in all, for clients to read. */
static void session_count(struct session *s, size_t unsent)
{
    atomic_fetch_add_explicit(&s->worker->hub->outside,
                              (int64_t)unsent - (int64_t)s->backlog->counted,
                              memory_order_relaxed);
    s->backlog->counted = unsent;
}

static void session_recount(struct session *s)
{
    const size_t unsent = session_unsent(s);

    if (s->backlog && s->backlog->counted != unsent)
        session_count(s, unsent);
}

static void session_forget_backlog(struct session *s)
{
    if (!s->backlog)
        return;
    session_count(s, 0);
    backlog_free(s->backlog);
    s->backlog = NULL;
}

static void session_break(struct session *s)
{
    s->broken = true;
    session_forget_backlog(s);
}

/* What became of a send: how many bytes went. */
static size_t session_sent(struct session *s, ssize_t n)
{
    if (n >= 0) {
        metrics_add(s->worker->metrics, METRIC_sent_bytes, n);
        return (size_t)n;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK)
        session_break(s);
    return 0;
}

/* Sends what it can of the bytes; how many. */
static size_t session_send(struct session *s, struct slice bytes)
{
    ssize_t n;

    do
        n = transport_send(&s->transport, bytes.bytes, bytes.len);
    while (n < 0 && errno == EINTR);
    return session_sent(s, n);
}

static size_t session_send_pieces(struct session *s, const struct gather *g)
{
    ssize_t n;

    do
        n = transport_send_pieces(&s->transport, g);
    while (n < 0 && errno == EINTR);
    return session_sent(s, n);
}

/* Keeps what the socket won't take: all but the bytes that were sent. */
static void session_keep(struct session *s, const struct gather *g, size_t sent)
{
    if (!s->backlog)
        s->backlog = backlog_new();
    if (s->backlog)
        gather_copy(g, sent, &s->backlog->text);
    if (!s->backlog || s->backlog->text.broken)
        session_break(s);
}

/* Sends what was gathered, before which nothing waits. */
static void session_send_scratch(struct session *s, struct gather *scratch)
{
    const struct text *text = &scratch->text;
    size_t sent = 0;

    if (text->broken)
        session_break(s);
    if (!s->broken && scratch->count > 0)
        sent = session_send_pieces(s, scratch);
    else if (!s->broken && text->len > 0)
        sent = session_send(s, slice_of(text->bytes, text->len));
    if (sent < gather_len(scratch) && !s->broken)
        session_keep(s, scratch, sent);
    gather_clear(scratch);
}

/* Sends what waits. */
static void session_flush(struct session *s)
{
    size_t n;

    if (s->broken || session_unsent(s) == 0)
        return;
    n = session_send(s, backlog_rest(s->backlog));
    if (n > 0)
        atomic_store_explicit(&s->heard_ns, clock_now_ns(), memory_order_relaxed);
    if (!s->broken)
        backlog_consume(s->backlog, n);
    if (session_unsent(s) == 0)
        session_forget_backlog(s);
    session_recount(s);
}

/* Writes one reply, behind what waits already or into the drainer's scratch. */
static void session_answer(struct session *s, struct completion *c, struct worker *by)
{
    const struct dispatch_info info = {&by->limits, by->metrics};

    if (c->op == OP_LEAVE)
        s->left = true;
    else if (s->broken)
        return;
    else if (s->backlog)
        dispatch_answer(&s->backlog->text, c, &info);
    else
        dispatch_gather(&by->scratch, c, &info);
    if (s->backlog && s->backlog->text.broken)
        session_break(s);
}

/* What was answered is released when its reply refers to it no more. */
static void session_release(struct list *answered, struct worker *by)
{
    struct list *link;

    while ((link = list_pop(answered)))
        dispatch_release(container_of(link, struct completion, link), &by->turn.retired);
}

/* Writes all replies; how many. */
static int64_t session_answer_all(struct session *s, struct list *done, struct worker *by)
{
    struct list answered, *link;
    int64_t replies = 0;

    list_init(&answered);
    while ((link = list_pop(done))) {
        list_push(&answered, link);
        session_answer(s, container_of(link, struct completion, link), by);
        if (gather_len(&by->scratch) > SEND_CHUNK || gather_is_full(&by->scratch)) {
            session_send_scratch(s, &by->scratch);
            session_release(&answered, by);
        }
        replies++;
    }
    session_send_scratch(s, &by->scratch);
    session_release(&answered, by);
    return replies;
}

void session_drain(struct session *s, struct worker *by)
{
    struct list done;
    int64_t replies;
    bool alert;

    pthread_mutex_lock(&s->lock);
    hub_collect(by->hub, &s->seat, by->turn.worker, &done);
    replies = session_answer_all(s, &done, by);
    session_recount(s);
    if (by == s->worker && session_unsent(s) > (size_t)by->limits.output_bytes)
        s->choked = true; /* it may be in the middle of its input */
    alert = (session_unsent(s) > 0 || s->broken || s->left) && !s->alerted &&
            s->transport.fd >= 0;
    if (alert)
        s->alerted = true;
    pthread_mutex_unlock(&s->lock);
    atomic_store_explicit(&s->heard_ns, by->now_ns, memory_order_relaxed);
    metrics_add(by->metrics, METRIC_replies_total, replies);
    if (alert)
        worker_alert(s->worker, s, by);
}

/* ---- input: the owner ---- */

static void session_ask(struct session *s, char *line, size_t len)
{
    struct worker *w = s->worker;
    struct ticket *t = worker_ticket(w, &s->seat.peer);
    struct fault fault;

    t->err = request_parse(&w->room, line, len, &t->rq, &fault);
    if (!t->err && t->rq.op == OP_ALTS &&
        !turn_reserve_offers(&w->turn, t->rq.clause_count))
        t->err = ticket_refuse(t, ERR_NO_MEMORY, err_text(ERR_NO_MEMORY));
    else if (t->err)
        ticket_refuse(t, t->err, fault.text);
    if (s->guard)
        guard_judge(s, t);
}

/* Refuses a line that can't be read at all. */
static void session_refuse(struct session *s, enum err err)
{
    struct ticket *t = worker_ticket(s->worker, &s->seat.peer);

    t->rq = (struct request_view){0};
    t->err = err;
    if (s->guard)
        guard_judge(s, t);
}

/*
 * Tickets may still use lines whose memory was the frame's: it goes when they are done.
 */
static void session_shed(struct session *s)
{
    char *blocks[FRAME_BLOCKS_MAX];
    size_t count = frame_shed(&s->frame, blocks);

    for (size_t i = 0; i < count; i++)
        worker_free_later(s->worker, blocks[i]);
}

/*
 * Makes tickets of the lines that have come, until there are none or the client is
 * choked.
 */
static void session_parse(struct session *s)
{
    enum frame_step step = FRAME_LINE;
    char *line;
    size_t len;

    while (!s->choked && !s->held && !s->leaving && step != FRAME_MORE) {
        step = frame_next(&s->frame, guard_line_max(s), &line, &len);
        if (step == FRAME_LINE && !request_is_blank(line, len))
            session_ask(s, line, len);
        else if (step == FRAME_OVER)
            session_refuse(s, ERR_TOO_LARGE);
        else if (step == FRAME_NO_MEMORY) {
            session_refuse(s, ERR_NO_MEMORY);
            session_leave(s);
        }
    }
    if (step != FRAME_MORE && !s->leaving && !frame_keep(&s->frame)) {
        session_refuse(s, ERR_NO_MEMORY);
        session_leave(s);
    }
    session_shed(s);
    if (!s->choked && !s->held && transport_is_over(&s->transport))
        session_leave(s);
}

void session_leave(struct session *s)
{
    struct ticket *t;

    if (s->leaving)
        return;
    s->leaving = true;
    t = worker_ticket(s->worker, &s->seat.peer);
    t->rq = (struct request_view){.op = (enum op)OP_LEAVE};
}

/* Whoever drains it may be sending: a plain socket does not mind, TLS does. */
static ssize_t session_receive(struct session *s, char *out, size_t room)
{
    ssize_t n;

    if (!transport_is_secure(&s->transport))
        return transport_receive(&s->transport, out, room);
    pthread_mutex_lock(&s->lock);
    n = transport_receive(&s->transport, out, room);
    pthread_mutex_unlock(&s->lock);
    return n;
}

static void session_read(struct session *s)
{
    size_t room;
    char *input = worker_input(s->worker, &room);
    ssize_t n = session_receive(s, input, room);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        if (n < 0) {
            pthread_mutex_lock(&s->lock);
            session_break(s);
            pthread_mutex_unlock(&s->lock);
        }
        session_leave(s);
        session_attend(s);
        return;
    }
    s->worker->input_len += (size_t)n;
    atomic_store_explicit(&s->heard_ns, clock_now_ns(), memory_order_relaxed);
    metrics_add(s->worker->metrics, METRIC_received_bytes, n);
    frame_feed(&s->frame, input, (size_t)n);
    session_parse(s);
    if (s->held)
        session_attend(s);
}

/* ---- events: the owner ---- */

static void session_on_event(evutil_socket_t fd, short what, void *arg)
{
    struct session *s = arg;

    (void)fd;
    if (what & EV_WRITE) {
        pthread_mutex_lock(&s->lock);
        session_flush(s);
        pthread_mutex_unlock(&s->lock);
        session_attend(s);
    } else if (what & EV_READ) {
        session_read(s);
    }
}

static void session_wait_no_more(struct session *s)
{
    if (s->interest)
        event_del(&s->event);
    s->interest = 0;
}

/* Nothing will be heard of it any more: it is as good as reset. */
static void session_give_up(struct session *s)
{
    bool left;

    pthread_mutex_lock(&s->lock);
    session_break(s);
    left = s->left;
    pthread_mutex_unlock(&s->lock);
    session_leave(s);
    if (left)
        session_end(s);
}

static void session_wait_for(struct session *s, short interest)
{
    if (s->interest == interest)
        return;
    session_wait_no_more(s);
    s->interest = interest;
    if (!interest)
        return;
    event_assign(&s->event, s->worker->base, s->transport.fd,
                 (short)(interest | EV_PERSIST), session_on_event, s);
    if (event_add(&s->event, NULL) < 0) {
        s->interest = 0;
        session_give_up(s);
    }
}

void session_attend(struct session *s)
{
    size_t unsent;
    bool left, broken;

    pthread_mutex_lock(&s->lock);
    unsent = session_unsent(s);
    broken = s->broken;
    left = s->left;
    pthread_mutex_unlock(&s->lock);
    if (s->transport.fd < 0)
        return;
    if (left && (unsent == 0 || broken)) {
        session_end(s);
        return;
    }
    if (left) /* all its tickets are answered: nobody refers to what came in */
        frame_release(&s->frame);
    if (broken)
        session_leave(s);
    if (unsent > (size_t)s->worker->limits.output_bytes)
        s->choked = true;
    if (s->choked && unsent == 0) {
        s->choked = false;
        session_parse(s); /* goes on where it stopped */
    }
    session_wait_for(s, (short)((s->leaving || s->choked || s->held ? 0 : EV_READ) |
                                (unsent ? EV_WRITE : 0)));
}

void session_resume(struct session *s)
{
    s->held = false;
    session_parse(s);
    session_attend(s);
}

/* ---- life ---- */

static void session_open_note(struct letter *note, void *owner)
{
    struct session *s = container_of(note, struct session, note);

    (void)owner;
    pthread_mutex_lock(&s->lock);
    s->alerted = false;
    pthread_mutex_unlock(&s->lock);
    session_attend(s);
    session_drop(s);
}

bool session_start(struct worker *w, const struct transport *transport)
{
    struct session *s = calloc(1, sizeof *s);

    if (!s || !hub_sit(w->hub, &w->turn, &s->seat)) {
        free(s);
        return false;
    }
    s->worker = w;
    s->transport = *transport;
    s->note.open = session_open_note;
    list_init(&s->note.link);
    atomic_init(&s->heard_ns, clock_now_ns());
    pthread_mutex_init(&s->lock, NULL);
    list_push(&w->sessions, &s->siblings);
    guard_begin(s);
    session_wait_for(s, s->leaving ? 0 : EV_READ);
    return true;
}

/*
 * Input that nobody has read would turn the close into a reset, which throws away what is
 * still on its way to the client. (What comes later does so too: that is beyond us.)
 */
static void session_pass_over_input(const struct session *s)
{
    enum { PIECES_MAX = 1024 };
    char piece[8192];
    int pieces = 0;

    while (pieces < PIECES_MAX &&
           recv(s->transport.fd, piece, sizeof piece, MSG_DONTWAIT) > 0)
        pieces++;
}

void session_end(struct session *s)
{
    session_wait_no_more(s);
    session_pass_over_input(s);
    pthread_mutex_lock(&s->lock);
    session_break(s);
    transport_close(&s->transport);
    pthread_mutex_unlock(&s->lock);
    list_remove(&s->siblings);
    guard_end(s);
    hub_rise(s->worker->hub, &s->seat);
    metrics_add(s->worker->metrics, METRIC_connections, -1);
    session_drop(s);
}

void session_leave_idle(struct session *s, int64_t since_ns)
{
    if (atomic_load_explicit(&s->heard_ns, memory_order_relaxed) >= since_ns ||
        hub_has_parked(s->worker->hub, &s->seat))
        return;
    if (s->leaving) /* it has not read what waits for it, for as long again */
        session_give_up(s);
    else
        session_leave(s);
}

void session_drop(struct session *s)
{
    if (atomic_fetch_sub_explicit(&s->seat.holders, 1, memory_order_acq_rel) > 1)
        return;
    backlog_free(s->backlog);
    frame_release(&s->frame);
    pthread_mutex_destroy(&s->lock);
    free(s);
}
