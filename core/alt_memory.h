/* SPDX-License-Identifier: MIT */
/*
 * alt_memory.h - where parked alts live. For alt.c; what others need is in alt.h.
 *
 * Most alts are as small as a block, and come and go all the time: their memory is kept.
 * malloc would be several times slower, because they are freed in other places, and in
 * other orders, than they are made in.
 */
#ifndef CORE_ALT_MEMORY_H
#define CORE_ALT_MEMORY_H

#include "alt.h"

/*
 * An alt in no line yet, the caller's: its clauses, a copy of its tag, room for a
 * channel's name. It is counted as memory from now on. ERR_LIMIT_MEMORY: there is no
 * room for it and the channels that it may make known; ERR_NO_MEMORY.
 */
enum err alt_new(struct exchange *ex, const struct ask *ask, struct alt **ret);

/* Frees one that is in no line and was never told of. */
void alt_free(struct exchange *ex, struct alt *alt);

#endif
