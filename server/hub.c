/* SPDX-License-Identifier: MIT */
#include "hub.h"

#include <assert.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include "clock.h"
#include "dispatch.h"

/*
 * RETRY: when what is due could not be done for want of memory. WAY: so long somebody who
 * gives way waits for the others to wake up.
 */
#define RETRY_NS INT64_C(100000000)
#define WAY_NS   INT64_C(500000)

static void hub_lock(struct hub *hub)
{
    if (pthread_mutex_trylock(&hub->lock) == 0)
        return;
    atomic_fetch_add_explicit(&hub->waiting, 1, memory_order_relaxed);
    pthread_mutex_lock(&hub->lock);
    atomic_fetch_sub_explicit(&hub->waiting, 1, memory_order_relaxed);
}

void hub_give_way(struct hub *hub)
{
    const int64_t until_ns = clock_now_ns() + WAY_NS;

    while (atomic_load_explicit(&hub->waiting, memory_order_relaxed) > 0 &&
           clock_now_ns() < until_ns)
        sched_yield();
}

static void hub_take_limits(struct hub *hub, const struct broker_settings *settings)
{
    hub->limits = settings->limits;
    atomic_store(&hub->budget.most, settings->limits.memory_bytes);
}

struct hub *hub_new(const struct broker_settings *settings)
{
    struct hub *hub = calloc(1, sizeof *hub);
    struct hash_key key;
    uint64_t random;

    if (!hub)
        return NULL;
    if (getrandom(&key, sizeof key, 0) != sizeof key ||
        getrandom(&random, sizeof random, 0) != sizeof random)
        goto fail;
    hub->broker = broker_new(settings, key, random | 1);
    if (!hub->broker)
        goto fail;
    hub_take_limits(hub, settings);
    pthread_mutex_init(&hub->lock, NULL);
    return hub;
fail:
    free(hub);
    return NULL;
}

void hub_free(struct hub *hub)
{
    if (!hub)
        return;
    assert(hub->seats == 0);
    broker_free(hub->broker);
    pthread_mutex_destroy(&hub->lock);
    free(hub);
}

bool hub_configure(struct hub *hub, const struct broker_settings *settings)
{
    bool ok;

    hub_lock(hub);
    ok = broker_configure(hub->broker, settings);
    if (ok)
        hub_take_limits(hub, settings);
    pthread_mutex_unlock(&hub->lock);
    return ok;
}

struct limits hub_limits(struct hub *hub)
{
    struct limits limits;

    hub_lock(hub);
    limits = hub->limits;
    pthread_mutex_unlock(&hub->lock);
    return limits;
}

void hub_give_back(struct hub *hub, struct turn *turn)
{
    if (turn->freed)
        budget_hold(&hub->budget, -turn->freed);
    turn->freed = 0;
}

void hub_add_turn(struct hub *hub, struct turn *turn)
{
    assert(hub->turn_count < HUB_WORKERS_MAX && hub->seats == 0);
    turn->worker = hub->turn_count++;
    hub->budget.workers = hub->turn_count;
    list_init(&turn->retired);
}

/*
 * Room on the list of the dirty for every seat there is, so that nothing that completes
 * can be without a drainer.
 */
static bool turn_reserve_dirty(struct hub *hub, struct turn *turn)
{
    size_t count = turn->dirty_count + hub->seats;
    struct seat **dirty;

    if (count <= turn->dirty_cap)
        return true;
    count += count / 4 + 16;
    dirty = realloc(turn->dirty, count * sizeof(struct seat *));
    if (!dirty)
        return false;
    turn->dirty = dirty;
    turn->dirty_cap = count;
    return true;
}

bool hub_sit(struct hub *hub, struct turn *turn, struct seat *seat)
{
    bool ok;

    peer_init(&seat->peer);
    list_init(&seat->done);
    seat->drainers = 0;
    atomic_init(&seat->holders, 1);
    hub_lock(hub);
    hub->seats++;
    ok = turn_reserve_dirty(hub, turn);
    if (!ok)
        hub->seats--;
    pthread_mutex_unlock(&hub->lock);
    return ok;
}

void hub_rise(struct hub *hub, struct seat *seat)
{
    hub_lock(hub);
    hub->seats--;
    pthread_mutex_unlock(&hub->lock);
    peer_release(&seat->peer);
}

/* Links what completed to its seats, and the seats to the turn. */
static void hub_sort(struct hub *hub, struct turn *turn)
{
    struct list *done = broker_done(hub->broker), *link;
    uint64_t bit = UINT64_C(1) << turn->worker;

    while ((link = list_pop(done))) {
        struct completion *c = container_of(link, struct completion, link);
        struct seat *seat = container_of(c->peer, struct seat, peer);

        list_push(&seat->done, link);
        if (seat->drainers & bit)
            continue;
        seat->drainers |= bit;
        atomic_fetch_add_explicit(&seat->holders, 1, memory_order_relaxed);
        turn->dirty[turn->dirty_count++] = seat;
    }
}

/*
 * Without memory: replies to the worker's own sessions, for which there is always room.
 */
static void turn_refuse_all(struct turn *turn)
{
    for (size_t i = 0; i < turn->ticket_count; i++)
        if (turn->tickets[i].rq.op != (enum op)OP_LEAVE && !turn->tickets[i].err)
            turn->tickets[i].err = ERR_NO_MEMORY;
}

/* What counts of the world outside while the broker is at work. */
static void hub_look_outside(struct hub *hub)
{
    broker_set_outside(hub->broker,
                       atomic_load_explicit(&hub->outside, memory_order_relaxed),
                       budget_outside(&hub->budget));
}

/* And what the world is to know of it. When there is something to do again. */
static int64_t hub_conclude(struct hub *hub, struct turn *turn)
{
    hub_sort(hub, turn);
    atomic_store_explicit(&hub->budget.inside, broker_memory(hub->broker),
                          memory_order_relaxed);
    return broker_deadline(hub->broker);
}

int64_t hub_run(struct hub *hub, struct turn *turn, int64_t now_ns)
{
    int64_t deadline;

    hub_lock(hub);
    broker_recycle(hub->broker, &turn->retired);
    turn->retired_count = 0;
    hub_look_outside(hub);
    if (!turn_reserve_dirty(hub, turn))
        turn_refuse_all(turn);
    for (size_t i = 0; i < turn->ticket_count; i++)
        dispatch_run(hub, turn, &turn->tickets[i], now_ns);
    deadline = hub_conclude(hub, turn);
    pthread_mutex_unlock(&hub->lock);
    return deadline;
}

int64_t hub_expire(struct hub *hub, struct turn *turn, int64_t now_ns)
{
    int64_t deadline;

    hub_lock(hub);
    if (turn_reserve_dirty(hub, turn))
        broker_expire(hub->broker, now_ns);
    deadline = hub_conclude(hub, turn);
    pthread_mutex_unlock(&hub->lock);
    return deadline > now_ns ? deadline : now_ns + RETRY_NS;
}

void hub_charge(struct hub *hub, struct seat *seat, struct account *account)
{
    hub_lock(hub);
    peer_charge(&seat->peer, account);
    pthread_mutex_unlock(&hub->lock);
}

bool hub_has_parked(struct hub *hub, const struct seat *seat)
{
    bool parked;

    hub_lock(hub);
    parked = seat->peer.count > 0;
    pthread_mutex_unlock(&hub->lock);
    return parked;
}

size_t hub_look(struct hub *hub, const struct catalog_query *query, size_t *effort,
                struct channel_stat *ret, char ret_last[NAME_MAX_LEN + 1])
{
    struct slice last;
    size_t count;

    hub_lock(hub);
    count = broker_look(hub->broker, query, effort, ret, &last);
    if (last.len > 0)
        memcpy(ret_last, last.bytes, last.len);
    ret_last[last.len] = '\0';
    pthread_mutex_unlock(&hub->lock);
    return count;
}

void hub_collect(struct hub *hub, struct seat *seat, unsigned worker,
                 struct list *ret_done)
{
    list_init(ret_done);
    hub_lock(hub);
    list_splice(ret_done, &seat->done);
    seat->drainers &= ~(UINT64_C(1) << worker);
    pthread_mutex_unlock(&hub->lock);
}

/* No more than the broker keeps for reuse are kept here, for a turn may be far away. */
void turn_retire(struct turn *turn, struct completion *c)
{
    enum { RETIRED_MAX = 1024 };

    if (turn->retired_count == RETIRED_MAX) {
        completion_free(c);
        return;
    }
    list_push(&turn->retired, &c->link);
    turn->retired_count++;
}

bool turn_reserve_offers(struct turn *turn, size_t count)
{
    struct offer *offers;

    if (count <= turn->offers_cap)
        return true;
    offers = realloc(turn->offers, count * sizeof *offers);
    if (!offers)
        return false;
    turn->offers = offers;
    turn->offers_cap = count;
    return true;
}

void turn_release(struct turn *turn)
{
    struct list *link;

    while ((link = list_pop(&turn->retired)))
        completion_free(container_of(link, struct completion, link));
    free(turn->offers);
    free(turn->dirty);
}
