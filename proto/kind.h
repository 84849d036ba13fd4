/* SPDX-License-Identifier: MIT */
/*
 * kind.h - the five kinds of buffer and their names. What they do is core/buffer.h's.
 */
#ifndef PROTO_KIND_H
#define PROTO_KIND_H

#include <stdbool.h>
#include "slice.h"

enum kind {
    KIND_NONE,
    KIND_FIXED,
    KIND_SLIDING,
    KIND_DROPPING,
    KIND_PROMISE,
    KIND_COUNT
};

/* The name on the wire and in the configuration. Static storage. */
const char *kind_name(enum kind kind);

/* KIND_COUNT for an unknown name. */
enum kind kind_of_name(struct slice name);

/* Whether the kind has a size (at least 1); the others must be given without one. */
bool kind_is_sized(enum kind kind);

#endif
