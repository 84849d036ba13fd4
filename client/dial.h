/* SPDX-License-Identifier: MIT */
/*
 * dial.h - from a URI to a connected socket: resolves, and tries every address in turn.
 *
 * Resolving a name may take as long as the system's resolver takes: it has no deadline.
 * No state; any thread.
 */
#ifndef CLIENT_DIAL_H
#define CLIENT_DIAL_H

#include <stdint.h>
#include "chan.h"
#include "text.h"

/*
 * CHAN_OK: *ret_fd is connected, non-blocking and closed on exec; the caller owns it.
 * CHAN_INVALID: not a URI. CHAN_UNREACHABLE: no address answered before the deadline.
 * Then why has what is wrong added, as the system says it for the address tried last.
 * CHAN_NO_MEMORY.
 */
enum chan_status dial(const char *uri, int64_t deadline_ns, struct text *why,
                      int *ret_fd);

#endif
