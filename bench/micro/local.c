/* SPDX-License-Identifier: MIT */
/*
 * How long a value takes from one process to another over local channels (libchan). An
 * operation is a value that was put by the one and taken by the other.
 */
#include <stdlib.h>
#include "chan.h"
#include "trial.h"

enum { BUFFER_SIZE = 1024 };

struct pair {
    struct chan *there, *back;
    size_t operations;
};

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void *pair_of(enum chan_buffer buffer, long size)
{
    struct pair *p = trial_alloc(1, sizeof *p);

    p->there = chan_local(buffer, size);
    p->back = chan_local(buffer, size);
    must(p->there && p->back);
    return p;
}

static void *unbuffered(long size)
{
    (void)size;
    return pair_of(CHAN_NONE, 0);
}

static void *buffered(long size)
{
    (void)size;
    return pair_of(CHAN_FIXED, BUFFER_SIZE);
}

static void pair_end(void *state)
{
    struct pair *p = state;

    chan_drop(p->there);
    chan_drop(p->back);
    free(p);
}

/* ---- the two ---- */

static void put_one(struct chan *ch)
{
    must(chan_put(ch, "12345", 5, CHAN_FOREVER) == CHAN_OK);
}

static void take_one(struct chan *ch)
{
    const char *value;

    must(chan_take(ch, CHAN_FOREVER, &value, NULL) == CHAN_OK);
}

static char *put_all(void *arg)
{
    const struct pair *p = arg;

    for (size_t i = 0; i < p->operations; i++)
        put_one(p->there);
    return NULL;
}

static char *take_all(void *arg)
{
    const struct pair *p = arg;

    for (size_t i = 0; i < p->operations; i++)
        take_one(p->there);
    return NULL;
}

static char *ask(void *arg)
{
    const struct pair *p = arg;

    for (size_t i = 0; i < p->operations; i += 2) {
        put_one(p->there);
        take_one(p->back);
    }
    return NULL;
}

static char *answer(void *arg)
{
    const struct pair *p = arg;

    for (size_t i = 0; i < p->operations; i += 2) {
        take_one(p->there);
        put_one(p->back);
    }
    return NULL;
}

static void await(struct chan *result)
{
    const char *value;

    must(result);
    must(chan_take(result, CHAN_FOREVER, &value, NULL) == CHAN_CLOSED);
    chan_drop(result);
}

static void run(struct pair *p, size_t operations, chan_fn *one, chan_fn *other)
{
    struct chan *first, *second;

    p->operations = operations;
    first = chan_go(one, p);
    second = chan_go(other, p);
    await(first);
    await(second);
}

static void one_way(void *state, size_t operations)
{
    run(state, operations, put_all, take_all);
}

static void there_and_back(void *state, size_t operations)
{
    run(state, operations, ask, answer);
}

static const struct trial trials[] = {
    {"processes, one way", 0, unbuffered, one_way, pair_end},
    {"processes, there and back", 0, unbuffered, there_and_back, pair_end},
    {"processes, through a buffer", 0, buffered, one_way, pair_end},
};

struct trial_list local_trials(void)
{
    return (struct trial_list){trials, sizeof trials / sizeof *trials};
}
