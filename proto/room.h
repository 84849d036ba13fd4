/* SPDX-License-Identifier: MIT */
/*
 * room.h - the inside of a request_room: how an alts gets its clauses one after another.
 *
 * Clauses of one request lie side by side. Memory grows by chunks, so that requests read
 * earlier keep theirs where they are. Not thread-safe. Private to proto.
 */
#ifndef PROTO_ROOM_H
#define PROTO_ROOM_H

#include <stdbool.h>
#include <stddef.h>
#include "request.h"

/*
 * Adds a clause behind the *count of a request that is being read, the last ones in the
 * room; all may move. *count of 0 begins a request. False: out of memory, nothing
 * changed.
 */
bool room_add(struct request_room *room, const struct clause_view *clause,
              struct clause_view **clauses, size_t *count);

/* Gives back the last count clauses: their request came to nothing. */
void room_drop(struct request_room *room, size_t count);

#endif
