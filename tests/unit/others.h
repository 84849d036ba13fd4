/* SPDX-License-Identifier: MIT */
/*
 * others.h - processes at the other end of a local channel, and one that is parked there.
 */
#ifndef TESTS_UNIT_OTHERS_H
#define TESTS_UNIT_OTHERS_H

#include "chan.h"
#include "deadline.h"
#include "parley.h"
#include "starve.h"
#include "unit.h"

static inline char *taker(void *ch)
{
    hear(ch);
    return NULL;
}

static inline char *echo_taken(void *ch)
{
    return strdup(hear(ch));
}

static inline char *putter(void *ch)
{
    say(ch, "\"put\"");
    return NULL;
}

static inline char *told_closed(void *ch)
{
    const char *value;

    must(chan_take(ch, CHAN_FOREVER, &value, NULL) == CHAN_CLOSED);
    return NULL;
}

/* What was asked for as a process is parked when this returns. */
static inline struct chan *parked(chan_fn *fn, struct chan *ch)
{
    struct chan *result = chan_go(fn, ch);

    ck_assert_ptr_nonnull(result);
    chan_yield();
    return result;
}

#endif
