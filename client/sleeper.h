/* SPDX-License-Identifier: MIT */
/*
 * sleeper.h - a blocking call: who waits for its reply, and how it ended. It stands on
 * the caller's stack, is the `data` of its call, and is guarded by client.lock.
 */
#ifndef CLIENT_SLEEPER_H
#define CLIENT_SLEEPER_H

#include <stdbool.h>
#include "chan.h"
#include "list.h"

struct strand;

struct sleeper {
    struct strand *strand;
    struct list link; /* in client.sleepers, while another thread reads for it */
    enum chan_status status;
    bool ended;
};

#endif
