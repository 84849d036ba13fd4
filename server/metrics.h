/* SPDX-License-Identifier: MIT */
/*
 * metrics.h - what the daemon counts of itself: one table (metrics.def).
 *
 * Counters are atomic and independent of each other; any thread.
 */
#ifndef SERVER_METRICS_H
#define SERVER_METRICS_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

enum metric {
#define METRIC(name, text) METRIC_##name,
#include "metrics.def"
#undef METRIC
    METRIC_COUNT
};

struct metrics {
    int64_t started_ns; /* by clock_now_ns */
    int workers;
    atomic_int_fast64_t counts[METRIC_COUNT];
};

static inline void metrics_add(struct metrics *m, enum metric metric, int64_t n)
{
    atomic_fetch_add_explicit(&m->counts[metric], n, memory_order_relaxed);
}

static inline int64_t metrics_get(const struct metrics *m, enum metric metric)
{
    return atomic_load_explicit(&m->counts[metric], memory_order_relaxed);
}

/* Its name in `stat`. Static storage. */
const char *metrics_name(enum metric metric);

#endif
