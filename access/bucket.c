/* SPDX-License-Identifier: MIT */
#include "bucket.h"

enum { NS_PER_S = 1000000000 };

int64_t bucket_take(struct bucket *b, int64_t rate, int64_t now_ns)
{
    int64_t share = rate < NS_PER_S ? NS_PER_S / rate : 1;
    int_fast64_t full = atomic_load_explicit(&b->full_ns, memory_order_relaxed);
    int64_t next;

    do
        next = (full > now_ns ? full : now_ns) + share;
    while (!atomic_compare_exchange_weak_explicit(
        &b->full_ns, &full, next, memory_order_relaxed, memory_order_relaxed));
    return next - now_ns > NS_PER_S ? next - now_ns - NS_PER_S : 0;
}
