/* SPDX-License-Identifier: MIT */
/*
 * trial.h - one thing that is measured on its own, without sockets: how long an operation
 * of it takes, and how often it allocates. One thread.
 */
#ifndef BENCH_TRIAL_H
#define BENCH_TRIAL_H

#include <stddef.h>

struct trial {
    const char *name;
    long size; /* how much of it; what that means is begin's, 0 where it means nothing */
    void *(*begin)(long size); /* what it works on; dies if that cannot be had */
    void (*run)(void *state, size_t operations);
    void (*end)(void *state);
};

struct trial_list {
    const struct trial *trials;
    size_t count;
};

struct trial_result {
    double ns;          /* per operation, in the fastest of some runs */
    double median_ns;   /* in the median of them */
    double allocations; /* per operation */
};

/* Each file of trials, a table. */
struct trial_list scanner_trials(void);
struct trial_list encoder_trials(void);
struct trial_list core_trials(void);
struct trial_list local_trials(void);

/* Runs it often enough, some tenths of a second. */
struct trial_result trial_measure(const struct trial *trial);

/* Where a trial's result goes, so that no compiler leaves out what has no other use. */
void trial_use(const void *result);

/* calloc that prints and ends the program rather than fail. */
void *trial_alloc(size_t count, size_t size);

#endif
