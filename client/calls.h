/* SPDX-License-Identifier: MIT */
/*
 * calls.h - the requests that wait for their reply: by id, with their deadline, and who
 * is to be told. No input or output, no clock.
 *
 * An id is a serial number and a slot, so that a reply is found at once and an old id
 * never means a new request. Not thread-safe.
 */
#ifndef CLIENT_CALLS_H
#define CLIENT_CALLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "chan.h"

enum { CALLS_MAX = 65536 }; /* outstanding at once */

struct call {
    uint64_t id;         /* 0: a free slot */
    int64_t deadline_ns; /* for the reply to arrive; INT64_MAX: none */
    uint64_t place;      /* of the request, in all that was ever to be sent (conn.h) */
    size_t line_len;     /* of the request, LF excluded */
    char *line;          /* the request with its LF, to be sent (again); owned, or NULL */
    chan_done *done;     /* NULL: data is the sleeper of a blocking call (sleeper.h) */
    void *data;
    uint32_t next_free;
    bool waits;   /* it may be parked until CHAN_GRACE_MS before its deadline, and the
                     last member of the line says so */
    bool again;   /* it may be asked again, though it was sent */
    bool own;     /* the client's own: nobody counts it */
    bool stopped; /* its end was asked for */
    bool doubted; /* it was cancelled; whether with the server is not known yet */
};

struct calls {
    struct call *slots; /* owned */
    uint32_t cap, count, first_free;
    uint64_t serial;
    int64_t soonest_ns; /* no deadline is earlier; it may have gone meanwhile */
};

/* {0} is empty. Tells nobody: that is the business of who takes the calls out. */
void calls_release(struct calls *calls);

/*
 * Adds a copy of call under a new id, never 0, and returns the copy, good until the next
 * calls_add; it may be changed but for id and deadline. NULL: out of memory, or of slots.
 */
struct call *calls_add(struct calls *calls, const struct call *call);

/* The outstanding call of that id, good until the next calls_add; NULL: there is none. */
struct call *calls_find(const struct calls *calls, uint64_t id);

/* The first outstanding call from a slot on, and moves *at behind it; NULL: none. Calls
 * that are added meanwhile may be seen or not. */
struct call *calls_next(const struct calls *calls, uint32_t *at);

/* Takes out the call of that id, or the one with the longest line; false: there is none.
 * What it owns is the caller's now. */
bool calls_remove(struct calls *calls, uint64_t id, struct call *ret_call);
bool calls_remove_longest(struct calls *calls, struct call *ret_call);

/* Keeps a copy of the request, of line_len bytes and an LF, instead of the line it had.
 * False: no memory, and it has none. */
bool calls_keep_line(struct call *call, const char *line);
void calls_forget_line(struct call *call);

/* The earliest deadline is at this point or later: when there is something to check. */
int64_t calls_check_ns(const struct calls *calls);

/* Whether a deadline has passed at now. */
bool calls_are_late(struct calls *calls, int64_t now_ns);

#endif
