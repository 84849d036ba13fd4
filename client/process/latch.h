/* SPDX-License-Identifier: MIT */
/*
 * latch.h - how a thread waits to be woken: a wake-up that comes first is not lost, but
 * ends the next wait at once. Any thread wakes, one waits.
 */
#ifndef CLIENT_PROCESS_LATCH_H
#define CLIENT_PROCESS_LATCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct latch {
    pthread_mutex_t lock;
    pthread_cond_t rung;
    bool woken;
};

void latch_init(struct latch *l);
void latch_release(struct latch *l);

/* Until it is woken, or the point in monotonic ns has come (INT64_MAX: none). */
void latch_wait(struct latch *l, int64_t until_ns);

/* Once the waiter has been woken it may release the latch. */
void latch_wake(struct latch *l);

#endif
