/* SPDX-License-Identifier: MIT */
/*
 * outcome.h - how a call ended, and the memory of what it handed out: what chan_last
 * tells. Each strand has one; a call ends by writing it. Not thread-safe.
 */
#ifndef CLIENT_OUTCOME_H
#define CLIENT_OUTCOME_H

#include <stdbool.h>
#include "chan.h"
#include "info.h"
#include "text.h"

/* Of a server's reply to hello: what it is, and who the client is to it. Or NULL. */
struct outcome_names {
    const char *server, *user;
};

/* What is kept besides a value: a message of our own, and NULs. */
enum { OUTCOME_ROOM = 256 };

struct outcome {
    struct chan_reply last;
    bool created, more; /* of a server's reply, to open and to list */
    struct outcome_names names;
    struct text kept;      /* what last and names point into */
    struct info_room room; /* what a chan_info of chan_stat points into */
};

/* One that says CHAN_OK. */
void outcome_init(struct outcome *o);
void outcome_release(struct outcome *o);

/* Makes a copy of reply and names (may be NULL) the outcome. Out of memory it has no
 * reason and another message, and if there is a value or a name, that is the outcome. */
void outcome_keep(struct outcome *o, const struct chan_reply *reply,
                  const struct outcome_names *names);

/*
 * The same, and out of memory it takes that of spare, which must have room for the value
 * and OUTCOME_ROOM: the two change places.
 */
void outcome_keep_spared(struct outcome *o, const struct chan_reply *reply,
                         struct text *spare);

/* Makes status and message (copied; NULL: that of the status) the outcome, and returns
 * the status. */
enum chan_status outcome_end(struct outcome *o, enum chan_status status,
                             const char *message);

/* Another status and message (static storage), while the value stays. */
enum chan_status outcome_amend(struct outcome *o, enum chan_status status,
                               const char *message);

/* outcome_end for the caller's own strand, for the public calls. */
enum chan_status outcome_of_call(enum chan_status status, const char *message);

#endif
