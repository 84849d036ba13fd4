/* SPDX-License-Identifier: MIT */
/*
 * ground.h - an exchange with channels of any name, for tests below the broker. What a
 * channel is like is in the first letter of its name.
 */
#ifndef TESTS_GROUND_H
#define TESTS_GROUND_H

#include "asking.h"
#include "catalog.h"

struct ground {
    struct place place; /* first, so that the one is the other */
    struct exchange ex;
    struct catalog catalog;
};

static const struct channel_template ground_templates[] = {
    {"f*", {.kind = KIND_FIXED, .size = 2, .close_after_ms = -1}},
    {"s*", {.kind = KIND_SLIDING, .size = 2, .close_after_ms = -1}},
    {"d*", {.kind = KIND_DROPPING, .size = 2, .close_after_ms = -1}},
    {"p*", {.kind = KIND_PROMISE, .close_after_ms = -1}},
    {"m*", {.kind = KIND_NONE, .max_parked = 2, .close_after_ms = -1}},
};

/* Says nothing to Check, which might have no memory now. */
static inline struct channel *channel(struct ground *g, const char *name)
{
    struct channel *ch = catalog_get(&g->catalog, slice_text(name));

    if (!ch)
        abort();
    return ch;
}

static inline bool ground_start(struct place *p, struct ask *ask, struct completion *now)
{
    struct ground *g = (struct ground *)p;

    for (uint32_t i = 0; i < ask->count; i++) {
        ask->offers[i].channel = catalog_get(&g->catalog, ask->offers[i].name);
        if (!ask->offers[i].channel)
            abort();
    }
    return alt_start(&g->ex, ask, p->now_ns, now);
}

static inline struct ground *ground_new(void)
{
    struct ground *g = calloc(1, sizeof *g);

    ck_assert_ptr_nonnull(g);
    exchange_init(&g->ex, (struct hash_key){1, 2}, 3);
    g->ex.bytes_max = 1000;
    g->ex.known_max = 10;
    g->ex.parked_channel_max = g->ex.parked_peer_max = 8;
    ck_assert(catalog_init(&g->catalog, &g->ex, (struct hash_key){1, 2}));
    ck_assert(catalog_set_templates(&g->catalog, ground_templates,
                                    sizeof ground_templates / sizeof *ground_templates));
    place_init(&g->place, ground_start, &g->ex.done);
    return g;
}

/* Nothing may be left behind: what is parked is ended, what is held counted. */
static inline void ground_free(struct ground *g)
{
    struct channel *ch;

    expect_nothing(&g->place);
    for (int i = 0; i < ASKING_PEERS; i++)
        exchange_leave(&g->ex, &g->place.peers[i]);
    place_drain(&g->place);
    ck_assert_int_eq(g->ex.parked, 0);
    ck_assert_uint_eq(g->ex.timers.count, 0);
    for (ch = registry_from(&g->catalog.registry, slice_of("", 0)); ch;
         ch = registry_next(&g->catalog.registry, ch)) {
        exchange_clear(&g->ex, ch);
        g->ex.memory -= ch->known ? channel_weight(ch) : 0;
    }
    ck_assert_int_eq(g->ex.bytes, 0);
    ck_assert_int_eq(g->ex.memory, g->place.freed);
    catalog_release(&g->catalog);
    exchange_release(&g->ex);
    place_release(&g->place);
    free(g);
}

static inline void check_stat(struct ground *g, const char *name, uint32_t buffered,
                              uint32_t parked_puts, uint32_t parked_takes)
{
    struct channel_stat stat;

    channel_stat(channel(g, name), &stat);
    ck_assert_uint_eq(stat.buffered, buffered);
    ck_assert_uint_eq(stat.parked_puts, parked_puts);
    ck_assert_uint_eq(stat.parked_takes, parked_takes);
}

static inline void check_totals(struct ground *g, const char *name, uint64_t puts,
                                uint64_t takes, uint64_t dropped)
{
    struct channel_stat stat;

    channel_stat(channel(g, name), &stat);
    ck_assert_uint_eq(stat.puts, puts);
    ck_assert_uint_eq(stat.takes, takes);
    ck_assert_uint_eq(stat.dropped, dropped);
}

#endif
