/* SPDX-License-Identifier: MIT */
/*
 * options.h - what the command line asks for.
 */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "uri.h"

struct scenario;
struct wire;

struct options {
    const struct wire *wire;
    const struct scenario *scenario;
    struct uri server;
    const char *label;  /* of the line of figures; default: the wire's name */
    const char *buffer; /* what channels are opened with, as JSON; NULL: they are not */
    bool header;
    int64_t pid; /* of the server; 0: not known */
    int64_t run_ms, warm_ms;
    int64_t size; /* bytes of a value, as JSON */
    int64_t pairs;
    int64_t producers, consumers;
    int64_t depth;               /* puts outstanding per producer */
    int64_t takes;               /* takes outstanding per consumer; 0: depth, or 1 alts */
    int64_t channels;            /* that values are spread over */
    int64_t connections, parked; /* so many, and so many takes parked on each */
    int64_t timeout_ms;          /* of takes; -1: none */
    int64_t idle, deadlines;     /* who stands by: connections, takes with a deadline */
};

/* Reads the command line. Dies of mistakes; --help ends the process. */
struct options options_read(int argc, char **argv);

#endif
