/* SPDX-License-Identifier: MIT */
/*
 * ticket.h - one request on its way from a line through the hub to a reply.
 *
 * A worker fills a ticket from a line, the hub runs it, and whoever drains the session
 * turns its completion into a reply and releases it. What parks leaves its ticket: it
 * lives on as an alt of the core. A ticket's slices point into the worker's input. It
 * belongs to one worker, but for the time between the hub and the draining, when it is on
 * a list.
 */
#ifndef SERVER_TICKET_H
#define SERVER_TICKET_H

#include <stdbool.h>
#include <stddef.h>
#include "alt.h"
#include "broker.h"
#include "channel.h"
#include "err.h"
#include "request.h"

struct user;

/*
 * The end of a session is a ticket too, so that it happens behind what was asked before.
 * (OP_COUNT itself is what the op of a refused line may be.)
 */
enum { OP_LEAVE = OP_COUNT + 1 };

struct ticket {
    struct completion done;
    struct request_view rq;
    enum err err;               /* not ERR_OK: the line was refused, and is not run */
    bool created, more;         /* of open, of list */
    const struct user *user;    /* of hello: who it is; of list: who may not see all */
    char *message;              /* of a refusal; owned; NULL: the reason's own text */
    struct channel_stat *stats; /* of list and stat; owned */
    size_t stat_count;
    struct broker_stat totals; /* of a stat without a channel */
};

/* The ticket that a completion which was not parked is part of. */
static inline struct ticket *ticket_of(struct completion *c)
{
    return container_of(c, struct ticket, done);
}

/* An empty ticket for a request of that peer. */
void ticket_begin(struct ticket *t, struct peer *peer);

/* Refuses it; the message is copied. Returns err. */
enum err ticket_refuse(struct ticket *t, enum err err, const char *message);

/* Frees what it owns. How much of that was the broker's: see completion_release. */
int64_t ticket_release(struct ticket *t);

#endif
