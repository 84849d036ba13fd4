/* SPDX-License-Identifier: MIT */
#include "latch.h"

#include <errno.h>
#include <time.h>

void latch_init(struct latch *l)
{
    pthread_condattr_t attr;

    pthread_mutex_init(&l->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&l->rung, &attr);
    pthread_condattr_destroy(&attr);
    l->woken = false;
}

void latch_release(struct latch *l)
{
    pthread_cond_destroy(&l->rung);
    pthread_mutex_destroy(&l->lock);
}

/* False when the time has come. */
static bool latch_sleep(struct latch *l, int64_t until_ns)
{
    const struct timespec until = {.tv_sec = until_ns / 1000000000,
                                   .tv_nsec = until_ns % 1000000000};

    if (until_ns != INT64_MAX)
        return pthread_cond_timedwait(&l->rung, &l->lock, &until) != ETIMEDOUT;
    pthread_cond_wait(&l->rung, &l->lock);
    return true;
}

void latch_wait(struct latch *l, int64_t until_ns)
{
    pthread_mutex_lock(&l->lock);
    while (!l->woken && latch_sleep(l, until_ns))
        ;
    l->woken = false;
    pthread_mutex_unlock(&l->lock);
}

void latch_wake(struct latch *l)
{
    pthread_mutex_lock(&l->lock);
    l->woken = true;
    pthread_cond_signal(&l->rung);
    pthread_mutex_unlock(&l->lock);
}
