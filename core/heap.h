/* SPDX-License-Identifier: MIT */
/*
 * heap.h - a binary heap of nodes that know their place, smallest key first.
 *
 * Nodes are embedded in what they stand for, so that any of them can be removed in
 * O(log n). The heap owns only its array. Not thread-safe.
 */
#ifndef CORE_HEAP_H
#define CORE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_node {
    int64_t key;
    size_t at; /* 1 + its index in the array; 0: in no heap */
};

struct heap {
    struct heap_node **nodes;
    size_t count, cap;
};

/* {0} is an empty heap. */
void heap_release(struct heap *h); /* frees the array; nodes are the caller's */

/*
 * Adds a node, which must be in no heap, under key. False, and nothing done: no memory.
 */
bool heap_add(struct heap *h, struct heap_node *n, int64_t key);

/* Takes a node out, if it is in. */
void heap_remove(struct heap *h, struct heap_node *n);

/* The node with the smallest key, or NULL. */
struct heap_node *heap_first(const struct heap *h);

static inline bool heap_holds(const struct heap_node *n)
{
    return n->at != 0;
}

#endif
