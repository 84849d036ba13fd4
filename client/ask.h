/* SPDX-License-Identifier: MIT */
/*
 * ask.h - how a request becomes a call: it is noted, and written, or kept until there is
 * a connection. All with client.lock held.
 */
#ifndef CLIENT_ASK_H
#define CLIENT_ASK_H

#include <stdbool.h>
#include <stdint.h>
#include "client.h"
#include "request.h"

/* What a call is besides its request. */
struct asking {
    int64_t limit_ms; /* the reply must have come by then; negative: never */
    bool waits;       /* it may be parked for limit_ms less CHAN_GRACE_MS */
    bool again;       /* it may be asked twice without harm */
    bool own;         /* the client's: done is called with the lock held */
    chan_done *done;  /* NULL: data is a sleeper */
    void *data;
    struct slice chan; /* of a put or take: its name as a JSON string */
};

/*
 * Notes the request, under an id of its own. CHAN_LOST: there is no connection and will
 * be none; CHAN_NO_MEMORY: nothing was done.
 */
enum chan_status ask_start(struct chan_client *c, struct request_view *rq,
                           const struct asking *how, uint64_t *ret_id);

/* Asks for the end of a call that is outstanding; nobody is told of the answer. */
enum chan_status ask_stop(struct chan_client *c, struct call *call);

/* A done of the client's own requests, for which nothing is left to do. */
void ask_ignore(struct chan_client *c, const struct chan_reply *reply, void *data);

#endif
