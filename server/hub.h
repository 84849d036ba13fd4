/* SPDX-License-Identifier: MIT */
/*
 * hub.h - the broker behind its one lock, and the way in and out of it.
 *
 * One lock for the whole broker: an alts spans channels, and what is done under the lock
 * is so short (a put or take costs some hundred nanoseconds, a hand-over of tickets
 * nothing) that finer locks would cost more than they give.
 *
 * Locks, in the order in which they may be taken:
 *   1. session.lock   a session's output (session.h)
 *   2. hub.lock       the broker, and every seat: held to run a batch of tickets, or to
 *                     look at some names; under session.lock to splice a list, no more
 *   3. mailbox.lock   a worker's mail (mailbox.h)
 *
 * The order of replies. While the lock is held, whatever completes is linked to the seat
 * of the session that asked, in the order of the hub, and that seat goes on the worker's
 * list of those to drain. Nobody appends a reply after unlocking: two workers may
 * complete requests of one session at nearly the same time, and its client must see them
 * in hub order, or it could see an effect before its cause. A seat may be on the lists of
 * several workers; the first to come takes all.
 *
 * Borrowed values. A take that was completed by a put refers to the putter's bytes, in
 * the input of the worker that ran the put. That worker uses its input again only when it
 * has drained, or found drained, every seat on its list. Draining holds session.lock from
 * the splice until the bytes are copied or sent, so finding a seat empty under that lock
 * means that nobody refers to the bytes any more.
 */
#ifndef SERVER_HUB_H
#define SERVER_HUB_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "broker.h"
#include "budget.h"
#include "list.h"
#include "name.h"
#include "ticket.h"

enum { HUB_WORKERS_MAX = 64, TURN_TICKETS = 128 };

/* A session's place in the hub. Guarded by hub.lock, but for the count. */
struct seat {
    struct peer peer;    /* first: a completion's peer is its seat */
    struct list done;    /* completions to be answered, in hub order */
    uint64_t drainers;   /* which workers have it on their list */
    atomic_uint holders; /* who refers to the session: session_drop gives one back */
};

/* What a worker brings to the hub, and what it has to do when it has left it. */
struct turn {
    unsigned worker; /* its number, below HUB_WORKERS_MAX */
    size_t ticket_count;
    struct ticket tickets[TURN_TICKETS];
    struct offer *offers; /* room for the clauses of one alts */
    size_t offers_cap;
    struct seat **dirty; /* to drain; each is held */
    size_t dirty_count, dirty_cap;
    struct list retired; /* completions that were answered, for the broker to use again */
    size_t retired_count;
    int64_t freed; /* memory of the broker's that was given back, and of input */
};

struct hub {
    pthread_mutex_t lock;
    atomic_int waiting; /* for the lock: threads that did not get it at once */
    struct broker *broker;
    struct limits limits; /* under the lock */
    unsigned turn_count;
    size_t seats;                /* under the lock: sessions that have one */
    atomic_int_fast64_t outside; /* bytes of output that wait to be read by clients */
    struct budget budget;        /* of the memory that is held */
};

/* NULL if out of memory. Draws its randomness from the system. */
struct hub *hub_new(const struct broker_settings *settings);
void hub_free(struct hub *hub); /* all seats must have left; NULL is fine */

/* Other settings for whatever comes. False: no memory, nothing changed. */
bool hub_configure(struct hub *hub, const struct broker_settings *settings);

struct limits hub_limits(struct hub *hub);

/* Numbers a worker's turn; before any seat is taken. */
void hub_add_turn(struct hub *hub, struct turn *turn);

/* A session of that worker comes; false: no memory. It goes when it has left. */
bool hub_sit(struct hub *hub, struct turn *turn, struct seat *seat);
void hub_rise(struct hub *hub, struct seat *seat);

/*
 * Runs all tickets of the turn under one hold of the lock and adds to its list of the
 * dirty. Returns when hub_expire is due; INT64_MAX: never.
 */
int64_t hub_run(struct hub *hub, struct turn *turn, int64_t now_ns);

/* Ends what is due. Otherwise as hub_run. */
int64_t hub_expire(struct hub *hub, struct turn *turn, int64_t now_ns);

/* On whose account is what the seat's session holds from now on; NULL: nobody's. */
void hub_charge(struct hub *hub, struct seat *seat, struct account *account);

/* Whether the seat's session has anything parked. */
bool hub_has_parked(struct hub *hub, const struct seat *seat);

/*
 * What a list shows, as far as `effort` goes: see catalog_look. ret_last is a text: the
 * name behind which to go on; empty: there is nothing more.
 */
size_t hub_look(struct hub *hub, const struct catalog_query *query, size_t *effort,
                struct channel_stat *ret, char ret_last[NAME_MAX_LEN + 1]);

/*
 * For who is about to come to the hub again and again: lets those in who wait for the
 * lock, or for a fraction of a millisecond. Without it he would be faster each time than
 * they can wake up.
 */
void hub_give_way(struct hub *hub);

/* Takes all completions of a seat, for a drainer who holds its session.lock. */
void hub_collect(struct hub *hub, struct seat *seat, unsigned worker,
                 struct list *ret_done);

/* Memory that the turn gave back is free again. */
void hub_give_back(struct hub *hub, struct turn *turn);

/* Takes the memory of a completion that has been answered. */
void turn_retire(struct turn *turn, struct completion *c);

/* Room for an alts of so many clauses in the turn; false: no memory. */
bool turn_reserve_offers(struct turn *turn, size_t count);

/* Frees the turn's memory. */
void turn_release(struct turn *turn);

#endif
