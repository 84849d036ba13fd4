/* SPDX-License-Identifier: MIT */
/*
 * usual.h - requests as nearly everybody writes them: put and take without white space
 * between tokens, with op, chan, value, timeout_ms and an id that is a number, in any
 * order; and takes as the clauses of an alts.
 *
 * These are most of what a server reads, and what they may look like is so little that
 * they are told byte by byte. Whatever is written in any other way is not said to be
 * wrong here, but left to request.c, which must find the same in what is read here. Pure;
 * any thread. Private to proto.
 */
#ifndef PROTO_USUAL_H
#define PROTO_USUAL_H

#include <stdbool.h>
#include <stddef.h>
#include "request.h"

/* Reads a line, whole. False: it is written otherwise, and *ret is anything. */
bool usual_request(const char *line, size_t len, struct request_view *ret);

/*
 * Reads `{"op":"take","chan":"…"}` at `at`: returns what stands behind it, or NULL if it
 * is written otherwise.
 */
const char *usual_take(const char *at, const char *end, struct slice *ret_chan);

#endif
