/* SPDX-License-Identifier: MIT */
/*
 * meter.h - what is measured: operations, how long they took, and the CPU time of the
 * server and of the generator meanwhile.
 *
 * A meter goes from warming up to measuring to being over, by the clock. What is counted
 * outside of measuring is forgotten. Not thread-safe.
 */
#ifndef BENCH_METER_H
#define BENCH_METER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "histogram.h"

enum phase { PHASE_WARMING, PHASE_MEASURING, PHASE_OVER };

/* For all of it. Bytes are -1 where they were not measured. */
struct figures {
    uint64_t operations;
    int64_t wall_ns, server_ns, generator_ns;
    int64_t p50_ns, p99_ns, p999_ns;
    double bytes_per_connection, bytes_per_take;
};

struct meter {
    pid_t server; /* 0: not known */
    enum phase phase;
    int64_t next_ns, measuring_ns; /* when the phase ends; how long measuring takes */
    struct figures figures;
    struct histogram times;
};

/* Begins to warm up. With measuring_ns of 0 it only goes on when it is told. */
void meter_init(struct meter *m, pid_t server, int64_t warming_ns, int64_t measuring_ns);

/* Goes on if it is time; the phase. */
enum phase meter_look(struct meter *m, int64_t now_ns);

/* Starts measuring, or stops it, without a look at the clock's plan. */
void meter_begin(struct meter *m);
void meter_end(struct meter *m);

/* One operation, and how long it took. */
static inline void meter_count(struct meter *m, int64_t took_ns)
{
    if (m->phase == PHASE_MEASURING)
        histogram_add(&m->times, took_ns);
}

#endif
