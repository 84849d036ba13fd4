/* SPDX-License-Identifier: MIT */
/*
 * carrier.h - a thread on which processes run, one at a time, each until it parks, yields
 * or ends. A process stays with its carrier.
 *
 * What a process switches to is the next one that can run, without a detour; only when
 * there is none, and after so many turns, the thread's own fiber looks after time,
 * descriptors and the mail: wake-ups from other threads. Between the processes of a
 * carrier no lock is needed.
 *
 * Of all carriers one at a time polls the watches; the other idle ones just sleep.
 */
#ifndef CLIENT_PROCESS_CARRIER_H
#define CLIENT_PROCESS_CARRIER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "fiber.h"
#include "heap.h"
#include "latch.h"
#include "list.h"

struct market;
struct process;
struct lookout;

/* What a carrier sleeps in, and with what it is woken. */
enum carrier_sleep { CARRIER_AWAKE, CARRIER_POLLS, CARRIER_DOZES };

struct carrier {
    struct lookout *lookout;
    struct market *market;
    struct carrier *mates; /* all carriers, this one too */
    size_t mate_count;
    /* Its thread's. */
    struct fiber fiber;
    struct list ready;  /* processes that can run, the longest waiting first */
    struct heap alarms; /* of those that wait until a point in time */
    struct process *ended;
    unsigned turns; /* before it is time to look after the rest */
    unsigned calls; /* that the running process may make before others have a turn */
    /* Everybody's. */
    struct latch latch;
    atomic_bool has_mail;
    pthread_mutex_t lock; /* guards the rest */
    struct list inbox;    /* processes to wake */
    enum carrier_sleep sleep;
    bool started;
};

/* Mates: count carriers, which are all to be made so. */
void carrier_init(struct carrier *c, struct lookout *lookout, struct market *market,
                  struct carrier *mates, size_t count);

/* Starts its thread, if it has none; false: that can't be had. Any thread. */
bool carrier_start(struct carrier *c);

/* Wakes a process of any carrier, as strand_wake; a new one begins so. Any thread. */
void carrier_wake(struct process *p);

/* If there are watches and nobody polls them, has an idle mate do so. Any thread. */
void carrier_call_lookout(struct carrier *c);

/*
 * These are for the running process, p: strand_wait; lets all others run once; counts a
 * call, so that who never has to wait yields now and then too.
 */
void carrier_park(struct process *p, int64_t until_ns);
void carrier_yield(struct process *p);
void carrier_count(struct process *p);

/* The first and the last thing that a process does. */
void carrier_arrive(struct carrier *c);
_Noreturn void carrier_end(struct process *p);

#endif
