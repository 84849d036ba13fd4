/* SPDX-License-Identifier: MIT */
/*
 * stopwatch.h - the monotonic clock, for how long things take. Any thread.
 */
#ifndef CLI_STOPWATCH_H
#define CLI_STOPWATCH_H

#include <stdint.h>
#include <time.h>

enum { STOPWATCH_NS_PER_MS = 1000000 };

static inline int64_t stopwatch_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 * STOPWATCH_NS_PER_MS + now.tv_nsec;
}

#endif
