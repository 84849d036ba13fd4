/* SPDX-License-Identifier: MIT */
/*
 * watch.h - a descriptor, or a point in time, that the threads of processes look after
 * when no process can run, and now and then when many can.
 *
 * ready(…) is called on such a thread, not in a process, with no lock held; it must not
 * block, and may call everything here and strand_wake.
 */
#ifndef CLIENT_PROCESS_WATCH_H
#define CLIENT_PROCESS_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include "list.h"

struct watch {
    int fd;              /* -1: only the time; else open for as long as it is watched */
    short events;        /* of poll(2) */
    int64_t deadline_ns; /* monotonic; INT64_MAX: none */
    void (*ready)(struct watch *w, short revents); /* 0: the deadline has come */
    /* lookout.c's: */
    struct list link;
    short revents;
};

/* Begins; the watch is the caller's and stays where it is. False: no memory, descriptor
 * or thread to be had. */
bool watch_add(struct watch *w);

/* Other events or another deadline; wakes the thread that is polling, if it must know. */
void watch_change(struct watch *w, short events, int64_t deadline_ns);

/* Ends it, and returns when ready(…) is not running, unless it is called from there. */
void watch_remove(struct watch *w);

#endif
