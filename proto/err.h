/* SPDX-License-Identifier: MIT */
/*
 * err.h - how a request ends: the reasons of PROTOCOL.md, one table (err.def).
 *
 * Used by everybody, core included, for refusals and outcomes; mistakes of our own are
 * assertions, not errors. Pure data; any thread.
 */
#ifndef PROTO_ERR_H
#define PROTO_ERR_H

#include <stdbool.h>
#include "slice.h"

enum err {
#define ERR(code, wire, text) ERR_##code,
#include "err.def"
#undef ERR
    ERR_COUNT
};

/* The `reason` of a reply, "ok" for ERR_OK. Static storage. */
const char *err_wire(enum err err);

/* A sentence without its full stop, for people. Static storage. */
const char *err_text(enum err err);

/* Whether the reply carries a "message": all but success and the outcomes of a wait. */
bool err_is_refusal(enum err err);

/*
 * The first code with that wire name; ERR_COUNT for a name that this version does not
 * know.
 */
enum err err_of_wire(struct slice wire);

#endif
