/* SPDX-License-Identifier: MIT */
/*
 * text.h - bytes that grow at the end: what replies and requests are written into.
 *
 * A text that could not grow is `broken`: it ignores what is added until it is cleared,
 * so that a writer checks once, at the end. Not thread-safe.
 */
#ifndef PROTO_TEXT_H
#define PROTO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "slice.h"

struct text {
    char *bytes;
    size_t len, cap;
    bool broken;
};

/* {0} is an empty text that holds no memory. */
void text_release(
    struct text *t); /* frees the memory; t is empty and usable afterwards */

/* Empties it; keeps the memory. */
static inline void text_clear(struct text *t)
{
    t->len = 0;
    t->broken = false;
}

/*
 * Makes room for at least n more bytes; false, and the text is broken, when out of
 * memory.
 */
bool text_reserve(struct text *t, size_t n);

/* Gives back the memory that is not in use; a failure to do so harms nobody. */
void text_fit(struct text *t);

static inline void text_add(struct text *t, const char *bytes, size_t n)
{
    if (n == 0 || (t->cap - t->len < n && !text_reserve(t, n)))
        return;
    memcpy(t->bytes + t->len, bytes, n);
    t->len += n;
}

static inline void text_add_slice(struct text *t, struct slice s)
{
    text_add(t, s.bytes, s.len);
}

/* Adds a string literal. */
#define text_lit(t, literal) text_add((t), "" literal, sizeof(literal) - 1)

void text_add_int(struct text *t, int64_t n);

/* Adds s as a JSON string with its quotes; s is UTF-8, or bytes of it become U+FFFD. */
void text_add_json(struct text *t, struct slice s);

#endif
