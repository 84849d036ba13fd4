/* SPDX-License-Identifier: MIT */
/*
 * channel.h - a named buffer with puts parked at one end and takes at the other.
 *
 * Invariants, between operations of the broker:
 *   - takes are parked only while the buffer is empty and the channel open;
 *   - puts are parked only while the buffer is full (a buffer of none always is);
 *   - who parked first stands first in the line.
 * A channel that is not `known` has nothing in it and nobody at it: it exists only so
 * that its memory can be used again. Plain data for core; not thread-safe.
 */
#ifndef CORE_CHANNEL_H
#define CORE_CHANNEL_H

#include <stdbool.h>
#include <stdint.h>
#include "buffer.h"
#include "heap.h"
#include "list.h"
#include "name.h"
#include "slice.h"

/* What `open` may name. */
struct channel_settings {
    enum kind kind;
    uint32_t size;          /* of the sized kinds, else 0 */
    uint32_t max_parked;    /* on each side; 0: the broker's limit */
    int64_t close_after_ms; /* from its creation; -1: never */
};

/* What `stat` tells. */
struct channel_stat {
    char name[201];
    struct channel_settings settings;
    bool closed;
    uint32_t buffered, parked_puts, parked_takes;
    uint64_t bytes; /* of the buffered values */
    uint64_t puts, takes, dropped;
};

/* Something with a deadline: an alt's end, or a channel's. */
enum timer_kind { TIMER_ALT, TIMER_CHANNEL };

struct timer {
    struct heap_node node; /* key: monotonic ns */
    enum timer_kind kind;
};

struct channel {
    struct list puts, takes; /* clauses parked, the first at the front */
    struct buffer buffer;
    uint32_t put_count, take_count; /* how many clauses are parked */
    uint64_t bytes;
    uint64_t puts_total, takes_total, dropped_total;
    struct timer timer; /* open: it closes by itself; closed: it is forgotten */
    struct list quiet; /* in the exchange's list of those to look at, or of the unknown */
    struct channel *hash_next, *left, *right; /* the registry's */
    uint32_t hash;
    uint32_t edition; /* of the templates that its settings are from; the catalog's */
    uint32_t max_parked;
    int64_t close_after_ms;
    bool known, opened, closed;
    uint8_t name_len;
    char name[]; /* no NUL */
};

/* An unknown channel of that name; NULL if out of memory. */
struct channel *channel_new(struct slice name, uint32_t hash,
                            const struct channel_settings *s);

/* Frees it and what is buffered; nobody may be parked on it and no list hold it. */
void channel_free(struct channel *ch);

/*
 * Drops what is buffered and starts anew, unknown, with other settings. Nobody may be
 * parked. How much memory that gave back.
 */
int64_t channel_reset(struct channel *ch, const struct channel_settings *s);

struct channel_settings channel_settings(const struct channel *ch);
void channel_stat(const struct channel *ch, struct channel_stat *ret);

static inline struct slice channel_name(const struct channel *ch)
{
    return slice_of(ch->name, ch->name_len);
}

/* What one takes of the memory, rounded up, with its share of the tables it is in. */
enum {
    CHANNEL_WEIGHT = sizeof(struct channel) + 24 + 4 * sizeof(struct channel *),
    CHANNEL_WEIGHT_MAX = CHANNEL_WEIGHT + NAME_MAX_LEN,
};

static inline int64_t channel_weight(const struct channel *ch)
{
    return CHANNEL_WEIGHT + ch->name_len;
}

/* Nothing buffered, nobody parked to put: after a close, takes get `closed`. */
static inline bool channel_is_drained(const struct channel *ch)
{
    return ch->buffer.count == 0 && ch->put_count == 0;
}

/* Nothing in it and nobody at it. */
static inline bool channel_is_idle(const struct channel *ch)
{
    return channel_is_drained(ch) && ch->take_count == 0;
}

#endif
