/* SPDX-License-Identifier: MIT */
/*
 * lane.h - a thing that n workers do one at a time and in a circle, worker 0 first, each
 * letting the next one in.
 *
 * What a worker did before it passed is seen by all whose turn comes later, so variables
 * that are used only by those who have the turn need no lock. To wait and to pass need no
 * memory and cannot fail: what is needed for a worker's next turn it prepares before.
 */
#ifndef CLIENT_FLOW_LANE_H
#define CLIENT_FLOW_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include "chan.h"

struct lane {
    struct lane_place {
        struct chan *gate, *next; /* bells: for the turn to come, and for the one after */
    } * places;
    size_t count;
};

/* count: at least 1. False: no memory, and there is nothing to release. */
bool lane_init(struct lane *lane, size_t count);

/* Nobody is waiting any more. Fine on {0}. */
void lane_release(struct lane *lane);

/* Gives worker 0 its first turn. */
void lane_open(struct lane *lane);

/* Of worker i. lane_prepare makes sure of another turn after the next; false: no memory.
 * A worker that passes without having prepared has had its last turn: the circle ends
 * there. */
bool lane_prepare(struct lane *lane, size_t i);
void lane_wait(struct lane *lane, size_t i);
void lane_pass(struct lane *lane, size_t i);

#endif
