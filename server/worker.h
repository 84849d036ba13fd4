/* SPDX-License-Identifier: MIT */
/*
 * worker.h - a thread with its own event loop, the sessions that it reads, and its mail.
 *
 * A turn of a worker: every session that has something to read is read once, its lines
 * become tickets; then the tickets run in the hub, and every session that something was
 * completed for, whoever reads it, is drained with one write. A turn with more tickets
 * than fit is cut into several.
 *
 * Nobody gets more than a share of a turn. Whoever has used up its share when it is
 * served stands in a line for the next time: behind all others, and when those have been
 * answered, the first in the line gets a share, and so do the next ones as long as the
 * others together got more. So who wants little waits for what others get who want
 * little, and for as much again, or one share, however many want much. What is done is
 * counted in units of about a microsecond, so that it does not depend on a clock.
 *
 * Functions without another word are for the worker's own thread.
 */
#ifndef SERVER_WORKER_H
#define SERVER_WORKER_H

#include <event2/event.h>
#include <event2/event_struct.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "gather.h"
#include "hub.h"
#include "intake.h"
#include "mailbox.h"
#include "memo.h"
#include "metrics.h"
#include "request.h"
#include "sweep.h"

enum {
    WORKER_INPUT = 256 * 1024,
    WORKER_LATER = 64,
    WORKER_LOCKS = 64,
    SHARE_UNITS = 128, /* of a ping each */
    UNIT_BYTES = 2048  /* that come or go */
};

struct admission;
struct roster;
struct session;

struct worker {
    struct hub *hub;
    struct metrics *metrics;
    struct admission *admission; /* set before it starts; NULL: there are no users */
    struct roster *roster;       /* held, renewed by mail; NULL: there are no users */
    struct memo memo;            /* of the roster's users */
    struct limits limits;        /* a copy, renewed by mail */
    struct turn turn;
    struct request_room room; /* of the clauses in the turn */
    char *input;              /* what was read in this turn, and is borrowed by tickets */
    size_t input_len, input_used; /* of this turn; of all since it was wiped */
    size_t unmeasured;         /* bytes that were read since the memory was looked at */
    int64_t measured;          /* and what was held then */
    size_t line_room;          /* bytes that are kept of a line to come; SIZE_MAX: any */
    bool confided;             /* somebody said a token: the input of the turn is wiped */
    void *later[WORKER_LATER]; /* to be freed when the turn is over */
    size_t later_count;
    struct gather scratch; /* replies on their way to a socket */
    struct list sessions;  /* that it reads */
    struct list line;      /* of them, those that wait to get their next share */
    struct list surveys;   /* lists under way, that look at many names */
    unsigned started;      /* sessions, so far */
    struct intake intake;  /* for sessions that have none */
    size_t served;         /* tickets of this turn that were run for others */
    struct list arrivals;  /* that are to become sessions, once they have shown how */
    int64_t shaking_ns;    /* the time that arrivals have taken of this turn */
    int64_t said_ns;       /* when it was logged last that an arrival was closed */
    unsigned unsaid;       /* how many were closed since then */
    struct list attention; /* letters to itself, opened at the end of the turn */
    struct event_base *base;
    struct event mail, timer;
    struct sweep sweep;
    int64_t now_ns;   /* when the hub was visited last */
    int64_t armed_ns; /* what the timer is set to; 0: it could not be set */
    bool stopping;
    struct mailbox mailbox;
    pthread_mutex_t locks[WORKER_LOCKS]; /* session_lock */
    atomic_bool stop_asked, limits_asked;
    atomic_uint_fast64_t beats; /* turns of its loop: a sign of life */
    pthread_t thread;
};

/* Not started yet; a turn of the hub is its. NULL: no memory, no descriptor. */
struct worker *worker_new(struct hub *hub, struct metrics *metrics);

/* After worker_join, and before hub_free. NULL is fine. */
void worker_free(struct worker *w);

/* Starts the thread, with all signals blocked. False: no thread. Any thread, once. */
bool worker_start(struct worker *w);

/*
 * What the thread does, for a test that plays it instead: it begins, and then waits for
 * something to happen, and does all that this brings about, again and again.
 */
void worker_begin(struct worker *w);
void worker_turn(struct worker *w);

/* Waits for the thread, which ends when worker_stop was called and all is flushed. */
void worker_join(struct worker *w);

/*
 * Tells it to end its sessions: what is parked is answered `cancelled`, and output is
 * flushed for at most 3 s. Any thread.
 */
void worker_stop(struct worker *w);

/* Tells it that the hub has other limits, and that there are other users. Any thread. */
void worker_renew_limits(struct worker *w);

/* Makes it turn, which it shows in `beats`. Any thread. */
void worker_nudge(struct worker *w);

/* ---- for sessions ---- */

/*
 * Room to read into, of at least an eighth of WORKER_INPUT; ends the turn if it is full.
 */
char *worker_input(struct worker *w, size_t *ret_room);

/* A ticket for a request of that peer; ends the turn if there is none left. */
struct ticket *worker_ticket(struct worker *w, struct peer *peer);

/* Takes back the ticket that was made last, as if it had never been. */
void worker_withdraw(struct worker *w, struct ticket *t);

/*
 * Frees a block when no ticket of the turn can use it any more, wiped if it may hold a
 * token; takes it.
 */
void worker_free_later(struct worker *w, void *block);

/* It gets its next share when it is its turn, or is in the line already. */
void worker_line_up(struct worker *w, struct session *s);

/* A session that needs its worker: any thread; the session is held until then. */
void worker_alert(struct worker *w, struct session *s, const struct worker *from);

#endif
