/* SPDX-License-Identifier: MIT */
/*
 * backlog.h - output that a socket would not take yet.
 *
 * Most sessions have none at any time, so it exists only while there is some. Guarded by
 * its session's lock.
 */
#ifndef SERVER_BACKLOG_H
#define SERVER_BACKLOG_H

#include <stddef.h>
#include <stdint.h>
#include "text.h"

struct backlog {
    struct text text;
    int64_t moved_ns; /* when it began, or some of it was sent last */
    size_t sent;      /* so much of the text has gone */
    size_t counted;   /* so much of it the hub knows of (hub->outside) */
};

/* An empty one, the caller's; NULL if out of memory. */
struct backlog *backlog_new(void);
void backlog_free(struct backlog *b); /* NULL is fine */

/* What waits; NULL: nothing. */
static inline struct slice backlog_rest(const struct backlog *b)
{
    return b ? slice_of(b->text.bytes + b->sent, b->text.len - b->sent)
             : slice_of(NULL, 0);
}

/* So much of what waits has been sent: its memory is used again when that pays. */
void backlog_consume(struct backlog *b, size_t n);

#endif
