/* SPDX-License-Identifier: MIT */
#include "heap.h"

#include <stdlib.h>

enum { HEAP_CAP_MIN = 64 };

void heap_release(struct heap *h)
{
    free(h->nodes);
    *h = (struct heap){0};
}

static bool heap_resize(struct heap *h, size_t cap)
{
    struct heap_node **nodes = realloc(h->nodes, cap * sizeof(struct heap_node *));

    if (!nodes)
        return false;
    h->nodes = nodes;
    h->cap = cap;
    return true;
}

static void heap_place(struct heap *h, struct heap_node *n, size_t i)
{
    h->nodes[i] = n;
    n->at = i + 1;
}

static void heap_rise(struct heap *h, struct heap_node *n, size_t i)
{
    while (i > 0) {
        size_t parent = (i - 1) / 2;

        if (h->nodes[parent]->key <= n->key)
            break;
        heap_place(h, h->nodes[parent], i);
        i = parent;
    }
    heap_place(h, n, i);
}

static void heap_sink(struct heap *h, struct heap_node *n, size_t i)
{
    for (;;) {
        size_t child = 2 * i + 1;

        if (child >= h->count)
            break;
        if (child + 1 < h->count && h->nodes[child + 1]->key < h->nodes[child]->key)
            child++;
        if (n->key <= h->nodes[child]->key)
            break;
        heap_place(h, h->nodes[child], i);
        i = child;
    }
    heap_place(h, n, i);
}

bool heap_add(struct heap *h, struct heap_node *n, int64_t key)
{
    if (h->count == h->cap && !heap_resize(h, h->cap ? 2 * h->cap : HEAP_CAP_MIN))
        return false;
    n->key = key;
    heap_rise(h, n, h->count++);
    return true;
}

void heap_remove(struct heap *h, struct heap_node *n)
{
    size_t i = n->at - 1;
    struct heap_node *last;

    if (n->at == 0)
        return;
    n->at = 0;
    last = h->nodes[--h->count];
    if (last != n) {
        if (last->key < n->key)
            heap_rise(h, last, i);
        else
            heap_sink(h, last, i);
    }
    if (h->cap > HEAP_CAP_MIN && h->count < h->cap / 4)
        heap_resize(h, h->cap / 2); /* a failure to shrink harms nobody */
}

struct heap_node *heap_first(const struct heap *h)
{
    return h->count > 0 ? h->nodes[0] : NULL;
}
