/* SPDX-License-Identifier: MIT */
/*
 * deadline.h - deadlines: points of the monotonic clock, in nanoseconds. Any thread.
 */
#ifndef CLIENT_DEADLINE_H
#define CLIENT_DEADLINE_H

#include <limits.h>
#include <stdint.h>
#include <time.h>

#define DEADLINE_NEVER INT64_MAX

enum { DEADLINE_NS_PER_MS = 1000000 };

static inline int64_t deadline_now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 * DEADLINE_NS_PER_MS + now.tv_nsec;
}

/* The point ms from now; DEADLINE_NEVER if ms is negative, or beyond the clock. */
static inline int64_t deadline_after_ms(int64_t ms)
{
    const int64_t now = ms < 0 ? 0 : deadline_now_ns();

    if (ms < 0 || ms >= (DEADLINE_NEVER - now) / DEADLINE_NS_PER_MS)
        return DEADLINE_NEVER;
    return now + ms * DEADLINE_NS_PER_MS;
}

/* What poll(2) takes to wait until a point: -1 for DEADLINE_NEVER, 0 for one that is
 * past. Rounded up, so that a poll that ran to its end has reached the point. */
static inline int deadline_poll_ms(int64_t point_ns)
{
    int64_t left;

    if (point_ns == DEADLINE_NEVER)
        return -1;
    left = point_ns - deadline_now_ns();
    if (left <= 0)
        return 0;
    left = (left - 1) / DEADLINE_NS_PER_MS + 1;
    return left > INT_MAX ? INT_MAX : (int)left;
}

#endif
