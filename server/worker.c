/* SPDX-License-Identifier: MIT */
#include "worker.h"

#include <assert.h>
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include "admission.h"
#include "arrival.h"
#include "clock.h"
#include "guard.h"
#include "log.h"
#include "outlet.h"
#include "session.h"
#include "survey.h"
#include "token.h"

enum {
    STOP_S = 3,
    SCRATCH_KEPT = 1024 * 1024,
    SCARCE_LINE = 4096,  /* kept of a line while there is no room for values, */
    SCARCEST_LINE = 512, /* and while there is none for requests */
    MEASURE_BYTES = 1024 * 1024
};

/* ---- the turn ---- */

static void worker_drain_one(struct worker *w, size_t i)
{
    struct session *s = container_of(w->turn.dirty[i], struct session, seat);

    outlet_drain(s, w);
    session_drop(s);
}

/* Whether all tickets are of one client. */
static bool worker_heard_one(const struct worker *w)
{
    const struct turn *turn = &w->turn;
    const size_t n = turn->ticket_count;

    return n == 0 || turn->tickets[0].done.peer == turn->tickets[n - 1].done.peer;
}

/*
 * In the order in which they got something: so a value goes before the acknowledgement of
 * its put. But when one client alone was heard, the other way round: whoever gets its
 * value is likely to run as soon as that is sent, and then nothing is left to be done
 * here (measured: bench/README.md).
 */
static void worker_drain(struct worker *w)
{
    const size_t n = w->turn.dirty_count;
    const bool last_first = worker_heard_one(w);

    for (size_t i = 0; i < n; i++)
        worker_drain_one(w, last_first ? n - 1 - i : i);
    w->turn.dirty_count = 0;
}

/* Wakes up for what the hub has to do next. */
static void worker_arm(struct worker *w, int64_t deadline)
{
    struct timeval tv;
    int64_t wait_us;

    if (deadline == w->armed_ns)
        return;
    w->armed_ns = deadline;
    if (deadline == INT64_MAX) {
        event_del(&w->timer);
        return;
    }
    wait_us = deadline > w->now_ns ? (deadline - w->now_ns + 999) / 1000 : 0;
    tv.tv_sec = wait_us / 1000000;
    tv.tv_usec = wait_us % 1000000;
    if (event_add(&w->timer, &tv) < 0) {
        w->armed_ns = 0;
        mailbox_wake(&w->mailbox); /* no memory: every turn tries again */
    }
}

static void worker_expire(struct worker *w)
{
    w->now_ns = clock_now_ns();
    w->armed_ns = 0;
    worker_arm(w, hub_expire(w->hub, &w->turn, w->now_ns));
}

static void worker_free_block(const struct worker *w, void *block)
{
    if (w->confided)
        token_wipe(block, malloc_usable_size(block));
    free(block);
}

/* Runs the tickets there are, and answers. */
static void worker_finish(struct worker *w)
{
    if (w->turn.ticket_count > 0) {
        w->now_ns = clock_now_ns();
        metrics_add(w->metrics, METRIC_requests_total, (int64_t)w->turn.ticket_count);
        w->served += w->turn.ticket_count;
        worker_arm(w, hub_run(w->hub, &w->turn, w->now_ns));
    }
    worker_drain(w);
    w->turn.ticket_count = 0;
    while (w->later_count > 0)
        worker_free_block(w, w->later[--w->later_count]);
    hub_give_back(w->hub, &w->turn);
    request_room_clear(&w->room);
    if (w->scratch.text.cap > SCRATCH_KEPT)
        gather_shrink(&w->scratch);
}

/*
 * The input is used again from its start. A token may have come in pieces, of which
 * earlier turns left what was not overwritten since.
 */
static void worker_begin_input(struct worker *w)
{
    if (w->input_used < w->input_len)
        w->input_used = w->input_len;
    w->unmeasured += w->input_len;
    w->input_len = 0;
    if (!w->confided)
        return;
    token_wipe(w->input, w->input_used);
    w->input_used = 0;
    w->confided = false;
}

/* Those who want much, behind all others. */
static void worker_serve_line(struct worker *w)
{
    size_t shares = 1;

    if (list_is_empty(&w->line))
        return;
    worker_finish(w); /* the others are answered before */
    shares += w->served / SHARE_UNITS;
    for (; shares > 0 && !list_is_empty(&w->line); shares--)
        session_serve(container_of(list_pop(&w->line), struct session, place));
}

/* And a step of one of those lists that take many. */
static void worker_survey(struct worker *w)
{
    if (list_is_empty(&w->surveys))
        return;
    worker_finish(w);
    survey_step(w);
}

/* Runs all that the turn brought, and what that brings about. */
static void worker_end_turn(struct worker *w)
{
    struct list *link;

    do {
        worker_finish(w);
        while ((link = list_pop(&w->attention))) {
            struct letter *note = container_of(link, struct letter, link);

            note->open(note, w);
        }
    } while (w->turn.ticket_count > 0 || w->turn.dirty_count > 0);
    worker_begin_input(w);
    w->served = 0;
    w->shaking_ns = 0;
}

static void worker_take_limits(struct worker *w)
{
    w->limits = hub_limits(w->hub);
    w->room.clauses_max = (size_t)w->limits.alts_ops;
}

/* What is under way is for users as they were. */
static void worker_take_roster(struct worker *w)
{
    struct roster *old = w->roster;

    worker_finish(w);
    w->roster = w->admission ? admission_roster(w->admission) : NULL;
    memo_clear(&w->memo);
    for (struct list *l = w->sessions.next, *next; l != &w->sessions; l = next) {
        struct session *s = container_of(l, struct session, siblings);

        next = l->next; /* one that has left already ends here */
        guard_renew(s);
        session_attend(s);
    }
    worker_finish(w);
    surveys_restart(w);
    roster_drop(old);
}

/*
 * Whatever is read after somebody was told that it has changed counts as it is now, so
 * this is not left to the mail.
 */
static void worker_renew(struct worker *w)
{
    if (!atomic_load_explicit(&w->limits_asked, memory_order_acquire))
        return;
    atomic_store(&w->limits_asked, false);
    worker_take_limits(w);
    worker_take_roster(w);
}

/*
 * The process's memory is looked at when so much has happened that it may have grown by a
 * megabyte or two.
 */
static void worker_watch_memory(struct worker *w)
{
    const int64_t held = budget_total(&w->hub->budget);

    if (w->unmeasured > MEASURE_BYTES || held - w->measured > MEASURE_BYTES ||
        w->measured - held > MEASURE_BYTES || budget_has_lost(&w->hub->budget)) {
        budget_measure(&w->hub->budget, clock_now_ns());
        w->unmeasured = 0;
        w->measured = held;
    }
    if (budget_has_room(&w->hub->budget, RESERVE_VALUES, 0))
        w->line_room = SIZE_MAX;
    else if (budget_has_room(&w->hub->budget, RESERVE_REQUESTS, 0))
        w->line_room = SCARCE_LINE;
    else
        w->line_room = SCARCEST_LINE;
}

char *worker_input(struct worker *w, size_t *ret_room)
{
    worker_renew(w);
    if (WORKER_INPUT - w->input_len < WORKER_INPUT / 8) {
        worker_finish(w);
        worker_begin_input(w);
    }
    if (w->input_len == 0)
        worker_watch_memory(w);
    *ret_room = WORKER_INPUT - w->input_len;
    return w->input + w->input_len;
}

struct ticket *worker_ticket(struct worker *w, struct peer *peer)
{
    struct ticket *t;

    if (w->turn.ticket_count == TURN_TICKETS)
        worker_finish(w);
    t = &w->turn.tickets[w->turn.ticket_count++];
    ticket_begin(t, peer);
    return t;
}

void worker_withdraw(struct worker *w, struct ticket *t)
{
    assert(t == &w->turn.tickets[w->turn.ticket_count - 1]);
    w->turn.freed += ticket_release(t);
    w->turn.ticket_count--;
}

void worker_free_later(struct worker *w, void *block)
{
    if (w->later_count == WORKER_LATER)
        worker_finish(w);
    w->later[w->later_count++] = block;
}

void worker_line_up(struct worker *w, struct session *s)
{
    if (!list_is_linked(&s->place))
        list_push(&w->line, &s->place);
}

void worker_alert(struct worker *w, struct session *s, const struct worker *from)
{
    atomic_fetch_add_explicit(&s->seat.holders, 1, memory_order_relaxed);
    if (w == from)
        list_push(&w->attention, &s->note.link);
    else
        mailbox_post(&w->mailbox, &s->note);
}

/* ---- events ---- */

static void worker_on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct worker *w = arg;

    (void)fd;
    (void)what;
    worker_expire(w);
}

static void worker_begin_stop(struct worker *w)
{
    const struct timeval patience = {.tv_sec = STOP_S};

    w->stopping = true;
    for (struct list *l = w->sessions.next, *next; l != &w->sessions; l = next) {
        struct session *s = container_of(l, struct session, siblings);

        next = l->next; /* one that has left already ends here */
        session_ask_all(s);
        session_leave(s);
        session_attend(s);
    }
    arrival_end_all(w);
    if (event_base_loopexit(w->base, &patience) < 0)
        event_base_loopbreak(w->base); /* no memory: no patience */
}

static void worker_on_mail(evutil_socket_t fd, short what, void *arg)
{
    struct worker *w = arg;

    (void)fd;
    (void)what;
    mailbox_open_all(&w->mailbox, w);
    worker_renew(w);
    if (w->armed_ns == 0)
        worker_expire(w);
    if (atomic_load(&w->stop_asked) && !w->stopping)
        worker_begin_stop(w);
}

static bool worker_is_over(const struct worker *w)
{
    return w->stopping && (list_is_empty(&w->sessions) || event_base_got_exit(w->base) ||
                           event_base_got_break(w->base));
}

void worker_begin(struct worker *w)
{
    worker_take_limits(w);
    worker_take_roster(w);
    worker_expire(w); /* of what was there before */
    worker_end_turn(w);
}

void worker_turn(struct worker *w)
{
    const bool idle = list_is_empty(&w->line) && list_is_empty(&w->surveys);

    event_base_loop(w->base, EVLOOP_ONCE | (idle ? 0 : EVLOOP_NONBLOCK));
    worker_serve_line(w);
    worker_survey(w);
    worker_end_turn(w);
    atomic_fetch_add_explicit(&w->beats, 1, memory_order_relaxed);
}

static void *worker_run(void *arg)
{
    struct worker *w = arg;

    worker_begin(w);
    while (!worker_is_over(w))
        worker_turn(w);
    while (!list_is_empty(&w->sessions)) /* those that did not read in time */
        session_end(container_of(w->sessions.next, struct session, siblings));
    return NULL;
}

/* ---- life ---- */

static bool worker_open(struct worker *w)
{
    struct event_config *config = event_config_new();

    if (!config)
        return false;
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    w->base = event_base_new_with_config(config);
    event_config_free(config);
    if (!w->base)
        return false;
    event_assign(&w->mail, w->base, w->mailbox.fd, EV_READ | EV_PERSIST, worker_on_mail,
                 w);
    event_assign(&w->timer, w->base, -1, 0, worker_on_timer, w);
    return event_add(&w->mail, NULL) == 0 && sweep_start(&w->sweep, w);
}

struct worker *worker_new(struct hub *hub, struct metrics *metrics)
{
    struct worker *w = calloc(1, sizeof *w);
    int error;

    if (!w || !mailbox_init(&w->mailbox)) {
        free(w);
        return NULL;
    }
    w->hub = hub;
    w->metrics = metrics;
    w->armed_ns = INT64_MAX;
    w->line_room = SIZE_MAX;
    for (size_t i = 0; i < WORKER_LOCKS; i++)
        pthread_mutex_init(&w->locks[i], NULL);
    list_init(&w->sessions);
    list_init(&w->line);
    list_init(&w->surveys);
    list_init(&w->arrivals);
    list_init(&w->attention);
    hub_add_turn(hub, &w->turn);
    w->input = malloc(WORKER_INPUT);
    w->sweep.fd = -1;
    if (!w->input || !gather_prepare(&w->scratch) || !sweep_init(&w->sweep) ||
        !worker_open(w)) {
        error = errno;
        worker_free(w);
        errno = error;
        return NULL;
    }
    return w;
}

void worker_free(struct worker *w)
{
    if (!w)
        return;
    mailbox_open_all(&w->mailbox, w); /* late notes of sessions that have ended */
    surveys_free(w);
    if (w->base)
        event_base_free(w->base);
    sweep_release(&w->sweep);
    mailbox_release(&w->mailbox);
    request_room_release(&w->room);
    gather_release(&w->scratch);
    roster_drop(w->roster);
    turn_release(&w->turn);
    for (size_t i = 0; i < WORKER_LOCKS; i++)
        pthread_mutex_destroy(&w->locks[i]);
    free(w->input);
    free(w);
}

bool worker_start(struct worker *w)
{
    sigset_t all, before;
    bool ok;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    ok = pthread_create(&w->thread, NULL, worker_run, w) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return ok;
}

void worker_join(struct worker *w)
{
    pthread_join(w->thread, NULL);
}

/* ---- from other threads ---- */

void worker_stop(struct worker *w)
{
    atomic_store(&w->stop_asked, true);
    mailbox_wake(&w->mailbox);
}

void worker_renew_limits(struct worker *w)
{
    atomic_store(&w->limits_asked, true);
    mailbox_wake(&w->mailbox);
}

void worker_nudge(struct worker *w)
{
    mailbox_wake(&w->mailbox);
}
