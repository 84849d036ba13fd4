/* SPDX-License-Identifier: MIT */
#include "histogram.h"

#define HISTOGRAM_MOST ((UINT64_C(1) << HISTOGRAM_POWERS) - 1)

/* Numbers with the same upper HISTOGRAM_BITS + 1 bits share a bucket. */
static unsigned bucket_of(uint64_t ns)
{
    unsigned power;

    if (ns < HISTOGRAM_PARTS)
        return (unsigned)ns;
    power = 63 - (unsigned)__builtin_clzll(ns) - HISTOGRAM_BITS;
    return (power << HISTOGRAM_BITS) + (unsigned)(ns >> power);
}

/* The largest number that the bucket counts. */
static int64_t bucket_end(unsigned bucket)
{
    unsigned power;

    if (bucket < 2 * HISTOGRAM_PARTS)
        return bucket;
    power = (bucket >> HISTOGRAM_BITS) - 1;
    return ((int64_t)(bucket - (power << HISTOGRAM_BITS) + 1) << power) - 1;
}

void histogram_add(struct histogram *h, int64_t ns)
{
    uint64_t clipped = ns < 0 ? 0 : (uint64_t)ns;

    if (clipped > HISTOGRAM_MOST)
        clipped = HISTOGRAM_MOST;
    h->buckets[bucket_of(clipped)]++;
    h->count++;
}

int64_t histogram_quantile(const struct histogram *h, double share)
{
    uint64_t rank = (uint64_t)(share * (double)h->count), seen = 0;

    for (unsigned i = 0; i < HISTOGRAM_POWERS * HISTOGRAM_PARTS; i++) {
        seen += h->buckets[i];
        if (seen > rank || (seen == h->count && seen > 0))
            return bucket_end(i);
    }
    return 0;
}
