/* SPDX-License-Identifier: MIT */
/*
 * info.h - a channel's stat, as JSON -> struct chan_info. Pure; any thread.
 */
#ifndef CLIENT_INFO_H
#define CLIENT_INFO_H

#include <stdbool.h>
#include "chan.h"

struct json;

/* Room for the texts of one struct chan_info. */
struct info_room {
    char name[256], buffer[32];
};

/*
 * Reads the object that the cursor stands before, and passes over it. Members that this
 * version does not know are passed over, those that are missing are 0 or "". The info
 * points into room. False: it is not an object, or a member is not what it should be.
 */
bool info_read(struct json *at, struct info_room *room, struct chan_info *ret_info);

#endif
