/* SPDX-License-Identifier: MIT */
/*
 * status.h - the library's statuses: what a reason on the wire becomes. Their texts are
 * public. Pure; any thread.
 */
#ifndef CLIENT_STATUS_H
#define CLIENT_STATUS_H

#include "chan.h"
#include "err.h"

/* CHAN_REFUSED for every reason that has no status of its own, known or not. */
enum chan_status status_of_err(enum err err);

#endif
