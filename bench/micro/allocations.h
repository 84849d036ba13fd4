/* SPDX-License-Identifier: MIT */
/*
 * allocations.h - how often memory was asked for: the program is linked so that all calls
 * of malloc and the like from our code come by here. One thread.
 */
#ifndef BENCH_ALLOCATIONS_H
#define BENCH_ALLOCATIONS_H

#include <stdint.h>

/* Since the program began. */
uint64_t allocations_count(void);

#endif
