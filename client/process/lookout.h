/* SPDX-License-Identifier: MIT */
/*
 * lookout.h - all watches (watch.h), and how one thread at a time polls them. Any thread.
 */
#ifndef CLIENT_PROCESS_LOOKOUT_H
#define CLIENT_PROCESS_LOOKOUT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include "list.h"
#include "watch.h"

struct lookout {
    pthread_mutex_t lock;
    pthread_cond_t served; /* a ready(…) has returned */
    struct list all, due;
    struct watch *serving; /* whose ready(…) runs; NULL: nobody's, or it was removed */
    pthread_t server;      /* the thread that it runs on */
    int epoll, bell;       /* -1: not open yet; the bell ends a poll */
    uint64_t removals;
    int64_t asleep_until_ns; /* how long the thread that polls will; INT64_MIN: none */
    bool claimed;
};

void lookout_init(struct lookout *lo);
void lookout_release(struct lookout *lo); /* there may be no watch left */

/* Makes ready for use, if that has not been done; false: no descriptors. */
bool lookout_open(struct lookout *lo);

/* watch_add and so on. */
bool lookout_add(struct lookout *lo, struct watch *w);
void lookout_change(struct lookout *lo, struct watch *w, short events,
                    int64_t deadline_ns);
void lookout_remove(struct lookout *lo, struct watch *w);

/* Whether the calling thread is now the one that polls, until lookout_leave. */
bool lookout_claim(struct lookout *lo);
void lookout_leave(struct lookout *lo);

/* Whether there is something to poll, and nobody who does. */
bool lookout_is_alone(struct lookout *lo);

/* Waits until then at most (INT64_MIN: not at all) and calls what is ready. */
void lookout_poll(struct lookout *lo, int64_t until_ns);

/* Ends the wait of the thread that polls, or else of the next. */
void lookout_poke(struct lookout *lo);

#endif
