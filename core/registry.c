/* SPDX-License-Identifier: MIT */
#include "registry.h"

#include <stdlib.h>

enum { BUCKETS_MIN = 256 };

bool registry_init(struct registry *r, struct hash_key key)
{
    *r = (struct registry){.mask = BUCKETS_MIN - 1, .key = key};
    r->buckets = calloc(BUCKETS_MIN, sizeof(struct channel *));
    return r->buckets != NULL;
}

void registry_release(struct registry *r)
{
    for (size_t i = 0; r->buckets && i <= r->mask; i++)
        for (struct channel *ch = r->buckets[i], *next; ch; ch = next) {
            next = ch->hash_next;
            channel_free(ch);
        }
    free(r->buckets);
    *r = (struct registry){0};
}

uint32_t registry_hash(const struct registry *r, struct slice name)
{
    return (uint32_t)hash_bytes(&r->key, name);
}

struct channel *registry_find(const struct registry *r, struct slice name, uint32_t hash)
{
    struct channel *ch = r->buckets[hash & r->mask];

    while (ch && !(ch->hash == hash && slice_equal(channel_name(ch), name)))
        ch = ch->hash_next;
    return ch;
}

static void registry_link(struct registry *r, struct channel *ch)
{
    struct channel **bucket = &r->buckets[ch->hash & r->mask];

    ch->hash_next = *bucket;
    *bucket = ch;
}

/* Another number of buckets; a failure costs speed only, so it is none. */
static void registry_resize(struct registry *r, size_t size)
{
    struct channel **old = r->buckets, **buckets = calloc(size, sizeof(struct channel *));
    size_t old_size = r->mask + 1;

    if (!buckets)
        return;
    r->buckets = buckets;
    r->mask = size - 1;
    for (size_t i = 0; i < old_size; i++)
        for (struct channel *ch = old[i], *next; ch; ch = next) {
            next = ch->hash_next;
            registry_link(r, ch);
        }
    free(old);
}

int registry_order(struct slice a, struct slice b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.bytes, b.bytes, shorter) : 0;

    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/*
 * The table uses the low bits of the hash; mixed, they make a priority that is its own.
 */
static uint32_t priority(const struct channel *ch)
{
    return ch->hash * 0x9e3779b1u;
}

/* Parts the tree into the channels before `name` and those from it on. */
static void tree_split(struct channel *tree, struct slice name, struct channel **before,
                       struct channel **from)
{
    while (tree) {
        if (registry_order(channel_name(tree), name) < 0) {
            *before = tree;
            before = &tree->right;
            tree = tree->right;
        } else {
            *from = tree;
            from = &tree->left;
            tree = tree->left;
        }
    }
    *before = *from = NULL;
}

/* One tree of two, all of whose names in `a` are before those in `b`. */
static struct channel *tree_join(struct channel *a, struct channel *b)
{
    struct channel *tree, **hole = &tree;

    while (a && b) {
        if (priority(a) > priority(b)) {
            *hole = a;
            hole = &a->right;
            a = a->right;
        } else {
            *hole = b;
            hole = &b->left;
            b = b->left;
        }
    }
    *hole = a ? a : b;
    return tree;
}

/* The link to the first node on ch's path whose place is ch's. */
static struct channel **tree_place(struct channel **link, const struct channel *ch)
{
    while (*link && *link != ch && priority(*link) >= priority(ch))
        link = registry_order(channel_name(ch), channel_name(*link)) < 0
                   ? &(*link)->left
                   : &(*link)->right;
    return link;
}

void registry_add(struct registry *r, struct channel *ch)
{
    struct channel **place = tree_place(&r->root, ch);
    struct channel *below = *place;

    *place = ch;
    tree_split(below, channel_name(ch), &ch->left, &ch->right);
    registry_link(r, ch);
    if (++r->count > r->mask + 1)
        registry_resize(r, 2 * (r->mask + 1));
}

void registry_remove(struct registry *r, struct channel *ch)
{
    struct channel **link = &r->buckets[ch->hash & r->mask];
    struct channel **place = tree_place(&r->root, ch);

    while (*link != ch)
        link = &(*link)->hash_next;
    *link = ch->hash_next;
    *place = tree_join(ch->left, ch->right);
    ch->hash_next = ch->left = ch->right = NULL;
    if (--r->count < (r->mask + 1) / 8 && r->mask + 1 > BUCKETS_MIN)
        registry_resize(r, (r->mask + 1) / 2);
}

/* The first channel for which registry_order(its name, name) >= least. */
static struct channel *registry_bound(const struct registry *r, struct slice name,
                                      int least)
{
    struct channel *found = NULL;

    for (struct channel *ch = r->root; ch;) {
        int order = registry_order(channel_name(ch), name);

        if (order > 0 || (order == 0 && least == 0)) {
            found = ch;
            ch = ch->left;
        } else {
            ch = ch->right;
        }
    }
    return found;
}

struct channel *registry_from(const struct registry *r, struct slice name)
{
    return registry_bound(r, name, 0);
}

struct channel *registry_next(const struct registry *r, const struct channel *ch)
{
    return registry_bound(r, channel_name(ch), 1);
}
