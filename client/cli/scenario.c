/* SPDX-License-Identifier: MIT */
#include "scenario.h"
#include "args.h"
#include "bench.h"

#include <string.h>

#define TIMED (OPTION_BIT(OPTION_SECS) | OPTION_BIT(OPTION_SIZE))
#define FLOWS                                                                            \
    (TIMED | OPTION_BIT(OPTION_PRODUCERS) | OPTION_BIT(OPTION_CONSUMERS) |               \
     OPTION_BIT(OPTION_DEPTH))
#define CROWD                                                                            \
    (OPTION_BIT(OPTION_CONNS) | OPTION_BIT(OPTION_PER_CONN) | OPTION_BIT(OPTION_DEPTH) | \
     OPTION_BIT(OPTION_SIZE))

/* parked is the first, for memory that the server has got for others and kept would hide
 * what it needs. */
const struct scenario scenarios[SCENARIOS_MAX + 1] = {
    {"parked",
     CROWD,
     {.conns = 1000, .per_conn = 10, .depth = 64, .size = 100},
     bench_parked},
    {"handoff",
     TIMED | OPTION_BIT(OPTION_PAIRS),
     {.duration_ms = 2000, .pairs = 1, .size = 100},
     bench_handoff},
    {"stream",
     FLOWS,
     {.duration_ms = 2000, .producers = 1, .consumers = 1, .depth = 64, .size = 100},
     bench_stream},
    {"alts",
     FLOWS | OPTION_BIT(OPTION_CHANS),
     {.duration_ms = 2000,
      .producers = 4,
      .consumers = 16,
      .depth = 16,
      .size = 100,
      .chans = 10},
     bench_alts},
    {0},
};

const struct scenario *scenario_find(const char *name)
{
    const struct scenario *scenario = scenarios;

    while (scenario->name && strcmp(scenario->name, name) != 0)
        scenario++;
    return scenario->name ? scenario : NULL;
}
