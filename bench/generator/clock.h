/* SPDX-License-Identifier: MIT */
/*
 * clock.h - the generator's clocks, in nanoseconds: monotonic time.
 */
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

static inline int64_t clock_ns_of(clockid_t clock)
{
    struct timespec ts;

    if (clock_gettime(clock, &ts) != 0)
        return 0;
    return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static inline int64_t clock_now_ns(void)
{
    return clock_ns_of(CLOCK_MONOTONIC);
}

#endif
