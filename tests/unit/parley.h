/* SPDX-License-Identifier: MIT */
/*
 * parley.h - for tests of processes, threads and local channels: short forms of what they
 * say to each other, and a way to run a test as a process.
 *
 * Processes of one carrier take turns: who has made another and yields knows that the
 * other has come as far as it could. Check's assertions are for one thread at a time;
 * must(…) is for all.
 */
#ifndef TESTS_PARLEY_H
#define TESTS_PARLEY_H

#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "chan.h"
#include "market.h"
#include "runtime.h"
#include "shadow.h"

#if defined(SHADOW_ADDRESS) || defined(SHADOW_THREAD)
enum { PARLEY_SANITIZED = 1 };
#else
enum { PARLEY_SANITIZED = 0 };
#endif

#define must(holds)                                                                      \
    ((holds) ? (void)0                                                                   \
             : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds), abort()))

/* Puts, and waits until that is done. */
static inline void say(struct chan *ch, const char *value)
{
    must(chan_put(ch, value, strlen(value), CHAN_FOREVER) == CHAN_OK);
}

/* Takes, and waits for it; good until the next call. */
static inline const char *hear(struct chan *ch)
{
    const char *value = NULL;

    must(chan_take(ch, CHAN_FOREVER, &value, NULL) == CHAN_OK);
    return value;
}

static inline bool hears(struct chan *ch, const char *value)
{
    return strcmp(hear(ch), value) == 0;
}

static inline enum chan_status take_now(struct chan *ch)
{
    const char *value;

    return chan_take(ch, 0, &value, NULL);
}

static inline enum chan_status put_now(struct chan *ch, const char *value)
{
    return chan_put(ch, value, strlen(value), 0);
}

/* Waits until a process or thread without a result has ended. */
static inline void ended(struct chan *result)
{
    const char *value;

    must(result);
    must(chan_take(result, CHAN_FOREVER, &value, NULL) == CHAN_CLOSED);
    chan_drop(result);
}

/* Waits until so many alts are parked on local channels. */
static inline void await_parked(int64_t count)
{
    struct market *m = runtime_market();
    bool parked = false;

    while (!parked) {
        sched_yield();
        pthread_mutex_lock(&m->lock);
        parked = m->exchange.parked == count;
        pthread_mutex_unlock(&m->lock);
    }
}

struct parley_test {
    void (*run)(void);
};

static inline char *parley_main(void *arg)
{
    ((struct parley_test *)arg)->run();
    return NULL;
}

/* Runs a test as a process. */
static inline void as_process(void (*run)(void))
{
    struct parley_test test = {run};

    ended(chan_go(parley_main, &test));
}

#endif
