/* SPDX-License-Identifier: MIT */
/*
 * account.h - what several peers, who belong together, hold: an account that they share.
 *
 * What is parked for the peers that have an account, and the bytes of the values that
 * they put and that nobody has taken yet, count against it. It must outlive its peers and
 * their values. The limits may change at any time; what is held already stays.
 *
 * The counts of parked alts are changed under the caller's lock alone; bytes also where
 * values are dropped, which needs no lock (value.h). Hence all is atomic.
 */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* A maximum of 0 is none. */
struct account {
    atomic_int_fast64_t bytes, bytes_max;
    atomic_int_fast64_t parked, parked_max;
};

/* Adds to a count; NULL: nobody counts. */
static inline void account_add_bytes(struct account *a, int64_t n)
{
    if (a)
        atomic_fetch_add_explicit(&a->bytes, n, memory_order_relaxed);
}

static inline void account_add_parked(struct account *a, int64_t n)
{
    if (a)
        atomic_fetch_add_explicit(&a->parked, n, memory_order_relaxed);
}

static inline bool account_allows(const atomic_int_fast64_t *count,
                                  const atomic_int_fast64_t *max, int64_t more)
{
    const int64_t most = atomic_load_explicit(max, memory_order_relaxed);

    return most == 0 || atomic_load_explicit(count, memory_order_relaxed) + more <= most;
}

/* Whether so many more bytes, or one more alt, may be held. */
static inline bool account_has_bytes(const struct account *a, int64_t more)
{
    return !a || account_allows(&a->bytes, &a->bytes_max, more);
}

static inline bool account_has_place(const struct account *a)
{
    return !a || account_allows(&a->parked, &a->parked_max, 1);
}

#endif
