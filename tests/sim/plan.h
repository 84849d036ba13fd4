/* SPDX-License-Identifier: MIT */
/*
 * plan.h - how a world begins whose course is random.
 */
#ifndef SIM_PLAN_H
#define SIM_PLAN_H

#include "dice.h"
#include "world.h"

/* Few channels where everybody meets, or many; any settings; any time but the last. */
struct world_plan plan_draw(struct dice *d);

#endif
