/* SPDX-License-Identifier: MIT */
/*
 * dial.h - from an address to a connected socket, with waiting and without. A socket is
 * non-blocking and closed on exec, and the caller owns it. No state; any thread.
 */
#ifndef CLIENT_DIAL_H
#define CLIENT_DIAL_H

#include <stdint.h>
#include "chan.h"
#include "places.h"
#include "text.h"

/*
 * Tries the places in turn. CHAN_UNREACHABLE: none answered before the deadline; why has
 * added what the system says of the last one. CHAN_OK: *ret_fd is connected.
 */
enum chan_status dial(const struct places *places, int64_t deadline_ns, struct text *why,
                      int *ret_fd);

/*
 * Without waiting: 0 and a connected socket; EINPROGRESS and one that can be written when
 * dial_end may tell how it ended; or another errno and no socket.
 */
int dial_begin(const struct place *place, int *ret_fd);

/* 0: connected; or an errno: close it. */
int dial_end(int fd);

#endif
