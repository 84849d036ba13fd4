/* SPDX-License-Identifier: MIT */
#include "trial.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "allocations.h"

enum { RUNS = 9, MIDDLE = RUNS / 2, RUN_NS = 20000000 };

static int64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

void trial_use(const void *result)
{
    __asm__ volatile("" : : "r"(result) : "memory");
}

void *trial_alloc(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (!memory) {
        fputs("micro: out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

static int64_t time_run(const struct trial *t, void *state, size_t operations)
{
    int64_t before_ns = now_ns();

    t->run(state, operations);
    return now_ns() - before_ns;
}

/*
 * So many operations that a run takes its time; what they warm up on the way counts
 * not.
 */
static size_t find_operations(const struct trial *t, void *state)
{
    size_t operations = 16;

    while (time_run(t, state, operations) < RUN_NS)
        operations *= 2;
    return operations;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

struct trial_result trial_measure(const struct trial *t)
{
    void *state = t->begin(t->size);
    size_t operations = find_operations(t, state);
    uint64_t before = allocations_count();
    int64_t took_ns[RUNS];
    double each = 1 / (double)operations;
    uint64_t allocations;

    for (int i = 0; i < RUNS; i++)
        took_ns[i] = time_run(t, state, operations);
    allocations = allocations_count() - before;
    t->end(state);
    qsort(took_ns, RUNS, sizeof *took_ns, compare);
    return (struct trial_result){
        .ns = (double)took_ns[0] * each,
        .median_ns = (double)took_ns[MIDDLE] * each,
        .allocations = (double)allocations * each / RUNS,
    };
}
