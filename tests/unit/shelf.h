/* SPDX-License-Identifier: MIT */
/*
 * shelf.h - a catalog with the exchange that it needs: what its tests start from.
 */
#ifndef TESTS_SHELF_H
#define TESTS_SHELF_H

#include <check.h>
#include <stdlib.h>
#include "catalog.h"

struct shelf {
    struct exchange ex;
    struct catalog catalog;
};

static inline struct shelf *shelf_new(void)
{
    struct shelf *g = calloc(1, sizeof *g);

    ck_assert_ptr_nonnull(g);
    exchange_init(&g->ex, (struct hash_key){1, 2}, 3);
    g->ex.known_max = INT64_MAX;
    ck_assert(catalog_init(&g->catalog, &g->ex, (struct hash_key){1, 2}));
    return g;
}

static inline void shelf_free(struct shelf *g)
{
    catalog_release(&g->catalog);
    exchange_release(&g->ex);
    free(g);
}

static inline struct channel *get(struct shelf *g, const char *name)
{
    struct channel *ch = catalog_get(&g->catalog, slice_text(name));

    ck_assert_ptr_nonnull(ch);
    return ch;
}

static inline struct channel *know(struct shelf *g, const char *name)
{
    struct channel *ch = get(g, name);

    ck_assert_int_eq(exchange_know(&g->ex, ch), ERR_OK);
    return ch;
}

#endif
