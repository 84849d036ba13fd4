/* SPDX-License-Identifier: MIT */
/*
 * histogram.h - times in nanoseconds, counted in buckets that are at most 1.6 % wide, for
 * percentiles. Not thread-safe.
 */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

/* Of each power of two, HISTOGRAM_PARTS parts; below that, one for each number. */
enum { HISTOGRAM_BITS = 6, HISTOGRAM_PARTS = 1 << HISTOGRAM_BITS, HISTOGRAM_POWERS = 42 };

/* {0} is an empty histogram. */
struct histogram {
    uint64_t count;
    uint64_t buckets[HISTOGRAM_POWERS * HISTOGRAM_PARTS];
};

/* Negative times count as 0, those of more than an hour as that much. */
void histogram_add(struct histogram *h, int64_t ns);

/* The time that the given share of all, 0 to 1, did not exceed; 0 if there is none. */
int64_t histogram_quantile(const struct histogram *h, double share);

#endif
