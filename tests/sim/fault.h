/* SPDX-License-Identifier: MIT */
/*
 * fault.h - a heap that fails when it is told to.
 *
 * For programs linked with --wrap for malloc, calloc, realloc, strdup and free. Only what
 * is allocated between fault_begin and fault_end is counted and may fail, so that a test
 * can spare itself. One per process; not thread-safe.
 */
#ifndef SIM_FAULT_H
#define SIM_FAULT_H

#include <stdint.h>

enum { FAULT_NEVER = 0 };

/* From now on the nth counted allocation fails, and `more` behind it. Counts anew. */
void fault_plan(uint64_t nth, uint64_t more);

void fault_begin(void);
void fault_end(void);

/* Allocations counted, and those that failed, since fault_plan. */
uint64_t fault_counted(void);
uint64_t fault_failed(void);

/* Allocations of the whole program that have not been freed. */
int64_t fault_live(void);

#endif
