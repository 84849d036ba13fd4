/* SPDX-License-Identifier: MIT */
#include "meter.h"

#include <stdint.h>
#include "clock.h"
#include "process.h"

void meter_init(struct meter *m, pid_t server, int64_t warming_ns, int64_t measuring_ns)
{
    *m = (struct meter){
        .server = server,
        .next_ns = measuring_ns ? clock_now_ns() + warming_ns : INT64_MAX,
        .measuring_ns = measuring_ns,
        .figures = {.bytes_per_connection = -1, .bytes_per_take = -1},
    };
}

/* Adds the clocks to the figures, with that sign. */
static void add_clocks(struct meter *m, int sign)
{
    m->figures.wall_ns += sign * clock_now_ns();
    m->figures.generator_ns += sign * clock_ns_of(CLOCK_PROCESS_CPUTIME_ID);
    if (m->server)
        m->figures.server_ns += sign * process_cpu_ns(m->server);
}

void meter_begin(struct meter *m)
{
    m->phase = PHASE_MEASURING;
    m->next_ns = m->measuring_ns ? clock_now_ns() + m->measuring_ns : INT64_MAX;
    add_clocks(m, -1);
}

void meter_end(struct meter *m)
{
    add_clocks(m, 1);
    m->phase = PHASE_OVER;
    m->next_ns = INT64_MAX;
    m->figures.operations = m->times.count;
    m->figures.p50_ns = histogram_quantile(&m->times, 0.5);
    m->figures.p99_ns = histogram_quantile(&m->times, 0.99);
    m->figures.p999_ns = histogram_quantile(&m->times, 0.999);
}

enum phase meter_look(struct meter *m, int64_t now_ns)
{
    if (now_ns < m->next_ns)
        return m->phase;
    if (m->phase == PHASE_WARMING)
        meter_begin(m);
    else if (m->phase == PHASE_MEASURING)
        meter_end(m);
    return m->phase;
}
