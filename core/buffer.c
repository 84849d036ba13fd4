/* SPDX-License-Identifier: MIT */
#include "buffer.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { RING_CAP_MIN = 4 };

static const enum buffer_fate fate_when_full[KIND_COUNT] = {
    [KIND_NONE] = BUFFER_PARK,       [KIND_FIXED] = BUFFER_PARK,
    [KIND_SLIDING] = BUFFER_SLIDE,   [KIND_DROPPING] = BUFFER_DISCARD,
    [KIND_PROMISE] = BUFFER_DISCARD,
};

void buffer_init(struct buffer *b, enum kind kind, uint32_t size)
{
    *b = (struct buffer){.kind = kind, .size = size};
    if (!kind_is_sized(kind))
        b->size = kind == KIND_PROMISE ? 1 : 0;
}

int64_t buffer_release(struct buffer *b)
{
    int64_t weight = buffer_room(b->cap);

    if (!b->ring)
        return 0;
    for (uint32_t i = 0; i < b->count; i++)
        weight += value_drop(b->ring[(b->head + i) % b->cap]);
    free(b->ring);
    b->ring = NULL;
    b->cap = b->head = b->count = 0;
    return weight;
}

enum buffer_fate buffer_fate(const struct buffer *b)
{
    return b->count < b->size ? BUFFER_KEEP : fate_when_full[b->kind];
}

const struct value *buffer_falling(const struct buffer *b)
{
    return buffer_fate(b) == BUFFER_SLIDE ? b->ring[b->head] : NULL;
}

/* How much room comes next: twice as much, up to the size. */
static uint32_t next_cap(const struct buffer *b)
{
    const uint32_t cap = b->cap ? 2 * b->cap : RING_CAP_MIN;

    return cap < b->size ? cap : b->size;
}

int64_t buffer_next_room(const struct buffer *b)
{
    return buffer_room(next_cap(b)) - buffer_room(b->cap);
}

/* Doubles the ring; what wraps around its old end moves behind it. */
static bool buffer_grow(struct buffer *b)
{
    const uint32_t cap = next_cap(b);
    struct value **ring = malloc(cap * sizeof(struct value *));

    if (!ring)
        return false;
    for (uint32_t i = 0; i < b->count; i++)
        ring[i] = b->ring[(b->head + i) % b->cap];
    free(b->ring);
    b->ring = ring;
    b->cap = cap;
    b->head = 0;
    return true;
}

static uint32_t buffer_wrap(const struct buffer *b, uint32_t i)
{
    return i >= b->cap ? i - b->cap : i;
}

static struct value *buffer_shift(struct buffer *b)
{
    struct value *v = b->ring[b->head];

    b->head = buffer_wrap(b, b->head + 1);
    b->count--;
    return v;
}

bool buffer_push(struct buffer *b, struct value *v, struct value **ret_fallen)
{
    struct value *fallen = NULL;

    assert(buffer_fate(b) == BUFFER_KEEP || buffer_fate(b) == BUFFER_SLIDE);
    if (b->count == b->size)
        fallen = buffer_shift(b);
    else if (b->count == b->cap && !buffer_grow(b))
        return false;
    b->ring[buffer_wrap(b, b->head + b->count)] = v;
    b->count++;
    *ret_fallen = fallen;
    return true;
}

/* An emptied large ring goes: a burst is no reason to hold memory for ever. */
static void buffer_shrink(struct buffer *b)
{
    enum { RING_KEPT = 64 };

    if (b->count == 0 && b->cap > RING_KEPT)
        buffer_release(b);
}

struct value *buffer_take(struct buffer *b)
{
    struct value *v;

    assert(b->count > 0);
    if (buffer_stays(b))
        return value_hold(b->ring[b->head]);
    v = buffer_shift(b);
    buffer_shrink(b);
    return v;
}
