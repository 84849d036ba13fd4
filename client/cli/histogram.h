/* SPDX-License-Identifier: MIT */
/*
 * histogram.h - how often which time was seen, in buckets that are at most 1/64 wide, so
 * that millions of times cost no memory and a percentile is off by 1.6 % at most.
 *
 * Times are in nanoseconds, from 0 to HISTOGRAM_NS_MAX (73 minutes). Not thread-safe.
 */
#ifndef CLI_HISTOGRAM_H
#define CLI_HISTOGRAM_H

#include <stdint.h>

/* Each power of two is cut into 1 << HISTOGRAM_BITS buckets. */
enum { HISTOGRAM_BITS = 6, HISTOGRAM_POWERS = 42 };
enum { HISTOGRAM_BUCKETS = (HISTOGRAM_POWERS - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS };

#define HISTOGRAM_NS_MAX ((INT64_C(1) << HISTOGRAM_POWERS) - 1)

struct histogram {
    uint64_t count;
    uint64_t buckets[HISTOGRAM_BUCKETS];
};

/* {0} is empty. A time out of range counts as the nearest one within. */
void histogram_add(struct histogram *h, int64_t ns);

/* The time that `share` of all (above 0, at most 1) did not exceed: the end of the bucket
 * of the one of that rank. 0: there is none. */
int64_t histogram_percentile(const struct histogram *h, double share);

#endif
