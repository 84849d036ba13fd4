/* SPDX-License-Identifier: MIT */
/*
 * sweep.h - a worker's look at each of its sessions, every 1.2 s: whose time is up.
 *
 * All that may last some seconds and needs no better measure has no timer of its own, and
 * nothing is written down for it as requests come and go: limits.idle_s, handshake_s (of
 * the hello), request_timeout_s, keepalive_s and unread_s. What the look before has seen
 * is kept in the session (struct swept); so what began is known 1.2 s late at most,
 * and nobody's time is up too early.
 *
 * Time counts while the worker looks, at most two seconds from one look to the next: if
 * the process or the machine was stopped meanwhile, nobody is to blame for it.
 *
 * When all have been looked at, memory that they have given up goes back to the system.
 *
 * All calls are for the worker's thread.
 */
#ifndef SERVER_SWEEP_H
#define SERVER_SWEEP_H

#include <event2/event_struct.h>
#include <stdbool.h>
#include <stdint.h>
#include "delivery.h"

struct session;
struct worker;

struct sweep {
    int fd; /* its timer; libevent's own would cost something in every turn */
    struct event event;
    bool armed;       /* it is, while there are sessions */
    unsigned round;   /* all sessions are looked at once in each */
    int64_t since_ns; /* when the time that counts was brought up to date, */
    int64_t now_ns;   /* which is that, */
    uint32_t now;     /* in tenths of a second, from 1 */
};

/* Of a session. */
struct swept {
    unsigned round;
    unsigned torn;  /* the line that it was in the middle of: frame.torn */
    uint32_t since; /* since when it was, or known to be sent away; 0: neither */
    uint32_t calm;  /* the lower half of heard_ns, when all had been delivered */
    struct delivery delivery;
};

/* False: errno says why, and there is nothing to release. */
bool sweep_init(struct sweep *sweep);

/* For a worker with a base, and no sessions. False: no memory. */
bool sweep_start(struct sweep *sweep, struct worker *w);

/* When the base is gone. One that was never initialized is fine, if its fd is -1. */
void sweep_release(struct sweep *sweep);

/* A session has come, and stands at the end of its worker's. */
void sweep_add(struct sweep *sweep, struct session *s);

#endif
