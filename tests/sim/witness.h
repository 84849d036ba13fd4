/* SPDX-License-Identifier: MIT */
/*
 * witness.h - what the broker was seen to do: completions, as replies of the model.
 */
#ifndef SIM_WITNESS_H
#define SIM_WITNESS_H

#include "world.h"

/* A request has just been parked: which alt is it? */
void witness_park(struct world *w, const struct model_request *rq);

/*
 * Drains what has completed into w->seen, in order, checks that each reply goes to who
 * has asked, and enters it in the ledger. The model must not have moved yet.
 */
void witness_drain(struct world *w, const struct action *a);

#endif
