/* SPDX-License-Identifier: MIT */
#include "broker.h"

#include <stdlib.h>

struct broker {
    struct exchange exchange;
    struct catalog catalog;
    struct limits limits;
    bool auto_create;
    int64_t closed_linger_ns;
};

bool broker_configure(struct broker *b, const struct broker_settings *s)
{
    if (!catalog_set_templates(&b->catalog, s->templates, s->template_count))
        return false;
    b->limits = s->limits;
    b->auto_create = s->auto_create;
    b->closed_linger_ns = s->closed_linger_ns;
    b->exchange.known_max = s->limits.channels;
    b->exchange.bytes_max = s->limits.memory_bytes;
    b->exchange.parked_channel_max = (uint32_t)s->limits.parked_per_channel;
    b->exchange.parked_peer_max = (uint32_t)s->limits.parked_per_connection;
    return true;
}

struct broker *broker_new(const struct broker_settings *s, struct hash_key key,
                          uint64_t random)
{
    struct broker *b = calloc(1, sizeof *b);

    if (!b)
        return NULL;
    exchange_init(&b->exchange, key, random);
    if (!catalog_init(&b->catalog, &b->exchange, key) || !broker_configure(b, s)) {
        broker_free(b);
        return NULL;
    }
    return b;
}

void broker_free(struct broker *b)
{
    struct heap_node *n;

    if (!b)
        return;
    while ((n = heap_first(&b->exchange.timers)))
        heap_remove(&b->exchange.timers, n);
    catalog_release(&b->catalog);
    exchange_release(&b->exchange);
    free(b);
}

/* A channel that has lost something: does it linger, or go? False: out of memory. */
static bool channel_settle(struct broker *b, struct channel *ch, int64_t now_ns)
{
    bool timed = heap_holds(&ch->timer.node) || b->closed_linger_ns > INT64_MAX - now_ns;

    if (ch->closed && channel_is_drained(ch) && !timed)
        return heap_add(&b->exchange.timers, &ch->timer.node,
                        now_ns + b->closed_linger_ns);
    if (!ch->closed && !ch->opened && channel_is_idle(ch))
        catalog_forget(&b->catalog, ch);
    return true;
}

/* Apart, as catalog_make is, for most operations make none quiet. */
__attribute__((noinline)) static void settle_quiet(struct broker *b, int64_t now_ns)
{
    struct list again, *link;

    list_init(&again);
    while ((link = list_pop(&b->exchange.quiet)))
        if (!channel_settle(b, container_of(link, struct channel, quiet), now_ns))
            list_push(&again, link);
    list_splice(&b->exchange.quiet, &again); /* behind the next operation */
}

/* Behind every operation: looks at the channels that it made quiet. */
static void broker_settle(struct broker *b, int64_t now_ns)
{
    if (!list_is_empty(&b->exchange.quiet))
        settle_quiet(b, now_ns);
    catalog_trim(&b->catalog);
}

/* ---- put, take, alts ---- */

/* Finds the channels of the offers; on failure *ret_culprit is the name in question. */
static enum err offers_find(struct broker *b, struct ask *ask, struct slice *ret_culprit)
{
    for (uint32_t i = 0; i < ask->count; i++) {
        struct offer *o = &ask->offers[i];

        o->channel = catalog_get(&b->catalog, o->name);
        if (o->channel && (o->channel->known || b->auto_create))
            continue;
        *ret_culprit = o->name;
        return o->channel ? ERR_NO_CHANNEL : ERR_NO_MEMORY;
    }
    return ERR_OK;
}

bool broker_start(struct broker *b, struct ask *ask, int64_t now_ns,
                  struct completion *now)
{
    struct slice culprit = {0};
    enum err err = offers_find(b, ask, &culprit);
    bool completed = true;

    if (err)
        alt_refuse(&b->exchange, ask, err, culprit, now);
    else
        completed = alt_start(&b->exchange, ask, now_ns, now);
    broker_settle(b, now_ns);
    return completed;
}

static struct alt *parked_alt(const struct broker *b, const struct peer *peer,
                              struct slice tag)
{
    if (peer->count == 0 || !tag.bytes)
        return NULL;
    return peer_find(peer, tag, (uint32_t)hash_bytes(&b->exchange.key, tag));
}

bool broker_is_parked(const struct broker *b, const struct peer *peer, struct slice tag)
{
    return parked_alt(b, peer, tag) != NULL;
}

enum err broker_cancel(struct broker *b, struct peer *peer, struct slice tag,
                       int64_t now_ns)
{
    struct alt *alt = parked_alt(b, peer, tag);

    if (!alt)
        return ERR_NOT_PARKED;
    alt_end(&b->exchange, alt, ERR_CANCELLED);
    broker_settle(b, now_ns);
    return ERR_OK;
}

void broker_leave(struct broker *b, struct peer *peer, int64_t now_ns)
{
    exchange_leave(&b->exchange, peer);
    broker_settle(b, now_ns);
}

/* ---- open, close, delete ---- */

/* Whether all that open names is so already. */
static bool open_agrees(const struct broker *b, const struct broker_open *open,
                        const struct channel_settings *s)
{
    int64_t max_parked = s->max_parked ? s->max_parked : b->limits.parked_per_channel;

    if (open->has_buffer &&
        (open->kind != s->kind || (kind_is_sized(s->kind) && open->size != s->size)))
        return false;
    if (open->max_parked && open->max_parked != max_parked)
        return false;
    return open->close_after_ms < 0 || open->close_after_ms == s->close_after_ms;
}

/* The settings of a new channel: what is named, and the template's for the rest. */
static struct channel_settings open_settings(const struct broker *b, struct slice name,
                                             const struct broker_open *open)
{
    struct channel_settings s = catalog_settings(&b->catalog, name);

    if (open->has_buffer) {
        s.kind = open->kind;
        s.size = kind_is_sized(open->kind) ? (uint32_t)open->size : 0;
    }
    if (open->max_parked)
        s.max_parked = (uint32_t)open->max_parked;
    if (open->close_after_ms >= 0)
        s.close_after_ms = open->close_after_ms;
    return s;
}

/* The deadline of a channel that closes by itself, in place of any that it has. */
static enum err channel_arm(struct broker *b, struct channel *ch, int64_t after_ms,
                            int64_t now_ns)
{
    enum { NS_PER_MS = 1000000 };
    int64_t at_ns;

    heap_remove(&b->exchange.timers, &ch->timer.node);
    if (after_ms <= 0 || after_ms > (INT64_MAX - now_ns) / NS_PER_MS)
        return ERR_OK;
    at_ns = now_ns + after_ms * NS_PER_MS;
    return heap_add(&b->exchange.timers, &ch->timer.node, at_ns) ? ERR_OK : ERR_NO_MEMORY;
}

/* Makes it known, if there is room for that. */
static enum err channel_admit(struct broker *b, struct channel *ch)
{
    if (!ch->known &&
        !exchange_has_room(&b->exchange, RESERVE_REQUESTS, CHANNEL_WEIGHT_MAX))
        return ERR_LIMIT_MEMORY;
    return exchange_know(&b->exchange, ch);
}

/* Makes a channel that is not known, or is over, anew; a failure leaves it as it was. */
static enum err channel_create(struct broker *b, struct channel *ch,
                               const struct broker_open *open, int64_t now_ns)
{
    struct channel_settings s = open_settings(b, channel_name(ch), open);
    enum err err = channel_admit(b, ch);

    if (!err)
        err = channel_arm(b, ch, s.close_after_ms, now_ns);
    if (err) {
        exchange_touch(&b->exchange, ch); /* it is known for nothing */
        return err;
    }
    b->exchange.memory -= channel_reset(ch, &s);
    ch->known = ch->opened = true;
    if (s.close_after_ms == 0)
        exchange_close(&b->exchange, ch);
    return ERR_OK;
}

enum err broker_open(struct broker *b, struct slice name, const struct broker_open *open,
                     int64_t now_ns, bool *ret_created)
{
    struct channel_settings s;
    struct channel *ch;
    enum err err = ERR_OK;
    bool created;

    if (open->has_buffer && kind_is_sized(open->kind) &&
        open->size > b->limits.buffer_size)
        return ERR_LIMIT_BUFFER_SIZE;
    ch = catalog_get(&b->catalog, name);
    if (!ch)
        return ERR_NO_MEMORY;
    created = !ch->known || (ch->closed && channel_is_drained(ch));
    s = channel_settings(ch);
    if (created)
        err = channel_create(b, ch, open, now_ns);
    else if (!open_agrees(b, open, &s))
        err = ERR_EXISTS;
    else
        ch->opened = true;
    broker_settle(b, now_ns);
    if (!err)
        *ret_created = created;
    return err;
}

enum err broker_close(struct broker *b, struct slice name, int64_t now_ns)
{
    struct channel *ch = catalog_get(&b->catalog, name);
    enum err err;

    if (!ch)
        return ERR_NO_MEMORY;
    err = ch->known || b->auto_create ? channel_admit(b, ch) : ERR_NO_CHANNEL;
    if (!err)
        exchange_close(&b->exchange, ch);
    broker_settle(b, now_ns);
    return err;
}

void broker_delete(struct broker *b, struct slice name, int64_t now_ns)
{
    struct channel *ch = catalog_find(&b->catalog, name);

    if (!ch)
        return;
    exchange_clear(&b->exchange, ch);
    catalog_forget(&b->catalog, ch);
    broker_settle(b, now_ns);
}

/* ---- looking ---- */

enum err broker_stat(const struct broker *b, struct slice name, struct channel_stat *ret)
{
    const struct channel *ch = catalog_find(&b->catalog, name);

    if (!ch)
        return ERR_NO_CHANNEL;
    channel_stat(ch, ret);
    return ERR_OK;
}

size_t broker_list(const struct broker *b, const struct catalog_query *query,
                   struct channel_stat *ret, bool *ret_more)
{
    return catalog_list(&b->catalog, query, ret, ret_more);
}

size_t broker_look(const struct broker *b, const struct catalog_query *query,
                   size_t *effort, struct channel_stat *ret, struct slice *ret_last)
{
    return catalog_look(&b->catalog, query, effort, ret, ret_last);
}

struct broker_stat broker_totals(const struct broker *b)
{
    return (struct broker_stat){
        .channels = b->exchange.known,
        .parked = b->exchange.parked,
        .bytes = b->exchange.bytes,
        .output_bytes = b->exchange.outside,
        .memory = b->exchange.memory + b->exchange.memory_outside,
    };
}

int64_t broker_memory(const struct broker *b)
{
    return b->exchange.memory;
}

/* ---- time ---- */

int64_t broker_deadline(const struct broker *b)
{
    const struct heap_node *first = heap_first(&b->exchange.timers);

    return first ? first->key : INT64_MAX;
}

static void timer_expire(struct broker *b, struct timer *timer)
{
    struct channel *ch;

    heap_remove(&b->exchange.timers, &timer->node);
    if (timer->kind == TIMER_ALT) {
        alt_end(&b->exchange, container_of(timer, struct alt, timer), ERR_TIMEOUT);
        return;
    }
    ch = container_of(timer, struct channel, timer);
    if (!ch->closed)
        exchange_close(&b->exchange, ch);
    else if (channel_is_drained(ch))
        catalog_forget(&b->catalog, ch);
}

void broker_expire(struct broker *b, int64_t now_ns)
{
    struct heap_node *node;

    while ((node = heap_first(&b->exchange.timers)) && node->key <= now_ns) {
        timer_expire(b, container_of(node, struct timer, node));
        broker_settle(b, now_ns);
    }
}

struct list *broker_done(struct broker *b)
{
    return &b->exchange.done;
}

void broker_recycle(struct broker *b, struct list *retired)
{
    alt_recycle(&b->exchange, retired);
}

void broker_set_outside(struct broker *b, int64_t bytes, int64_t memory)
{
    b->exchange.outside = bytes;
    b->exchange.memory_outside = memory;
    b->exchange.handed = 0;
}
