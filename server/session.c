/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include "clock.h"
#include "guard.h"
#include "intake.h"
#include "outlet.h"
#include "survey.h"
#include "worker.h"

/* ---- memory: the owner ---- */

/* What it takes but for input and output: with TLS about as much as was measured. */
static int64_t session_weight(const struct session *s)
{
    enum { SECURE = 16 * 1024 };

    return weight_of(sizeof *s) + (transport_is_secure(&s->transport) ? SECURE : 0);
}

void session_lock(struct session *s)
{
    pthread_mutex_lock(&s->worker->locks[s->lock]);
}

void session_unlock(struct session *s)
{
    pthread_mutex_unlock(&s->worker->locks[s->lock]);
}

/* ---- input: the owner ---- */

/* What a new session's requests cost, until it is known. */
enum { PRICE_UNKNOWN = 8 };

/* What these requests cost beside their replies, in units. */
static unsigned session_cost(const struct request_view *rq)
{
    enum { CLAUSES = 4, STATS = 8 }; /* for a unit */

    return (unsigned)(rq->op == OP_ALTS ? rq->clause_count / CLAUSES
                                        : (size_t)rq->limit / STATS);
}

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
    s->spent += s->price;
    if (t->rq.op == OP_ALTS || t->rq.op == OP_LIST)
        s->spent += session_cost(&t->rq);
    if (s->guard)
        guard_judge(s, t);
    if (t->rq.op == OP_LIST)
        survey_take(s, t);
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
 * Makes tickets of the lines that have come, until there are none, its share is used up,
 * or the client is choked.
 */
static void session_parse(struct session *s)
{
    struct intake *in = intake_open(s);
    enum frame_step step = FRAME_LINE;
    char *line;
    size_t len;

    while (!s->choked && !s->held && !s->leaving && s->spent < SHARE_UNITS &&
           step != FRAME_MORE) {
        step = frame_next_within(&in->frame, guard_line_max(s), s->worker->line_room,
                                 &line, &len);
        if (step == FRAME_LINE && !request_is_blank(line, len))
            session_ask(s, line, len);
        else if (step == FRAME_OVER)
            session_refuse(s, ERR_TOO_LARGE);
        else if (step == FRAME_NO_ROOM)
            session_refuse(s, ERR_LIMIT_MEMORY);
        else if (step == FRAME_NO_MEMORY) {
            session_refuse(s, ERR_NO_MEMORY);
            session_leave(s);
        }
    }
    if (!intake_settle(s, in)) {
        session_refuse(s, ERR_NO_MEMORY);
        session_leave(s);
    }
    if (s->choked || s->held || s->leaving)
        return;
    if (!intake_is_through(s))
        worker_line_up(s->worker, s);
    else if (transport_is_over(&s->transport))
        session_leave(s);
}

void session_leave(struct session *s)
{
    struct ticket *t;

    if (s->leaving)
        return;
    s->leaving = true;
    s->swept.since = 0; /* of the farewell from now on */
    t = worker_ticket(s->worker, &s->seat.peer);
    t->rq = (struct request_view){.op = (enum op)OP_LEAVE};
}

void session_send_away(struct session *s, enum err err)
{
    struct ticket *t;

    if (s->leaving)
        return;
    t = worker_ticket(s->worker, &s->seat.peer);
    t->rq = (struct request_view){0};
    t->err = err;
    s->sent_away = true;
    session_leave(s);
}

/* Whoever drains it may be sending: a plain socket does not mind, TLS does. */
static ssize_t session_receive(struct session *s, char *out, size_t room)
{
    ssize_t n;

    if (!transport_is_secure(&s->transport))
        return transport_receive(&s->transport, out, room);
    session_lock(s);
    n = transport_receive(&s->transport, out, room);
    session_unlock(s);
    return n;
}

/*
 * How much is read. Where memory is scarce it is little: if the client has to wait, all
 * that was read waits with it.
 */
static size_t session_input_room(const struct session *s, size_t room)
{
    enum { SCARCE = 4096, SCARCE_SECURE = SECURE_RECORD + 1024 };

    if (s->worker->line_room == SIZE_MAX)
        return room;
    return transport_is_secure(&s->transport) ? SCARCE_SECURE : SCARCE;
}

static void session_read(struct session *s)
{
    size_t room;
    char *input = worker_input(s->worker, &room);
    ssize_t n = session_receive(s, input, session_input_room(s, room));

    assert(intake_is_through(s));
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        if (n < 0) {
            session_lock(s);
            outlet_break(s);
            session_unlock(s);
        }
        session_leave(s);
        session_attend(s);
        return;
    }
    s->worker->input_len += (size_t)n;
    s->heard = true;
    metrics_add(s->worker->metrics, METRIC_received_bytes, n);
    frame_feed(&intake_open(s)->frame, input, (size_t)n);
    session_parse(s);
    s->spent += (unsigned)n / UNIT_BYTES;
    if (s->held)
        session_attend(s);
}

/* ---- events: the owner ---- */

/* The session may have ended then. */
static void session_flush(struct session *s)
{
    session_lock(s);
    outlet_flush(s);
    s->spent += s->units;
    s->units = 0;
    session_unlock(s);
    session_attend(s);
}

static void session_on_event(evutil_socket_t fd, short what, void *arg)
{
    struct session *s = arg;

    (void)fd;
    if (s->spent >= SHARE_UNITS) {
        worker_line_up(s->worker, s);
        return;
    }
    s->spent = 0;
    if (what & EV_WRITE) {
        session_flush(s);
    } else if (what & EV_READ) {
        session_read(s);
    }
}

void session_serve(struct session *s)
{
    atomic_fetch_add_explicit(&s->seat.holders, 1, memory_order_relaxed);
    s->spent = 0;
    if (s->interest & EV_WRITE)
        session_flush(s);
    if (!intake_is_through(s))
        session_parse(s);
    else if (s->interest & EV_READ)
        session_read(s);
    session_attend(s);
    session_drop(s);
}

void session_ask_all(struct session *s)
{
    while (!s->choked && !s->held && !s->leaving && !intake_is_through(s)) {
        s->spent = 0;
        session_parse(s);
    }
}

static void session_wait_no_more(struct session *s)
{
    if (s->interest)
        event_del(&s->event);
    s->interest = 0;
}

void session_lose(struct session *s)
{
    bool left;

    session_lock(s);
    outlet_break(s);
    transport_give_up(&s->transport);
    left = s->left;
    session_unlock(s);
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
        session_lose(s);
    }
}

void session_attend(struct session *s)
{
    size_t unsent;
    bool left, broken, is_over;

    session_lock(s);
    unsent = outlet_unsent(s);
    is_over = s->backlog && outlet_is_over(s);
    broken = s->broken;
    left = s->left;
    session_unlock(s);
    if (s->transport.fd < 0)
        return;
    if (left && (unsent == 0 || broken)) {
        session_end(s);
        return;
    }
    if (left) /* all its tickets are answered: nobody refers to what came in */
        intake_release(s);
    if (broken)
        session_leave(s);
    if (is_over)
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
    if (--s->held > 0)
        return;
    session_parse(s);
    session_attend(s);
}

/* ---- life ---- */

static void session_open_note(struct letter *note, void *owner)
{
    struct session *s = container_of(note, struct session, note);

    (void)owner;
    session_lock(s);
    s->alerted = false;
    session_unlock(s);
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
    s->price = PRICE_UNKNOWN;
    s->note.open = session_open_note;
    list_init(&s->place);
    list_init(&s->note.link);
    atomic_init(&s->heard_ns, clock_now_ns());
    s->lock = w->started++ % WORKER_LOCKS;
    list_push(&w->sessions, &s->siblings);
    budget_hold(&w->hub->budget, session_weight(s));
    sweep_add(&w->sweep, s);
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
    budget_hold(&s->worker->hub->budget, -session_weight(s));
    intake_release(s);
    session_lock(s);
    outlet_break(s);
    transport_close(&s->transport);
    session_unlock(s);
    list_remove(&s->siblings);
    list_remove(&s->place);
    guard_end(s);
    hub_rise(s->worker->hub, &s->seat);
    metrics_add(s->worker->metrics, METRIC_connections, -1);
    session_drop(s);
}

void session_drop(struct session *s)
{
    if (atomic_fetch_sub_explicit(&s->seat.holders, 1, memory_order_acq_rel) > 1)
        return;
    assert(!s->backlog && !s->intake);
    free(s);
}
