/* SPDX-License-Identifier: MIT */
#include "histogram.h"

#include <stddef.h>

enum { PARTS = 1 << HISTOGRAM_BITS };

/*
 * Row 0 has a bucket for each of the first PARTS numbers. Row r holds the numbers whose
 * highest bit is HISTOGRAM_BITS + r - 1: their next HISTOGRAM_BITS bits say the column,
 * and the r - 1 bits below are what a bucket does not tell apart.
 */
static size_t bucket_of(uint64_t ns)
{
    unsigned blurred;

    if (ns < PARTS)
        return (size_t)ns;
    blurred = 63U - (unsigned)__builtin_clzll(ns) - HISTOGRAM_BITS;
    return ((size_t)blurred << HISTOGRAM_BITS) + (size_t)(ns >> blurred);
}

static int64_t end_of(size_t bucket)
{
    const size_t row = bucket >> HISTOGRAM_BITS;
    const size_t blurred = row > 0 ? row - 1 : 0;
    const size_t upper = bucket - (blurred << HISTOGRAM_BITS);

    return ((int64_t)(upper + 1) << blurred) - 1;
}

void histogram_add(struct histogram *h, int64_t ns)
{
    if (ns < 0)
        ns = 0;
    if (ns > HISTOGRAM_NS_MAX)
        ns = HISTOGRAM_NS_MAX;
    h->buckets[bucket_of((uint64_t)ns)]++;
    h->count++;
}

/* The place, from 1, that `share` of so many come to: rounded up. */
static uint64_t rank_of(double share, uint64_t count)
{
    const double exact = share * (double)count;
    const uint64_t rank = (uint64_t)exact;

    return (double)rank < exact || rank == 0 ? rank + 1 : rank;
}

int64_t histogram_percentile(const struct histogram *h, double share)
{
    const uint64_t rank = rank_of(share, h->count);
    uint64_t seen = 0;

    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += h->buckets[i];
        if (seen >= rank)
            return end_of(i);
    }
    return 0;
}
