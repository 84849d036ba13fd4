/* SPDX-License-Identifier: MIT */
/*
 * scenario.h - what `chan bench` can measure: one table, in the order in which all of it
 * runs.
 */
#ifndef CLI_SCENARIO_H
#define CLI_SCENARIO_H

#include <stddef.h>
#include "load.h"

struct bench;

struct scenario {
    const char *name;
    unsigned heeded; /* a set of OPTION_BITs */
    struct load defaults;

    /* Measures, from bench_begin to bench_end, and adds its figures. What went wrong is
     * in the bench. */
    void (*run)(struct bench *bench);
};

enum { SCENARIOS_MAX = 4 };

/* Ends with a name of NULL. */
extern const struct scenario scenarios[SCENARIOS_MAX + 1];

/* NULL: there is none of that name. */
const struct scenario *scenario_find(const char *name);

#endif
