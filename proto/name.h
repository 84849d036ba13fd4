/* SPDX-License-Identifier: MIT */
/*
 * name.h - names of channels: 1 to 200 bytes of A-Z a-z 0-9 - _ . : /
 */
#ifndef PROTO_NAME_H
#define PROTO_NAME_H

#include <stdbool.h>
#include "slice.h"

enum { NAME_MAX_LEN = 200 };

/* How many bytes at p, at most max, may stand in a name. */
size_t name_span(const char *p, size_t max);

/* Whether a channel may be called so. */
bool name_is_valid(struct slice name);

#endif
