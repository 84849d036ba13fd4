/* SPDX-License-Identifier: MIT */
/*
 * right.h - what can be allowed to a user: one table of names.
 *
 * A right is an operation on a channel, but for `admin`, which is about the daemon as a
 * whole. Rights come in sets, as bits. Pure data; any thread.
 */
#ifndef ACCESS_RIGHT_H
#define ACCESS_RIGHT_H

#include <stdint.h>
#include "slice.h"

enum right {
    RIGHT_PUT,
    RIGHT_TAKE,
    RIGHT_OPEN,
    RIGHT_CLOSE,
    RIGHT_DELETE,
    RIGHT_STAT,
    RIGHT_LIST,
    RIGHT_ADMIN,
    RIGHT_COUNT
};

#define RIGHT_BIT(right) (UINT32_C(1) << (right))
#define RIGHTS_ALL       (RIGHT_BIT(RIGHT_COUNT) - 1)

/* As it stands in the configuration. Static storage. */
const char *right_name(enum right right);

/* The set of that one right, of all of them for "all"; empty for an unknown name. */
uint32_t right_set_of(struct slice name);

#endif
