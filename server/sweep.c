/* SPDX-License-Identifier: MIT */
#include "sweep.h"

#include <sys/timerfd.h>
#include <unistd.h>
#include "backlog.h"
#include "clock.h"
#include "guard.h"
#include "intake.h"
#include "session.h"
#include "worker.h"

/*
 * SLICE: so many are looked at in a turn. LINGER_S: so long may somebody who was sent
 * away take to read why.
 */
enum { SLICE = 512, LAPSE_S = 2, LINGER_S = 3 };

/* Two tenths more than a second: that much of it is left when tenths are cut off. */
#define PERIOD_NS (12 * NS_PER_TENTH)

/* ---- what it is that takes so long ---- */

/* Whether it has been in the middle of a line for too long, though it was listened to. */
static bool is_line_over(struct session *s, uint32_t now)
{
    struct swept *seen = &s->swept;

    if (s->leaving)
        return false;
    if (!s->intake || !frame_is_amid(&s->intake->frame)) {
        seen->since = 0;
        return false;
    }
    if (seen->since == 0 || seen->torn != s->intake->frame.torn || s->choked)
        seen->since = now;
    seen->torn = s->intake->frame.torn;
    return clock_is_over(seen->since, now, s->worker->limits.request_timeout_s);
}

/* Whether it has not said for too long who it is. */
static bool is_hello_over(const struct session *s, uint32_t now)
{
    return !s->leaving && !s->held && guard_awaits_hello(s) &&
           clock_is_over(guard_since(s), now, s->worker->limits.handshake_s);
}

/* How much has gone since there has been a backlog; -1: there is none. */
static int64_t gone_of_backlog(struct session *s)
{
    int64_t went;

    if (!(s->interest & EV_WRITE))
        return -1;
    session_lock(s);
    went = s->backlog ? s->backlog->went : -1;
    session_unlock(s);
    return went;
}

/*
 * Whether it has taken nothing for too long of what waits for it, or its machine is gone.
 * Nothing can have changed while nothing was heard.
 */
static bool is_delivery_over(struct session *s, uint32_t now)
{
    const struct limits *limits = &s->worker->limits;
    const uint32_t heard =
        (uint32_t)atomic_load_explicit(&s->heard_ns, memory_order_relaxed);
    enum delivery_state state;
    int64_t went;

    if (s->swept.calm == heard)
        return false;
    went = gone_of_backlog(s);
    state = delivery_look(&s->swept.delivery, s->transport.fd, went, now,
                          limits->keepalive_s, limits->unread_s);
    if (state == DELIVERY_DONE && went < 0)
        s->swept.calm = heard;
    return state > DELIVERY_UNDER_WAY;
}

/* Whether it was sent away, and won't read that. */
static bool is_farewell_over(struct session *s, uint32_t now)
{
    if (!s->sent_away)
        return false;
    if (s->swept.since == 0)
        s->swept.since = now;
    return clock_is_over(s->swept.since, now, LINGER_S);
}

/* It was heard when that is noticed: the time is not worth a look at each request. */
static bool is_idle(struct session *s)
{
    const int64_t now_ns = clock_now_ns(), limit_s = s->worker->limits.idle_s;

    if (s->heard)
        atomic_store_explicit(&s->heard_ns, now_ns, memory_order_relaxed);
    s->heard = false;
    return limit_s > 0 &&
           now_ns - atomic_load_explicit(&s->heard_ns, memory_order_relaxed) >=
               limit_s * NS_PER_S &&
           !hub_has_parked(s->worker->hub, &s->seat);
}

/* ---- the look ---- */

static void sweep_look(struct session *s, uint32_t now)
{
    const bool idle = is_idle(s); /* if it has left, it does not read for as long again */

    if (is_delivery_over(s, now) || is_farewell_over(s, now) || (idle && s->leaving))
        session_lose(s);
    else if (is_hello_over(s, now))
        guard_despair(s);
    else if (!guard_awaits_hello(s) && is_line_over(s, now))
        session_send_away(s, ERR_LIMIT_REQUEST_TIMEOUT);
    else if (idle)
        session_leave(s);
}

static void sweep_tick(struct sweep *sweep)
{
    const int64_t now_ns = clock_now_ns(), passed_ns = now_ns - sweep->since_ns;

    sweep->now_ns += passed_ns < LAPSE_S * NS_PER_S ? passed_ns : LAPSE_S * NS_PER_S;
    sweep->now = (uint32_t)(sweep->now_ns / NS_PER_TENTH);
    sweep->since_ns = now_ns;
}

/* What it looks at next is due then, and then every period; 0: nothing is. */
static void sweep_arm(struct sweep *sweep, int64_t wait_ns)
{
    const struct itimerspec when = {
        .it_value = {wait_ns / NS_PER_S, wait_ns % NS_PER_S},
        .it_interval = {PERIOD_NS / NS_PER_S, PERIOD_NS % NS_PER_S},
    };

    sweep->armed = timerfd_settime(sweep->fd, 0, &when, NULL) == 0 && wait_ns > 0;
}

/* Those that were looked at go behind the others. False: all of them were. */
static bool sweep_next(struct sweep *sweep, struct worker *w)
{
    struct list *link = w->sessions.next;
    struct session *s = container_of(link, struct session, siblings);

    if (list_is_empty(&w->sessions) || s->swept.round == sweep->round)
        return false;
    list_remove(link);
    list_push(&w->sessions, link);
    s->swept.round = sweep->round;
    sweep_look(s, sweep->now);
    return true;
}

static void sweep_on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct worker *w = arg;
    struct sweep *sweep = &w->sweep;
    uint64_t times;
    int looked = 0;

    (void)what;
    if (read(fd, &times, sizeof times) < 0)
        return;
    sweep_tick(sweep);
    while (looked < SLICE && sweep_next(sweep, w))
        looked++;
    if (looked == SLICE) {
        sweep_arm(sweep, 1); /* goes on in the next turn */
        return;
    }
    sweep->round++;
    budget_tidy(&w->hub->budget, sweep->since_ns);
    if (list_is_empty(&w->sessions))
        sweep_arm(sweep, 0);
}

bool sweep_init(struct sweep *sweep)
{
    sweep->now_ns = NS_PER_TENTH;
    sweep->now = 1;
    sweep->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return sweep->fd >= 0;
}

bool sweep_start(struct sweep *sweep, struct worker *w)
{
    event_assign(&sweep->event, w->base, sweep->fd, EV_READ | EV_PERSIST, sweep_on_timer,
                 w);
    return event_add(&sweep->event, NULL) == 0;
}

void sweep_release(struct sweep *sweep)
{
    if (sweep->fd >= 0)
        close(sweep->fd);
    sweep->fd = -1;
}

void sweep_add(struct sweep *sweep, struct session *s)
{
    s->swept.round = sweep->round - 1; /* not yet looked at */
    if (!sweep->armed) {
        sweep->since_ns = clock_now_ns();
        sweep_arm(sweep, PERIOD_NS);
    }
}
