/* SPDX-License-Identifier: MIT */
/*
 * strand.h - whoever calls the library: a process, or a thread. It can wait and be woken,
 * and keeps how its last call ended.
 *
 * Waking is a latch: a strand_wake that comes before the strand_wait ends that wait at
 * once. So there is no lock to be held over both, and no wake-up gets lost; but a wait
 * may end for a reason of the past, so the caller looks at its own condition, in a loop.
 */
#ifndef CLIENT_PROCESS_STRAND_H
#define CLIENT_PROCESS_STRAND_H

#include <stdbool.h>
#include <stdint.h>
#include "latch.h"
#include "outcome.h"

struct process;

/* strand.c's own; here so that a process can have its strand within. */
struct strand {
    struct outcome outcome;
    struct process *process; /* NULL: a thread */
    struct latch latch;      /* of a thread */
};

/* The caller's own, made at a thread's first call and freed with the thread; NULL: out of
 * memory, which cannot be in a process. */
struct strand *strand_self(void);

bool strand_is_process(const struct strand *s);

/* Where its last call's end is kept (outcome.h). */
struct outcome *strand_outcome(struct strand *s);

/*
 * Waits until it is woken or the point in monotonic ns has come (INT64_MAX: none): parks
 * the process, blocks the thread. Only for strand_self(); no lock may be held.
 */
void strand_wait(struct strand *s, int64_t until_ns);

/* From any strand and thread. The strand must be alive: it does not return from the call
 * that it waits in before nobody is left who may still wake it. */
void strand_wake(struct strand *s);

/* For those who make strands: that of a process, or with NULL of a thread. */
void strand_init(struct strand *s, struct process *process);
void strand_release(struct strand *s);

/* Ends and frees a thread's strand; for runtime.c, when the thread ends. */
void strand_free(void *strand);

#endif
