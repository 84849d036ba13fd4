/* SPDX-License-Identifier: MIT */
/*
 * runtime.h - what all processes and local channels of a program share. There is one, and
 * it is the only place of the library with variables outside of calls: chan_go(fn, arg)
 * names no object that could hold them. Any thread.
 */
#ifndef CLIENT_PROCESS_RUNTIME_H
#define CLIENT_PROCESS_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include "chan.h"

struct carrier;
struct market;
struct stacks;
struct strand;
struct lookout;

/* Who runs on the calling thread: its own or a process's strand (NULL: not made yet), and
 * the carrier whose thread it is (NULL: none's). */
struct here {
    struct strand *strand;
    struct carrier *carrier;
};
struct here *runtime_here(void);

/* Has strand_free called with it when the calling thread ends; false: out of memory. */
bool runtime_keep(struct strand *s);

/* Where local channels meet. */
struct market *runtime_market(void);

/* Only until something has asked for one of the rest, else CHAN_INVALID. */
enum chan_status runtime_set_carriers(size_t count);
enum chan_status runtime_set_stack(size_t bytes);

/* The carrier for the next process: they take turns. NULL: out of memory, descriptors or
 * threads. */
struct carrier *runtime_next_carrier(void);

/* Once there is a carrier: where its processes get their stacks. */
struct stacks *runtime_stacks(void);

/* The lookout may be used once a carrier attends to it; false: as above. With what was
 * added to it while none had an eye on it, an idle one is called. */
bool runtime_attend(void);
struct lookout *runtime_lookout(void);
void runtime_call_lookout(void);

#endif
