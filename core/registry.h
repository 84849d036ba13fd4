/* SPDX-License-Identifier: MIT */
/*
 * registry.h - names -> channels: a keyed hash table to find one, a treap to walk them in
 * byte order. Links are in the channels; the registry owns only its table.
 *
 * The treap's priorities are the names' keyed hashes, so its shape is that of a random
 * tree whatever the names (Seidel and Aragon, "Randomized search trees", 1996).
 * Not thread-safe.
 */
#ifndef CORE_REGISTRY_H
#define CORE_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include "channel.h"
#include "hash.h"

struct registry {
    struct channel **buckets;
    size_t mask, count; /* buckets - 1, a power of two less one; channels in it */
    struct channel *root;
    struct hash_key key;
};

/* Byte order: below, at or above 0 as a stands before, at or behind b. */
int registry_order(struct slice a, struct slice b);

/* An empty registry; false: no memory. */
bool registry_init(struct registry *r, struct hash_key key);

/* Frees the table and, in it, every channel. */
void registry_release(struct registry *r);

uint32_t registry_hash(const struct registry *r, struct slice name);

/* The channel of that name, whose hash is given; or NULL. */
struct channel *registry_find(const struct registry *r, struct slice name, uint32_t hash);

/* Adds a channel whose name is not in it. */
void registry_add(struct registry *r, struct channel *ch);

/* Takes one out that is in it. */
void registry_remove(struct registry *r, struct channel *ch);

/* The first channel in byte order whose name is `name` or behind it; NULL: none. */
struct channel *registry_from(const struct registry *r, struct slice name);

/* The first channel in byte order behind ch; NULL: none. */
struct channel *registry_next(const struct registry *r, const struct channel *ch);

#endif
