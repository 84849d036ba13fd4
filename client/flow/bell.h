/* SPDX-License-Identifier: MIT */
/*
 * bell.h - something that happens once, and a put or take that ends when it does.
 *
 * A bell is a local channel that nobody puts to: it rings by being closed, which needs no
 * memory and cannot fail. Local and remote channels do not stand in one alts, so who
 * waits for a remote one looks up at the bell every BELL_LOOK_MS.
 */
#ifndef CLIENT_FLOW_BELL_H
#define CLIENT_FLOW_BELL_H

#include <stdbool.h>
#include <stddef.h>
#include "chan.h"

#define BELL_LOOK_MS 1000

/* NULL: no memory. It is a channel: chan_hold, chan_drop. */
struct chan *bell_new(void);

/* Rings it; it need not be held. Once it has rung, this does nothing. */
void bell_ring(struct chan *bell);

bool bell_has_rung(struct chan *bell);

/* Returns when it has rung, whatever else fails. Also for a channel that chan_go or
 * chan_thread returned, whose function returns NULL. */
void bell_wait(struct chan *bell);

/* As chan_take and chan_put without end, but CHAN_TIMEOUT: the bell rang first, and
 * nothing was taken or put. bell NULL: one that never rings. */
enum chan_status bell_take(struct chan *bell, struct chan *from, const char **ret_value,
                           size_t *ret_len);
enum chan_status bell_put(struct chan *bell, struct chan *to, const char *value,
                          size_t len);

#endif
