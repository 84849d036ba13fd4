/* SPDX-License-Identifier: MIT */
/*
 * load.h - how much a benchmark does: numbers that options give, with their ranges.
 */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include <stdbool.h>
#include <stdint.h>

/* 0: not given, or of no use to the scenario. */
struct load {
    int64_t duration_ms;
    int64_t pairs;
    int64_t producers, consumers;
    int64_t depth; /* puts outstanding on a connection */
    int64_t size;  /* bytes of a value */
    int64_t conns, per_conn;
    int64_t chans;
};

struct args;

/* The options that a load is made of: a set of OPTION_BITs. */
unsigned load_options(void);

/*
 * What is given, and from `defaults` what is not, of the options in `heeded`; the others
 * are 0. False: a number is out of range, or there would be too much of it, as was said.
 */
bool load_choose(const struct args *args, unsigned heeded, const struct load *defaults,
                 struct load *ret_load);

#endif
