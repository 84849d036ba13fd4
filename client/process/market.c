/* SPDX-License-Identifier: MIT */
#include "market.h"

#include <string.h>
#include <sys/random.h>
#include "deadline.h"
#include "status.h"
#include "strand.h"

/* There is no limit but memory. */
static void lift_limits(struct exchange *ex)
{
    ex->bytes_max = ex->known_max = INT64_MAX;
    ex->parked_channel_max = ex->parked_peer_max = UINT32_MAX;
}

void market_init(struct market *m)
{
    uint64_t random;

    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != sizeof random)
        random = (uint64_t)deadline_now_ns();
    pthread_mutex_init(&m->lock, NULL);
    exchange_init(&m->exchange, (struct hash_key){0}, random | 1);
    lift_limits(&m->exchange);
    m->spare = (struct text){0};
    m->longest = 0;
}

void market_release(struct market *m)
{
    exchange_release(&m->exchange);
    text_release(&m->spare);
    pthread_mutex_destroy(&m->lock);
}

/* ---- telling how it ended; all with the lock held ---- */

static enum chan_status status_of(enum err err)
{
    return err == ERR_NO_MEMORY ? CHAN_NO_MEMORY : status_of_err(err);
}

/* Values are passed on as they are, but for line feeds: as by a server, whose protocol
 * has them between messages. */
static void flatten(struct outcome *o)
{
    char *at = o->kept.bytes, *end = at + o->last.value_len;

    while (at < end && (at = memchr(at, '\n', (size_t)(end - at))))
        *at++ = ' ';
}

static void tell(struct market *m, struct party *party, const struct completion *c)
{
    const enum chan_status status = status_of(c->err);
    const struct chan_reply reply = {
        .status = status,
        .index = c->index,
        .dropped = c->dropped,
        .value = c->value.bytes,
        .value_len = c->value.len,
        .message = chan_status_text(status),
    };
    struct outcome *o = strand_outcome(party->strand);

    outcome_keep_spared(o, &reply, &m->spare);
    if (o->last.value)
        flatten(o);
    party->ended = true;
}

/*
 * Behind every operation: tells all whose alts it has ended. The value of a put is
 * borrowed until then. Who is woken sees that it has ended only under the lock, so that
 * it is still there while it is being woken.
 */
static void settle(struct market *m)
{
    struct list retired, *link;
    int64_t freed = 0;

    list_init(&retired);
    while ((link = list_pop(&m->exchange.done))) {
        struct completion *c = container_of(link, struct completion, link);
        struct party *party = container_of(c->peer, struct party, peer);

        tell(m, party, c);
        if (c->parked)
            strand_wake(party->strand);
        if (completion_retire(c, &freed))
            list_push(&retired, link);
    }
    m->exchange.memory -= freed;
    alt_recycle(&m->exchange, &retired);
    while (list_pop(&m->exchange.quiet)) /* channels live as long as their handles */
        ;
}

static void expire(struct market *m, int64_t now_ns)
{
    struct exchange *ex = &m->exchange;
    struct heap_node *node;

    while ((node = heap_first(&ex->timers)) && node->key <= now_ns) {
        struct timer *timer = container_of(node, struct timer, node);

        heap_remove(&ex->timers, node);
        if (timer->kind == TIMER_ALT)
            alt_end(ex, container_of(timer, struct alt, timer), ERR_TIMEOUT);
        else
            exchange_close(ex, container_of(timer, struct channel, timer));
    }
    settle(m);
}

/* ---- asking ---- */

static bool closes_by_itself(const struct offer *o)
{
    return heap_holds(&o->channel->timer.node);
}

/*
 * An ask hands over one value at most, but for those of promises, which stay. So that
 * whoever gets it has memory for it, there is some to spare for the longest there is.
 * Where there are no values none is needed: who waits for a close waits without memory,
 * too.
 */
static bool has_spare(struct market *m, const struct ask *ask)
{
    if (m->exchange.bytes == 0)
        m->longest = 0;
    for (uint32_t i = 0; i < ask->count; i++)
        if (ask->offers[i].value.len > m->longest)
            m->longest = ask->offers[i].value.len;
    text_clear(&m->spare);
    return m->longest == 0 || text_reserve(&m->spare, m->longest + OUTCOME_ROOM);
}

/* The clock is looked at only where it matters. */
static bool time_matters(const struct ask *ask)
{
    for (uint32_t i = 0; i < ask->count; i++)
        if (closes_by_itself(&ask->offers[i]))
            return true;
    return ask->wait_ns > 0;
}

/* When a parked ask ends at the latest, whatever others do: a close ends takes only. */
static int64_t end_of(const struct ask *ask, int64_t now_ns)
{
    int64_t end_ns = INT64_MAX;

    if (ask->wait_ns > 0 && ask->wait_ns < INT64_MAX - now_ns)
        end_ns = now_ns + ask->wait_ns;
    for (uint32_t i = 0; i < ask->count; i++) {
        const struct offer *o = &ask->offers[i];

        if (o->side == SIDE_TAKE && closes_by_itself(o) &&
            o->channel->timer.node.key < end_ns)
            end_ns = o->channel->timer.node.key;
    }
    return end_ns;
}

bool market_ask(struct market *m, struct strand *strand, struct ask *ask,
                struct party *party)
{
    struct completion now;
    int64_t now_ns = 0;
    bool ended;

    *party = (struct party){.strand = strand};
    peer_init(&party->peer);
    ask->peer = &party->peer;
    pthread_mutex_lock(&m->lock);
    if (time_matters(ask)) {
        now_ns = deadline_now_ns();
        expire(m, now_ns);
    }
    ended = !has_spare(m, ask);
    if (ended)
        outcome_end(strand_outcome(strand), CHAN_NO_MEMORY, NULL);
    else
        ended = alt_start(&m->exchange, ask, now_ns, &now);
    if (!ended)
        party->until_ns = end_of(ask, now_ns);
    settle(m);
    pthread_mutex_unlock(&m->lock);
    return ended;
}

static bool has_ended(struct market *m, struct party *party)
{
    int64_t now_ns = party->until_ns == INT64_MAX ? 0 : deadline_now_ns();
    bool ended;

    pthread_mutex_lock(&m->lock);
    if (party->until_ns <= now_ns)
        expire(m, now_ns);
    ended = party->ended;
    pthread_mutex_unlock(&m->lock);
    return ended;
}

void market_wait(struct market *m, struct party *party)
{
    if (strand_is_process(party->strand)) /* its carrier has an eye on the time */
        party->until_ns = INT64_MAX;
    do
        strand_wait(party->strand, party->until_ns);
    while (!has_ended(m, party));
}

/* ---- channels as a whole ---- */

void market_close(struct market *m, struct channel *ch)
{
    pthread_mutex_lock(&m->lock);
    exchange_close(&m->exchange, ch);
    settle(m);
    pthread_mutex_unlock(&m->lock);
}

bool market_close_at(struct market *m, struct channel *ch, int64_t when_ns)
{
    bool noted;

    pthread_mutex_lock(&m->lock);
    noted = heap_add(&m->exchange.timers, &ch->timer.node, when_ns);
    pthread_mutex_unlock(&m->lock);
    return noted;
}

void market_forget(struct market *m, struct channel *ch)
{
    pthread_mutex_lock(&m->lock);
    heap_remove(&m->exchange.timers, &ch->timer.node);
    exchange_clear(&m->exchange, ch);
    pthread_mutex_unlock(&m->lock);
    channel_free(ch);
}

/* ---- time ---- */

int64_t market_deadline(struct market *m)
{
    const struct heap_node *first;
    int64_t deadline_ns;

    pthread_mutex_lock(&m->lock);
    first = heap_first(&m->exchange.timers);
    deadline_ns = first ? first->key : INT64_MAX;
    pthread_mutex_unlock(&m->lock);
    return deadline_ns;
}

void market_expire(struct market *m, int64_t now_ns)
{
    pthread_mutex_lock(&m->lock);
    expire(m, now_ns);
    pthread_mutex_unlock(&m->lock);
}
