/* SPDX-License-Identifier: MIT */
/*
 * backlog.h - output that a socket would not take yet: text, and between its parts values
 * that are held where they are.
 *
 * A client that leaves unread what it took a hundred times must not make us hold it a
 * hundred times. So a value that somebody keeps is never copied, unless it is shorter
 * than what would have to be noted of it; then a reply takes no more memory than the
 * request that it answers took while it was parked. Bytes that nobody keeps, of values
 * from hand to hand, are copied.
 *
 * Most sessions have none at any time, so it exists only while there is some. Guarded by
 * its session's lock.
 */
#ifndef SERVER_BACKLOG_H
#define SERVER_BACKLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>
#include "text.h"
#include "value.h"

struct gather;

enum {
    BACKLOG_LONG = 128,   /* bytes from which on it pays to hold */
    BACKLOG_PIECES = 256, /* that go out at once */
};

/* A value, and how much of the text stands before it. */
struct backlog_value {
    size_t at;
    struct value *value; /* held */
};

struct backlog {
    struct text text;
    struct backlog_value *values;
    size_t first, count, cap; /* of the values: which comes next, all, room */
    size_t sent;              /* so much of the text has gone */
    size_t value_sent;        /* and so much of the first value */
    size_t value_len;         /* bytes of the values that have not gone */
    int64_t went;             /* bytes that have gone */
    size_t counted;           /* so many bytes the hub knows of (hub->outside) */
    int64_t weighed;          /* so much memory it knows of */
};

/* An empty one, the caller's; NULL if out of memory. */
struct backlog *backlog_new(void);

/* How much memory of values that gave back; NULL is fine. */
int64_t backlog_free(struct backlog *b);

/* How many bytes wait; NULL: none. */
static inline size_t backlog_len(const struct backlog *b)
{
    return b ? b->text.len - b->sent + b->value_len : 0;
}

/* What it takes of the memory, the values aside. */
int64_t backlog_weight(const struct backlog *b);

/* Adds a value behind the text. Without memory for it the text is broken. */
void backlog_hold(struct backlog *b, struct value *v);

/* Adds what is left of what was gathered when the first `sent` bytes have gone. */
void backlog_take_over(struct backlog *b, const struct gather *g, size_t sent);

/* What comes next, at most so many bytes, in pieces; how many. */
size_t backlog_list(const struct backlog *b, size_t most,
                    struct iovec ret_pieces[BACKLOG_PIECES]);

/*
 * So much of what waits has been sent: its memory is used again when that pays. How much
 * memory of values that gave back.
 */
int64_t backlog_consume(struct backlog *b, size_t n);

#endif
