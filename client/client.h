/* SPDX-License-Identifier: MIT */
/*
 * client.h - struct chan_client, and what every call of it is made of.
 *
 * A call is a request_view that ask_start writes and notes; client_turn sends,
 * receives and ends calls: with a chan_done, or by waking the strand that sleeps in
 * client_call. client.lock guards all of it, and is let go while a program's function is
 * called or something is waited for. While there are calls somebody waits for the socket,
 * and only that one turns:
 *
 *   the loop of a program    while it has calls of its own; then it is alone
 *   the watch (watch.h)      from the first call of a process on
 *   the reader               otherwise: a thread that blocks. It reads for others, too,
 *                            who sleep, and then wakes one of them to go on with that
 *
 * Lock order: client.lock, then whatever strand.h and watch.h take.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "calls.h"
#include "chan.h"
#include "conn.h"
#include "list.h"
#include "outcome.h"
#include "passport.h"
#include "places.h"
#include "watch.h"

struct asking;
struct keeper;
struct request_view;
struct sleeper;
struct strand;

enum client_state {
    CLIENT_OFF,      /* there is no connection, and no call */
    CLIENT_PAUSING,  /* until the next try to connect; so calls are kept as lines */
    CLIENT_DIALLING, /* as are they here, */
    CLIENT_SHAKING,  /* in the handshake of TLS, */
    CLIENT_GREETING, /* and here: whether the server listens is not known yet */
    CLIENT_UP
};

struct chan_client {
    pthread_mutex_t lock;
    enum client_state state;
    struct conn conn; /* has an fd from CLIENT_SHAKING on */
    struct calls calls;

    struct strand *owner; /* whose loop it is, if `started`, `busy` or `looping` */
    size_t started;       /* calls with a chan_done of a program */
    bool busy;            /* a chan_done is running */
    bool looping;         /* in chan_wait */
    size_t blocked;       /* blocking calls */
    struct sleeper *reader;
    bool polling;         /* it does, without the lock: */
    struct pollfd polled; /* what for, */
    int64_t polled_ns;    /* until when, */
    int kick;             /* and what ends that: an eventfd, or -1 */
    struct list sleepers; /* threads that could be the reader */
    struct watch watch;   /* `attached` to the present socket, if `watched` */
    bool watched, attached;
    bool batching;   /* requests of processes wait for each other */
    bool connecting; /* or disconnecting: nobody else may begin anything */

    struct passport passport; /* of chan_secure */
    struct places places;     /* of the server */
    struct {
        bool said;
        char *client, *token; /* owned; may be NULL */
    } hello;                  /* the last that succeeded, to be said again */
    struct keeper *keeper;    /* of chan_keep; NULL: nothing is kept */
    int dialling;             /* the socket of CLIENT_DIALLING, else -1 */
    size_t place;             /* that is tried */
    int64_t point_ns;         /* when a pause ends, or a try has failed */
    int64_t expiry_ns;        /* when to look at kept calls, or earlier */
    bool leaving;             /* chan_hang_up */
    bool doubting;            /* a ping is to tell what a cancelled call means */
    bool parted;              /* the server said goodbye: lost_why */
    char lost_why[256];       /* why there is no connection: the message of CHAN_LOST */
};

void client_lock(struct chan_client *c);
void client_unlock(struct chan_client *c);

/* ---- calling, without the lock (blocking.c, looping.c) ---- */

/* Asks and waits for the reply, which becomes the outcome of the caller's strand. */
enum chan_status client_call(struct chan_client *c, struct request_view *rq,
                             const struct asking *how);

/* Asks for a program with a loop; the outcome tells of failure only. */
enum chan_status client_begin(struct chan_client *c, struct request_view *rq,
                              const struct asking *how, uint64_t *ret_id);

/* Why a strand may not block on it for now; NULL: it may. */
const char *client_block_fault(const struct chan_client *c, const struct strand *self);

/* The reader, if it waits, is to look at what has changed. */
void client_kick(struct chan_client *c);

/* ---- turning (turn.c, incoming.c) ---- */

/* Sends and receives what goes, and does what is due. It may let the lock go meanwhile.
 */
void client_turn(struct chan_client *c);

/* When client_turn is due without any input, at the latest; the descriptor that it waits
 * for, or -1, and the events. */
int64_t client_due_ns(const struct chan_client *c);
int client_fd(const struct chan_client *c);
short client_events(const struct chan_client *c);

/* Reads the lines that have arrived, and tells those who wait for them. */
void client_take_lines(struct chan_client *c);

/* Ends a call that was taken out: tells who waits for it. */
struct ending {
    struct chan_reply reply;
    bool created, more;         /* of open and list */
    struct outcome_names names; /* of hello */
};
void client_finish(struct chan_client *c, struct call *call, struct ending *ending);

/* Makes the connection the past: what is outstanding ends with status and message. */
void client_lose(struct chan_client *c, enum chan_status status, const char *message);

/* ---- the watch (watching.c) ---- */

/* There is one from now on. False: no memory or thread for it. */
bool client_watch(struct chan_client *c);

/* It knows what to wait for, if there is one. */
void client_rewatch(struct chan_client *c);

/* Something is to be sent; it tells so, too. */
void client_send_soon(struct chan_client *c);

/* The present socket is about to be closed; only the watch itself does so. */
void client_detach(struct chan_client *c);

/* There is none. The lock is let go meanwhile. */
void client_unwatch(struct chan_client *c);

#endif
