/* SPDX-License-Identifier: MIT */
/*
 * inbox.h - bytes that were received and not yet understood: added at the end, dropped at
 * the front.
 *
 * Slices of it are good until something is added. Not thread-safe. Dies when out of
 * memory.
 */
#ifndef BENCH_INBOX_H
#define BENCH_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include "slice.h"

/* {0} is an empty inbox. */
struct inbox {
    char *bytes;
    size_t front, end, cap; /* what is there stands from front to end */
    size_t looked;          /* so many of that are known to hold no LF */
};

void inbox_release(struct inbox *in);

/*
 * Room for more at the end, and how much: some kilobytes at first, and more of it
 * whenever all of the room was used.
 */
char *inbox_room(struct inbox *in, size_t *ret_size);

/* So many bytes were put into the room. */
static inline void inbox_add(struct inbox *in, size_t n)
{
    in->end += n;
}

static inline struct slice inbox_all(const struct inbox *in)
{
    return slice_of(in->bytes + in->front, in->end - in->front);
}

/* Drops n bytes at the front, which must be there. */
static inline void inbox_drop(struct inbox *in, size_t n)
{
    in->front += n;
    in->looked = 0;
    if (in->front == in->end)
        in->front = in->end = 0;
}

/*
 * The line at the front, LF excluded, which is not dropped; false: it is not whole yet.
 */
bool inbox_line(struct inbox *in, struct slice *ret_line);

#endif
