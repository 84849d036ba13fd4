/* SPDX-License-Identifier: MIT */
/*
 * load.h - what every scenario works with: links, a loop that waits for them, the ledger
 * of values and the meter. One thread.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdint.h>
#include "ledger.h"
#include "link.h"
#include "meter.h"
#include "options.h"
#include "wire.h"

struct load {
    const struct options *options;
    const struct wire *wire;
    struct terms terms;
    int epoll;
    struct ledger ledger;
    struct meter meter;
};

/* What a scenario does with a link on which something came. */
typedef void load_hear(void *scenario, struct link *link);

void load_init(struct load *load, const struct options *options);
void load_release(struct load *load);

/*
 * So many new links, numbered from 0 in the order of the server, each of which has been
 * greeted. They are the caller's, for load_disconnect.
 */
struct link *load_connect(struct load *load, uint32_t count);
void load_disconnect(struct link *links, uint32_t count);

/*
 * Sends all that a link has to send, and waits until all of it is answered but puts and
 * takes.
 */
void load_settle(struct load *load, struct link *link);

/* The ledger for at most so many values under way. */
void load_open_ledger(struct load *load, uint64_t most);

/* Watches a link from now on. */
void load_watch(struct load *load, struct link *link);

/*
 * Waits for watched links, receives, has each heard, and sends what they were left with.
 * Dies when nothing comes for ten seconds.
 */
void load_turn(struct load *load, load_hear *hear, void *scenario);

/* Sends what a link has to send, and watches for room if there is none. */
void load_flush(struct load *load, struct link *link);

#endif
