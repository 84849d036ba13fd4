/* SPDX-License-Identifier: MIT */
/*
 * scenario.h - the loads there are, each in a file of its name: a table.
 */
#ifndef BENCH_SCENARIO_H
#define BENCH_SCENARIO_H

struct load;

struct scenario {
    const char *name;
    unsigned needs; /* enum wire_traits */

    /* Connects, runs, leaves figures in load->meter and nothing in load->ledger. */
    void (*run)(struct load *load);
};

/* NULL for an unknown name. */
const struct scenario *scenario_of_name(const char *name);

void handoff_run(struct load *load);
void stream_run(struct load *load); /* by takes, or by alts */
void parked_run(struct load *load);

#endif
