/* SPDX-License-Identifier: MIT */
/*
 * buffer.h - the five kinds of buffer, and all in which they differ.
 *
 * - none: holds nothing; a put must meet a take
 * - fixed: holds up to `size` values, first in first out; a put parks when it is full
 * - sliding: the same, but when it is full the oldest value makes room
 * - dropping: the same, but when it is full the new value is discarded
 * - promise: holds the first value for ever; every take gets it; later ones are discarded
 *
 * The room for values grows as they come, up to `size`. Not thread-safe.
 */
#ifndef CORE_BUFFER_H
#define CORE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "kind.h"
#include "value.h"

struct buffer {
    struct value **ring; /* NULL while it has never held anything */
    uint32_t size;       /* most values it may hold */
    uint32_t cap;        /* room in the ring */
    uint32_t head, count;
    enum kind kind;
};

/* What becomes of a value put when nobody waits to take it. */
enum buffer_fate {
    BUFFER_PARK,    /* no room: the put has to wait */
    BUFFER_KEEP,    /* it goes in */
    BUFFER_SLIDE,   /* it goes in, and the oldest value falls out */
    BUFFER_DISCARD, /* it is thrown away */
};

/* size counts for fixed, sliding and dropping only: 1 to UINT32_MAX / 2. */
void buffer_init(struct buffer *b, enum kind kind, uint32_t size);

/*
 * Drops all values and frees the room; the buffer is empty and usable afterwards. How
 * much memory that gave back.
 */
int64_t buffer_release(struct buffer *b);

/* What room for so many values takes of the memory. */
static inline int64_t buffer_room(uint32_t cap)
{
    return cap ? weight_of(cap * sizeof(struct value *)) : 0;
}

/* How much more room the next push makes. */
int64_t buffer_next_room(const struct buffer *b);

static inline int64_t buffer_growth(const struct buffer *b)
{
    return b->count < b->cap || b->count == b->size ? 0 : buffer_next_room(b);
}

enum buffer_fate buffer_fate(const struct buffer *b);

/* The value that the next push lets fall, still the buffer's; NULL: it lets none. */
const struct value *buffer_falling(const struct buffer *b);

/* Whether a value stays although it was taken, for the next take. */
static inline bool buffer_stays(const struct buffer *b)
{
    return b->kind == KIND_PROMISE;
}

/*
 * Puts a value in; its fate must be KEEP or SLIDE. Takes the caller's reference on
 * success. *ret_fallen is the value that slid out, the caller's now, or NULL. False: no
 * memory.
 */
bool buffer_push(struct buffer *b, struct value *v, struct value **ret_fallen);

/* The next value, with a reference for the caller; the buffer must hold one. */
struct value *buffer_take(struct buffer *b);

#endif
