/* SPDX-License-Identifier: MIT */
/*
 * world.h - a broker and a model side by side, to which the same things happen.
 *
 * After every action the replies are compared, in their order, then all that the broker
 * tells of itself; then the invariants are checked and the books kept. What is handed to
 * the broker is copied for one action and freed behind it, so that a sanitizer sees
 * whatever is borrowed for too long.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include "action.h"
#include "broker.h"
#include "ledger.h"
#include "model.h"
#include "peer.h"
#include "words.h"

enum { WORLD_PEERS = 4 };

/* Called around every call of the broker that may allocate; NULL: not. */
struct world_hooks {
    void (*before)(void), (*after)(void);
};

/* Which completion is to be which request's. */
struct world_parked {
    const struct completion *completion;
    uint32_t number;
};

struct world {
    struct broker *broker;
    struct model *model;
    struct peer peers[WORLD_PEERS];
    struct ledger ledger;
    struct words words;
    struct world_hooks hooks;
    int64_t now_ns;
    int64_t freed;            /* memory that completions gave back */
    uint32_t last;            /* number of a request */
    struct model_reply *seen; /* what the broker did in the last action */
    struct world_parked *parked;
    size_t seen_count, parked_count;
    const char *fault; /* what does not hold; NULL: all does */
};

/* How a world begins. */
struct world_plan {
    const char *const *names; /* borrowed, at most MODEL_NAMES */
    uint32_t name_count;
    struct broker_settings settings;
    int64_t now_ns;
    uint64_t random;
    struct world_hooks hooks; /* where they let allocations fail, that is excused */
};

/* False: the broker could not be made. */
bool world_open(struct world *w, const struct world_plan *plan);

/* Lets an action happen, numbers it, and compares; false: the fault is set. */
bool world_do(struct world *w, struct action *action);

/* Empties all channels, ends all waits and settles the books; false: the fault is set. */
bool world_finish(struct world *w);

/* Frees everything. */
void world_close(struct world *w);

/* Sets the fault, if it is the first. Static storage. */
void world_blame(struct world *w, const char *fault);

/* The replies to the last action, and what both sides think. */
void world_print(const struct world *w, FILE *out);

#endif
