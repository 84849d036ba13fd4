/* SPDX-License-Identifier: MIT */
/*
 * exchange.h - what all channels share, and what happens to a channel as a whole.
 *
 * The exchange holds the list of what completed, the deadlines and the accounts. It is
 * the ground on which alts meet (alt.h); names are the broker's (broker.h). Not
 * thread-safe.
 */
#ifndef CORE_EXCHANGE_H
#define CORE_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>
#include "channel.h"
#include "err.h"
#include "hash.h"
#include "heap.h"
#include "list.h"

struct peer;

/*
 * How far the memory that is held may go beyond bytes_max, by what asks for more. Values
 * count twice: their bytes against bytes_max alone, and with all that it takes to keep
 * them, as everything else that a client can make us hold, against bytes_max and a
 * reserve. The reserves differ, so that takes can still park, and channels be made, where
 * puts are refused, and replies still be kept where nothing may park any more.
 */
enum reserve {
    RESERVE_VALUES = 16 << 20,
    RESERVE_REQUESTS = 24 << 20,
    RESERVE_OUTPUT = 32 << 20,
};

struct exchange {
    struct list done;    /* completions, in the order in which they came about */
    struct list quiet;   /* channels that may have lost their last reason to be known */
    struct list unknown; /* channels that are not known, the oldest first */
    size_t unknown_count;
    struct list spare; /* memory of alts that ended, for those to come: alt.c's */
    size_t spare_count;
    struct heap timers;
    struct hash_key key; /* for tags */
    uint64_t random;     /* the generator's state; never 0 */
    int64_t known;       /* channels that are */
    int64_t parked;      /* alts that are */
    int64_t bytes;       /* of values buffered and parked */
    int64_t outside;     /* of values that wait outside to be read; the caller sets it */
    int64_t memory;      /* that is held here: everything, as malloc has it */
    int64_t
        memory_outside; /* and outside, less what was given back there; the caller's */
    int64_t handed;     /* of long values, from hand to hand, since the caller set that */
    int64_t bytes_max, known_max;
    uint32_t parked_channel_max, parked_peer_max;
};

/* random must not be 0. Limits are zero: set them. */
void exchange_init(struct exchange *ex, struct hash_key key, uint64_t random);

/* Frees what it owns; nothing may be parked. */
void exchange_release(struct exchange *ex);

/* A number from 0 to below - 1, each equally likely; xorshift64* after Vigna (2016). */
uint32_t exchange_random(struct exchange *ex, uint32_t below);

/* Whether so much more memory may be held. */
static inline bool exchange_has_room(const struct exchange *ex, enum reserve reserve,
                                     int64_t more)
{
    return ex->memory + ex->memory_outside + more - (int64_t)reserve <= ex->bytes_max;
}

/*
 * Makes an unknown channel known: ERR_OK, or ERR_LIMIT_CHANNELS and it stays unknown.
 * That there is room for it is what the caller has made sure of.
 */
enum err exchange_know(struct exchange *ex, struct channel *ch);

/* Puts a channel on the quiet list if it may have to go. */
void exchange_touch(struct exchange *ex, struct channel *ch);

/* Closes a known channel: no put is accepted any more, parked takes get `closed`. */
void exchange_close(struct exchange *ex, struct channel *ch);

/* Ends every alt parked on the channel with `cancelled`, and drops what is buffered. */
void exchange_clear(struct exchange *ex, struct channel *ch);

/* Ends everything that the peer has parked with `cancelled`. */
void exchange_leave(struct exchange *ex, struct peer *peer);

#endif
