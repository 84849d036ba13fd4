/* SPDX-License-Identifier: MIT */
/*
 * pool.h - many connections of one process, watched together.
 *
 * A chan_done may start further requests with its own client only: they leave at once.
 * What is started elsewhere leaves with pool_send. Not thread-safe.
 */
#ifndef CLI_POOL_H
#define CLI_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <chan.h>
#include "link.h"

struct pool {
    struct chan_client **clients; /* owned */
    short *watched;               /* what each is watched for; 0: it is gone */
    size_t count, cap;
    int epoll;
};

/* For cap connections, none of which is there yet; link, which is watching and outlives
 * the pool, notes the signals. EXIT_DONE, or what to exit with; why was said. */
enum exit_status pool_init(struct pool *pool, struct link *link, size_t cap);

/* Disconnects all: what was outstanding ends with CHAN_LOST. Fine on {.epoll = -1}. */
void pool_release(struct pool *pool);

/* Connects one more, to the link's server. EXIT_DONE, or …; why was said. */
enum exit_status pool_add(struct pool *pool, const struct link *link);

/* Sends what has been started with a client, as far as it goes without blocking. */
void pool_send(struct pool *pool, size_t i);

/* Waits for replies and signals, at most so long, and calls the chan_dones. Returns how
 * many connections had something to say. */
size_t pool_turn(struct pool *pool, struct link *link, int timeout_ms);

/* Nothing more will be started: cancels what is parked, everywhere (chan_hang_up). */
void pool_hang_up(struct pool *pool);

#endif
