/* SPDX-License-Identifier: MIT */
/*
 * handle.h - struct chan: what a program has of a channel, counted, and the table by
 * which chan_put, chan_take, chan_alts and chan_close find what kind it is. Counts are
 * atomic; the rest is fixed when the handle is made.
 */
#ifndef CLIENT_HANDLE_H
#define CLIENT_HANDLE_H

#include <stdatomic.h>
#include "chan.h"

struct ground;

/* A local channel's struct, or a remote one's, begins with this. */
struct chan {
    const struct ground *ground;
    void *place; /* who is the same for all channels that may stand in one alts: the
                    client; of local channels, NULL */
    atomic_uint holders;
};

/*
 * A kind of channel. run: one put or take, or an alts, whose clauses are all of this
 * ground and place, and checked (count at least 1, values are JSON, wait in range):
 * waits, and writes the outcome of the caller's strand.
 */
struct ground {
    enum chan_status (*run)(const struct chan_clause *clauses, size_t count,
                            enum chan_order order, int64_t wait_ms);
    enum chan_status (*close)(struct chan *ch);
    void (*free)(struct chan *ch); /* the last holder has dropped it */
    const char *(*name)(const struct chan *ch);
};

/* Counts one holder. */
void handle_init(struct chan *ch, const struct ground *ground, void *place);

/* CHAN_OK, or what is wrong with clauses that are to run together, as the outcome of the
 * caller's strand: CHAN_INVALID, and the message names the clause and the byte. */
enum chan_status handle_check(const struct chan_clause *clauses, size_t count,
                              int64_t wait_ms);

#endif
