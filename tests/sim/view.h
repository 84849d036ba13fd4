/* SPDX-License-Identifier: MIT */
/*
 * view.h - what a broker and a model tell of themselves, compared and printed.
 */
#ifndef SIM_VIEW_H
#define SIM_VIEW_H

#include "world.h"

/* The replies to the last action, in their order. */
void view_compare_replies(struct world *w);

/* Every channel, the totals and the next deadline. */
void view_compare_states(struct world *w);

/* A page of the list. */
void view_compare_list(struct world *w, const struct action *a);

#endif
