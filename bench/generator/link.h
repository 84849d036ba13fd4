/* SPDX-License-Identifier: MIT */
/*
 * link.h - one connection to the server: what is to be sent and what was received.
 *
 * Sending never waits: what the socket does not take stays in `out`, and the link is
 * `congested` until it has gone. Whatever goes wrong is fatal (die.h). Not thread-safe.
 */
#ifndef BENCH_LINK_H
#define BENCH_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "inbox.h"
#include "text.h"
#include "uri.h"

/* What the requests of all links have in common. */
struct terms {
    char prefix[24]; /* of channel names: no two runs share one */
    size_t prefix_len;
    int64_t timeout_ms; /* of takes; -1: for ever. chand's only */
};

struct link {
    int fd;
    uint32_t number; /* from 0, in the order in which the server has accepted them */
    const struct terms *terms;
    struct inbox in;
    struct text out;
    size_t sent; /* of out */
    bool congested;
    /* for the wire (wire.h) */
    uint64_t requests;    /* so many were made */
    uint32_t unanswered;  /* of them, those that are neither put nor take nor alts */
    uint32_t put_channel; /* 1 + the channel that puts go to, where that is a state */
};

/*
 * Connects, trying again while the server, which is process pid or unknown (0), has yet
 * to start listening: for ten seconds at most.
 */
void link_open(struct link *link, const struct uri *server, pid_t pid);

void link_close(struct link *link);

/* Sends what it can. */
void link_flush(struct link *link);

/* Receives what is there, in one call, into `in`; false: nothing was there. */
bool link_receive(struct link *link);

/* Waits until something is there, and receives it; dies after ten seconds. */
void link_await(struct link *link);

/* Appends the name of a channel to out. */
void link_add_channel(struct link *link, uint32_t channel);

#endif
