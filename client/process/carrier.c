/* SPDX-License-Identifier: MIT */
#include "carrier.h"

#include "deadline.h"
#include "market.h"
#include "process.h"
#include "runtime.h"
#include "thread.h"
#include "lookout.h"

enum { TURNS = 64, CALLS = 128 };

void carrier_init(struct carrier *c, struct lookout *lookout, struct market *market,
                  struct carrier *mates, size_t count)
{
    *c = (struct carrier){
        .lookout = lookout, .market = market, .mates = mates, .mate_count = count};
    list_init(&c->ready);
    list_init(&c->inbox);
    latch_init(&c->latch);
    pthread_mutex_init(&c->lock, NULL);
}

/* ---- waking ---- */

static struct process *process_of_alarm(struct heap_node *node)
{
    return container_of(node, struct process, alarm);
}

/* On the carrier's own thread. */
static void wake_here(struct carrier *c, struct process *p)
{
    if (!p->waiting) {
        p->woken = true;
        return;
    }
    p->waiting = false;
    heap_remove(&c->alarms, &p->alarm);
    list_push(&c->ready, &p->link);
}

/* The carrier looks around before it sleeps again. With its lock held, which is given
 * up. */
static void rouse(struct carrier *c)
{
    const enum carrier_sleep sleep = c->sleep;

    c->sleep = CARRIER_AWAKE;
    atomic_store(&c->has_mail, true);
    pthread_mutex_unlock(&c->lock);
    if (sleep == CARRIER_POLLS)
        lookout_poke(c->lookout);
    else if (sleep == CARRIER_DOZES)
        latch_wake(&c->latch);
}

void carrier_wake(struct process *p)
{
    struct carrier *c = p->carrier;

    if (runtime_here()->carrier == c) {
        wake_here(c, p);
        return;
    }
    pthread_mutex_lock(&c->lock);
    if (!list_is_linked(&p->mail))
        list_push(&c->inbox, &p->mail);
    rouse(c);
}

static void open_mail(struct carrier *c)
{
    struct list *link;

    pthread_mutex_lock(&c->lock);
    atomic_store(&c->has_mail, false);
    while ((link = list_pop(&c->inbox)))
        wake_here(c, container_of(link, struct process, mail));
    pthread_mutex_unlock(&c->lock);
}

static void ring_alarms(struct carrier *c, int64_t now_ns)
{
    struct heap_node *first;

    while ((first = heap_first(&c->alarms)) && first->key <= now_ns)
        wake_here(c, process_of_alarm(first));
}

/* ---- taking turns ---- */

/* The next to run: a process, or the thread's own fiber. */
static struct fiber *next_fiber(struct carrier *c)
{
    struct process *p;
    struct list *link;

    if (atomic_load_explicit(&c->has_mail, memory_order_relaxed))
        open_mail(c);
    link = c->turns > 0 ? list_pop(&c->ready) : NULL;
    if (!link)
        return &c->fiber;
    p = container_of(link, struct process, link);
    c->turns--;
    c->calls = CALLS;
    runtime_here()->strand = &p->strand;
    return &p->fiber;
}

void carrier_arrive(struct carrier *c)
{
    if (!c->ended)
        return;
    process_free(c->ended);
    c->ended = NULL;
}

static void give_way(struct process *p)
{
    struct carrier *c = p->carrier;
    struct fiber *next = next_fiber(c);

    if (next == &p->fiber)
        return;
    fiber_switch(&p->fiber, next);
    carrier_arrive(c);
}

/* Without memory for the alarm it is ready at once: then it waits by asking again. */
void carrier_park(struct process *p, int64_t until_ns)
{
    struct carrier *c = p->carrier;

    if (p->woken) {
        p->woken = false;
        return;
    }
    p->waiting = true;
    if (until_ns != INT64_MAX && !heap_add(&c->alarms, &p->alarm, until_ns))
        wake_here(c, p);
    give_way(p);
}

void carrier_yield(struct process *p)
{
    list_push(&p->carrier->ready, &p->link);
    give_way(p);
}

void carrier_count(struct process *p)
{
    if (p->carrier->calls-- == 0)
        carrier_yield(p);
}

/* A wake-up that came too late is in the mail, which is opened before anything else. */
void carrier_end(struct process *p)
{
    struct carrier *c = p->carrier;

    c->ended = p;
    fiber_end(next_fiber(c));
}

/* ---- the thread's own fiber ---- */

/* When there is something to do; the past, when there is already. */
static int64_t idle_until(struct carrier *c)
{
    const struct heap_node *alarm = heap_first(&c->alarms);
    int64_t until_ns;

    if (!list_is_empty(&c->ready))
        return INT64_MIN;
    until_ns = market_deadline(c->market);
    return alarm && alarm->key < until_ns ? alarm->key : until_ns;
}

/* False: there is mail, or something else to do. */
static bool fall_asleep(struct carrier *c, enum carrier_sleep sleep, int64_t until_ns)
{
    bool asleep;

    pthread_mutex_lock(&c->lock);
    asleep = until_ns != INT64_MIN && !atomic_load(&c->has_mail);
    if (asleep)
        c->sleep = sleep;
    pthread_mutex_unlock(&c->lock);
    return asleep;
}

static void wake_up(struct carrier *c)
{
    pthread_mutex_lock(&c->lock);
    c->sleep = CARRIER_AWAKE;
    pthread_mutex_unlock(&c->lock);
}

void carrier_call_lookout(struct carrier *c)
{
    if (c->mate_count == 1 || !lookout_is_alone(c->lookout))
        return;
    for (size_t i = 0; i < c->mate_count; i++) {
        struct carrier *mate = &c->mates[i];

        pthread_mutex_lock(&mate->lock);
        if (mate->sleep == CARRIER_DOZES) {
            rouse(mate);
            return;
        }
        pthread_mutex_unlock(&mate->lock);
    }
}

/* Once it is known to doze: whoever leaves the lookout from now on wakes it. */
static void doze(struct carrier *c, int64_t until_ns)
{
    if (!lookout_is_alone(c->lookout))
        latch_wait(&c->latch, until_ns);
}

/* Sleeps if there is nothing to do, and looks what has happened. */
static void look_around(struct carrier *c)
{
    int64_t until_ns = idle_until(c), now_ns;

    if (lookout_claim(c->lookout)) {
        if (!fall_asleep(c, CARRIER_POLLS, until_ns))
            until_ns = INT64_MIN;
        lookout_poll(c->lookout, until_ns);
        lookout_leave(c->lookout);
    } else if (fall_asleep(c, CARRIER_DOZES, until_ns)) {
        doze(c, until_ns);
    }
    wake_up(c);
    open_mail(c);
    now_ns = deadline_now_ns();
    ring_alarms(c, now_ns);
    market_expire(c->market, now_ns);
}

static void *carrier_main(void *arg)
{
    struct carrier *c = arg;
    struct here *here = runtime_here();

    here->carrier = c;
    fiber_init_thread(&c->fiber);
    for (;;) {
        struct strand *own = here->strand;
        struct fiber *next;

        look_around(c);
        c->turns = TURNS;
        next = next_fiber(c);
        if (next == &c->fiber)
            continue;
        carrier_call_lookout(c);
        fiber_switch(&c->fiber, next);
        here->strand = own;
        carrier_arrive(c);
    }
    return NULL;
}

bool carrier_start(struct carrier *c)
{
    bool started;

    pthread_mutex_lock(&c->lock);
    started = c->started = c->started || thread_start(carrier_main, c);
    pthread_mutex_unlock(&c->lock);
    return started;
}
