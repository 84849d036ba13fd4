/* SPDX-License-Identifier: MIT */
/*
 * session.h - a client: what comes in, what goes out, and its orderly end.
 *
 * One worker reads a session for life; any worker may drain it. session.lock guards its
 * output; what is marked `owner` is the worker's own. A session is counted: it goes when
 * its worker has ended it and nobody holds its seat any more.
 *
 * The end: the client's side ends (EOF or reset), a ticket LEAVE ends in the hub what is
 * parked; when its completion has been drained, nothing more can come, and the socket is
 * closed as soon as the output is flushed.
 */
#ifndef SERVER_SESSION_H
#define SERVER_SESSION_H

#include <event2/event_struct.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "hub.h"
#include "list.h"
#include "mailbox.h"
#include "sweep.h"
#include "transport.h"

struct backlog;
struct guard;
struct intake;
struct worker;

/* There are thousands, most of them idle: what few need, or seldom, is elsewhere. */
struct session {
    struct seat seat; /* first */
    struct worker *worker;
    atomic_int_fast64_t heard_ns; /* when something went last, or came (`heard`) */
    /* under its lock */
    struct transport transport; /* closed: ended */
    struct backlog *backlog;    /* NULL: all has been sent */
    unsigned units;             /* of output, that have not been counted as spent yet */
    bool broken;                /* nothing can be written any more */
    bool left;                  /* what it asked has all been answered */
    bool alerted;               /* its note is on its way to its worker */
    unsigned char lock;         /* always: which of worker->locks */
    /* owner */
    unsigned spent;     /* units of the share that it got last */
    unsigned price;     /* what one of its requests is expected to cost */
    short interest;     /* EV_READ, EV_WRITE: what the event waits for */
    bool heard;         /* something has come since the sweep looked last */
    bool leaving;       /* it has had its LEAVE ticket */
    bool sent_away;     /* and we wanted it */
    bool choked;        /* it is not read until its output has drained */
    uint8_t held;       /* the same, until so many let it go on: its guard, a survey */
    struct swept swept; /* when that was seen */
    struct event event;
    struct list siblings;  /* in worker->sessions */
    struct list place;     /* in worker->line */
    struct letter note;    /* in worker->attention, or in its mailbox */
    struct intake *intake; /* NULL: nothing of what came is left */
    struct guard *guard;   /* NULL: everybody may do everything */
};

/*
 * What may be touched by others than its worker. Sessions share locks: nobody may have
 * two of them. Any thread.
 */
void session_lock(struct session *s);
void session_unlock(struct session *s);

/* Starts serving what is connected, and owns it then; false: no memory. Owner. */
bool session_start(struct worker *w, const struct transport *transport);

/* Ends what is parked, once; the rest of the input is not read. Owner. */
void session_leave(struct session *s);

/* Leaves, and is told why in a line without an id. Owner. */
void session_send_away(struct session *s, enum err err);

/* Leaves, as if it had been reset; nothing is sent to it any more. Owner. */
void session_lose(struct session *s);

/* Goes on where it was held, if nobody else holds it. Owner. */
void session_resume(struct session *s);

/* Goes on with its next share. Owner. */
void session_serve(struct session *s);

/* Asks for all that has been read, whatever its share is. Owner. */
void session_ask_all(struct session *s);

/*
 * Sets its events, chokes, unchokes or ends it, as its state asks for. Owner, no lock
 * held.
 */
void session_attend(struct session *s);

/*
 * Closes the socket and lets go of the session, flushed or not. It must have left.
 * Owner.
 */
void session_end(struct session *s);

/* Gives back a hold on the seat; the last one frees the session. Any thread. */
void session_drop(struct session *s);

#endif
