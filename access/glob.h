/* SPDX-License-Identifier: MIT */
/*
 * glob.h - patterns of names: `*` stands for any bytes, also for none and for a slash,
 * `?` for any one. Everything else stands for itself.
 *
 * Takes at most as many steps as the product of the two lengths, whatever they are. Pure;
 * any thread.
 */
#ifndef ACCESS_GLOB_H
#define ACCESS_GLOB_H

#include <stdbool.h>
#include "slice.h"

bool glob_fits(const char *glob, struct slice name);

#endif
