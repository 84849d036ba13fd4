/* SPDX-License-Identifier: MIT */
/*
 * bucket.h - a token bucket: so many requests a second, and a second's worth at once.
 *
 * One word says when the bucket will be full again; each request moves it on by its share
 * of a second (the generic cell rate algorithm of ATM). A request beyond the rate is not
 * refused but told how long to wait for its turn: turns are given first come, first
 * served, so whoever shares a bucket gets the rate as a whole. Atomic; any thread.
 */
#ifndef ACCESS_BUCKET_H
#define ACCESS_BUCKET_H

#include <stdatomic.h>
#include <stdint.h>

struct bucket {
    atomic_int_fast64_t full_ns; /* 0: it is full */
};

/*
 * Takes one of `rate` a second, at least 1; how long until it is there, in nanoseconds,
 * 0 if it is. `now_ns` is monotonic. The rate may be another one every time.
 */
int64_t bucket_take(struct bucket *b, int64_t rate, int64_t now_ns);

#endif
