/* SPDX-License-Identifier: MIT */
/*
 * client.h - struct chan_client, and what every call of it is made of.
 *
 * A call is a request_view that client_start writes and notes; its reply comes to the
 * chan_done, or for a blocking call into `last`. client_call is client_start and a loop
 * until that has happened. Not thread-safe, as chan.h says.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include "calls.h"
#include "chan.h"
#include "conn.h"
#include "info.h"
#include "outcome.h"
#include "request.h"
#include "text.h"

struct chan_client {
    struct conn conn;
    struct calls calls;
    bool awaiting; /* the blocking call has not ended */
    bool busy;     /* a chan_done is running */
    struct chan_reply last;
    bool created, more;    /* of the last reply, to open and to list */
    const char *server;    /* of the last reply, to hello */
    struct text kept;      /* what last and server point into */
    struct info_room room; /* what a chan_info of chan_stat points into */
    char lost_why[192];    /* why there is no connection: the message of CHAN_LOST */
};

/*
 * Writes the request, under an id of its own, and notes who waits for it. CHAN_LOST:
 * there is no connection; CHAN_NO_MEMORY: nothing was written. limit_ms: the reply must
 * have come by then, else the connection is given up; negative: never.
 */
enum chan_status client_start(struct chan_client *c, struct request_view *rq,
                              int64_t limit_ms, chan_done *done, void *data,
                              uint64_t *ret_id);

/* The same, and waits for the reply: all of it is in `last`. */
enum chan_status client_call(struct chan_client *c, struct request_view *rq,
                             int64_t limit_ms);

/* Reads the lines that have arrived, and tells those who wait for them. */
void client_take_lines(struct chan_client *c);

/* Makes the connection the past: what is outstanding ends with status and message. */
void client_lose(struct chan_client *c, enum chan_status status, const char *message);

#endif
