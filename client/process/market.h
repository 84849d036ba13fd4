/* SPDX-License-Identifier: MIT */
/*
 * market.h - where the puts and takes of local channels meet: the core's exchange under a
 * lock. Who asks is a party, for the time of one call.
 *
 * Nobody needs to look after deadlines all the time, because each who waits looks after
 * those that concern it: a thread itself, a process's carrier for it. Any thread.
 */
#ifndef CLIENT_PROCESS_MARKET_H
#define CLIENT_PROCESS_MARKET_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "alt.h"
#include "exchange.h"
#include "peer.h"
#include "text.h"

struct strand;

struct market {
    pthread_mutex_t lock;
    struct exchange exchange;
    struct text spare; /* for a value whose taker has no memory: so it is not lost */
    size_t longest;    /* of the values that were put since nothing was held */
};

struct party {
    struct peer peer;
    struct strand *strand;
    int64_t until_ns; /* when it must look for itself whether its time is up */
    bool ended;
};

void market_init(struct market *m);
void market_release(struct market *m); /* all channels must be gone */

/*
 * Starts an alt of strand, the caller's own; its offers must have their channels. True:
 * it has ended, and the outcome of the strand says how. False: it is parked, and
 * market_wait must follow. Out of memory it ends before anything was put or taken.
 */
bool market_ask(struct market *m, struct strand *strand, struct ask *ask,
                struct party *party);

/* Waits until it has ended; then as above. */
void market_wait(struct market *m, struct party *party);

/* Closes a channel, or lets it close by itself at a point in time; that fails when out of
 * memory. */
void market_close(struct market *m, struct channel *ch);
bool market_close_at(struct market *m, struct channel *ch, int64_t when_ns);

/* Frees a channel on which nobody is parked. */
void market_forget(struct market *m, struct channel *ch);

/* When market_expire has something to do; INT64_MAX: never. */
int64_t market_deadline(struct market *m);

/* Ends the waits whose time is up, and closes channels. */
void market_expire(struct market *m, int64_t now_ns);

#endif
