/* SPDX-License-Identifier: MIT */
/*
 * outcome.h - a client's last result, which its texts belong to: chan_last. A blocking
 * call ends with one of these. Not thread-safe.
 */
#ifndef CLIENT_OUTCOME_H
#define CLIENT_OUTCOME_H

#include "chan.h"

/* Makes a copy of reply the last result; server may be NULL. */
void outcome_keep(struct chan_client *c, const struct chan_reply *reply,
                  const char *server);

/* Makes status and message (copied; NULL: that of the status) the last result, and
 * returns the status. Within a chan_done the last result stays, for it may be a blocking
 * call's. */
enum chan_status outcome_end(struct chan_client *c, enum chan_status status,
                             const char *message);

/* Another status and message (static storage) for the last result, whose value stays. */
enum chan_status outcome_amend(struct chan_client *c, enum chan_status status,
                               const char *message);

#endif
