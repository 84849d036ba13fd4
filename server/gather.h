/* SPDX-License-Identifier: MIT */
/*
 * gather.h - replies on their way to a socket: text, and between its parts long values
 * that stay where they are until they have been sent.
 *
 * A value of 10 kB costs more to copy than to name to the kernel. Whoever borrows sees to
 * it that the bytes stay until gather_clear. Not thread-safe.
 */
#ifndef SERVER_GATHER_H
#define SERVER_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>
#include "slice.h"
#include "text.h"

enum {
    GATHER_LONG = 4096, /* bytes from which on it pays to borrow */
    GATHER_ROOM = 8192, /* for any reply without its long value */
    GATHER_BORROWED = 32,
    GATHER_PIECES = 2 * GATHER_BORROWED + 1
};

struct value;

/* A value that was borrowed. */
struct gather_long {
    size_t at; /* of the text: what stands before it */
    struct slice bytes;
    struct value *held; /* what keeps them, all of it; NULL: nothing does */
};

/* {0} is empty. What is not borrowed is written to the text. */
struct gather {
    struct text text;
    size_t count, borrowed; /* long values, and the bytes of all of them */
    struct gather_long longs[GATHER_BORROWED];
};

/* Where it stands, to go back to. */
struct gather_mark {
    size_t len, cap, count, borrowed;
};

/* Makes sure that it has GATHER_ROOM when it is empty, from now on. False: no memory. */
bool gather_prepare(struct gather *g);

/* Adds bytes without a copy, those of `held` if there is one; not when full. */
void gather_borrow(struct gather *g, struct slice bytes, struct value *held);

static inline bool gather_is_full(const struct gather *g)
{
    return g->count == GATHER_BORROWED;
}

static inline size_t gather_len(const struct gather *g)
{
    return g->text.len + g->borrowed;
}

/* All of it, in pieces for writev(2): how many. The text must not be broken. */
size_t gather_list(const struct gather *g, struct iovec ret_pieces[GATHER_PIECES]);

struct gather_mark gather_mark(const struct gather *g);

/* Forgets what was added since then, and that its text is broken, if it is. */
void gather_rewind(struct gather *g, const struct gather_mark *to);

/* Gives back the memory of an empty one, but for GATHER_ROOM. */
void gather_shrink(struct gather *g);

/* Empties it; the memory stays, for more. */
void gather_clear(struct gather *g);

void gather_release(struct gather *g); /* frees; it is empty afterwards */

#endif
