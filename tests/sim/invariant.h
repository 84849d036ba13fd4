/* SPDX-License-Identifier: MIT */
/*
 * invariant.h - what must be true of a broker after every operation, whatever it was.
 *
 * Looks at what the broker tells (list, totals) and, through the peers, at every parked
 * alt and the lines of its channels; knows nothing of what was asked.
 */
#ifndef SIM_INVARIANT_H
#define SIM_INVARIANT_H

#include <stddef.h>
#include <stdint.h>
#include "broker.h"
#include "peer.h"

/*
 * NULL, or a sentence that says which invariant of channel.h, exchange.h or broker.h does
 * not hold. `peers` are all who have something parked. Static storage.
 */
const char *invariant_fault(const struct broker *b, const struct peer *peers,
                            size_t count);

#endif
