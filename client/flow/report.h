/* SPDX-License-Identifier: MIT */
/*
 * report.h - what a composition tells when it has ended: how many values it moved, which
 * it could not, and why.
 *
 *     {"moved":12,"dropped":1,"undelivered":["x"],"lost":1,"error":"closed",
 *      "message":"…"}
 *
 * moved: values that found a taker. dropped: that were for nobody, by design: muted, of
 * a topic without subscribers, discarded by the target's buffer. undelivered: taken, and
 * then nobody took them. lost: there was not even the memory to keep them. error: the
 * first thing that went wrong. All but moved are there only when there is something to
 * tell.
 *
 * A value is held from before it is put until it is delivered, so that it is there when
 * the put fails. The memory that a report needs in any case is reserved at its beginning.
 * Not thread-safe.
 */
#ifndef CLIENT_FLOW_REPORT_H
#define CLIENT_FLOW_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "chan.h"

struct report {
    char *text;      /* room for the head, what is held, room for the tail */
    size_t len, cap; /* of what is held, with commas; of all */
    size_t count;    /* values held */
    size_t before;   /* len before the last one, which can be let go */
    uint64_t moved, dropped, lost;
    char error[32];    /* a word; empty: none */
    char message[160]; /* a sentence, where it tells more than the word; empty: none */
};

/* False: no memory, and there is nothing to release. */
bool report_init(struct report *r);

/* Fine on {0} and after report_finish. */
void report_release(struct report *r);

/* Keeps a value, which is JSON, and returns the copy, which ends with a NUL and stays
 * until the next call here; NULL: no memory, and it counts as lost. */
const char *report_hold(struct report *r, const char *value, size_t len);

/* A value was taken, and there is no memory for it. */
void report_lose(struct report *r);

/* The value that was held last: it has been taken, or it was for nobody. */
void report_delivered(struct report *r);
void report_dropped(struct report *r);

/* Notes how the caller's last call of the library went wrong, if nothing has before. */
void report_fail(struct report *r, enum chan_status status);

/* Whether a take has taken. The source being closed is no failure, all else is. */
bool report_took(struct report *r, enum chan_status status);

/* Puts the value that was held last; it stays held if that fails. */
enum chan_status report_offer(struct report *r, struct chan *to, const char *held,
                              size_t len);

/* The same with a value that is not held yet: what the caller has just taken. */
enum chan_status report_put(struct report *r, struct chan *to, const char *value,
                            size_t len);

/* Closes a target, if it is to be. */
void report_close(struct report *r, struct chan *to, enum chan_end end);

/* All values held, as a JSON array; stays until the next call here. */
const char *report_values(struct report *r, size_t *ret_len);

/* All of them have found a taker. */
void report_delivered_all(struct report *r);

/* Adds what other tells, and releases it. */
void report_merge(struct report *r, struct report *other);

/* The report as JSON, for free(3), in the memory that r had. */
char *report_finish(struct report *r);

/* Hands the channel that yields a report to who wants it; ret_report may be NULL. */
void report_give(struct chan *reports, struct chan **ret_report);

#endif
