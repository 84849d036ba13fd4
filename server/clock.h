/* SPDX-License-Identifier: MIT */
/*
 * clock.h - the daemon's clock: monotonic nanoseconds, the unit of all deadlines inside.
 *
 * Times that every session keeps, and that need not be so exact, are in tenths of a
 * second, of which 0 is no time.
 */
#ifndef SERVER_CLOCK_H
#define SERVER_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#define NS_PER_MS INT64_C(1000000)
#define NS_PER_S  INT64_C(1000000000)

#define NS_PER_TENTH INT64_C(100000000)
#define TENTHS_PER_S 10

static inline int64_t clock_now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* Whether so many seconds have passed between two tenths, whatever was cut off them; of
 * 0 they never have. */
static inline bool clock_is_over(uint32_t since, uint32_t now, int64_t limit_s)
{
    return limit_s > 0 && now - since > limit_s * TENTHS_PER_S;
}

#endif
