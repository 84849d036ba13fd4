/* SPDX-License-Identifier: MIT */
/*
 * alt.h - every put, take and alts is an alt of clauses.
 *
 * An alt is tried: if a clause is ready it completes at once. If not it parks, one clause
 * in the line of each channel, until a counterpart, a close, a delete, a cancel or its
 * deadline ends it; then it leaves all its lines at once. This is the only place where a
 * value changes hands. What completed is appended to the exchange's `done`, in order, and
 * drained by the caller; nothing is called back.
 *
 * A value is borrowed as long as it can be: when a taker is parked already, its
 * completion refers to the putter's own bytes, and nothing is copied. What is buffered or
 * parked is copied once.
 *
 * Fairness: lines are first come, first served; of several ready clauses each is equally
 * likely, unless the alt asks for priority. Not thread-safe.
 */
#ifndef CORE_ALT_H
#define CORE_ALT_H

#include <stdbool.h>
#include <stdint.h>
#include "channel.h"
#include "err.h"
#include "exchange.h"
#include "list.h"
#include "slice.h"
#include "value.h"

struct peer;

enum side { SIDE_TAKE, SIDE_PUT };

/* One clause as it is asked for. The bytes are the asker's. */
struct offer {
    struct slice name;
    struct slice value;      /* of a put */
    struct channel *channel; /* the broker's to set */
    enum side side;
    uint32_t turn; /* which clause is tried in this place: alt.c's own */
};

enum { ALT_FOREVER = -1, ALT_NO_PARK = 0 };

/* A put, a take or an alts, as it is asked for. */
struct ask {
    struct peer *peer;
    struct slice tag;     /* absent: none */
    struct offer *offers; /* written to */
    uint32_t count;       /* of offers, at least 1 */
    uint8_t op;           /* the asker's; comes back with the completion */
    bool priority;        /* the first ready clause wins */
    bool named;           /* the completion shall name the channel */
    int64_t wait_ns;      /* how long it may park: ALT_FOREVER, ALT_NO_PARK, or a time */
};

/* How something ended. Slices are good until completion_release, or as said. */
struct completion {
    struct list link; /* in the exchange's done, then wherever the drainer puts it */
    struct peer *peer;
    struct slice tag;   /* the asker's bytes, or the alt's copy */
    struct slice chan;  /* named alts: the clause's channel; refusals: the culprit */
    struct slice value; /* a take: the putter's bytes, or those of `held` */
    struct value *held; /* what keeps `value`, or NULL */
    enum err err;
    uint16_t index; /* which clause */
    uint8_t op;
    bool dropped; /* a put whose value was discarded */
    bool parked;  /* it was parked, and lives in an alt of the heap */
};

/* A clause in the line of its channel. */
struct clause {
    struct list link;
    struct alt *alt;
    struct channel *channel;
    struct value *held; /* of a put; ours */
    enum side side;
};

/* A parked alt; its tag and room for a channel's name stand behind the clauses. */
struct alt {
    struct completion done;
    struct timer timer;
    struct list mates; /* in peer->parked */
    struct alt *tag_next;
    uint32_t tag_hash;
    uint32_t count;
    uint32_t weight; /* what it takes of the memory */
    bool is_block;   /* of the size that is kept for reuse */
    char *chan_room; /* NULL: the completion need not name the channel */
    struct clause clauses[];
};

/*
 * Tries an alt and, if no clause is ready, parks it. Whatever comes at once, a refusal
 * too, is written to *now and stands on the done list then: the result is true. While
 * parked, *now is untouched. All offers must have their channels, which may be unknown.
 */
bool alt_start(struct exchange *ex, struct ask *ask, int64_t now_ns,
               struct completion *now);

/* Answers an alt without trying it; chan is the culprit, or absent. */
void alt_refuse(struct exchange *ex, const struct ask *ask, enum err err,
                struct slice chan, struct completion *now);

/* Ends a parked alt, which leaves all its lines: ERR_CANCELLED, ERR_TIMEOUT. */
void alt_end(struct exchange *ex, struct alt *alt, enum err err);

/* Ends the alt of a parked clause, by that clause: ERR_CLOSED, ERR_CANCELLED. */
void clause_end(struct exchange *ex, struct clause *clause, enum err err);

/*
 * Whoever has taken a completion off its list and is done with it gives it back: its
 * value and, if it was parked, its memory. How much that was of the exchange's, from
 * which the caller has to take it off (memory_outside). Needs no lock.
 */
int64_t completion_release(struct completion *c);

/*
 * The same in two steps: drops the value without a lock, and, if true, c->link may be put
 * on a list that alt_recycle is given later, under the lock, to use the memory again. It
 * counts as given back already, so let there be few. Adds to *freed.
 */
bool completion_retire(struct completion *c, int64_t *freed);
void completion_free(struct completion *c); /* instead of alt_recycle: no lock */
void alt_recycle(struct exchange *ex, struct list *retired);

/* Frees what alt_recycle has kept. */
void alt_free_spare(struct exchange *ex);

#endif
