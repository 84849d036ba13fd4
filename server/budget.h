/* SPDX-License-Identifier: MIT */
/*
 * budget.h - the memory that clients make the daemon hold, and how much of it there is.
 *
 * What is held inside the broker is told whenever the hub is left; what is held outside
 * of it, of sessions, their input and output, is counted as it comes and goes, less what
 * was given back there of the broker's. limits.memory_bytes and a reserve (exchange.h)
 * are the most that both may be. And what the process takes beyond what that explains is
 * as good as held: so it takes no more than 1.25 times memory_bytes and 64 MB.
 *
 * All is atomic; any thread, with or without locks.
 */
#ifndef SERVER_BUDGET_H
#define SERVER_BUDGET_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include "exchange.h"

/* {0} has nothing, and nothing may be held. */
struct budget {
    atomic_int_fast64_t inside, outside, most;
    atomic_int_fast64_t lost;       /* what the process takes and nothing explains */
    atomic_int_fast64_t trimmed_ns; /* when free memory was given back to the system, */
    atomic_int_fast64_t trimmed;    /* and how much was held then; */
    atomic_int_fast64_t peak;       /* the most that was seen to be held since */
    unsigned workers;
};

/* So much more, or less, is held outside. */
static inline void budget_hold(struct budget *b, int64_t more)
{
    atomic_fetch_add_explicit(&b->outside, more, memory_order_relaxed);
}

/* What is held outside, or lost. */
static inline int64_t budget_outside(const struct budget *b)
{
    return atomic_load_explicit(&b->outside, memory_order_relaxed) +
           atomic_load_explicit(&b->lost, memory_order_relaxed);
}

/* All that is held, or lost. */
static inline int64_t budget_total(const struct budget *b)
{
    return atomic_load_explicit(&b->inside, memory_order_relaxed) + budget_outside(b);
}

/* Whether so much more may be held, as near as one can know outside of the hub. */
static inline bool budget_has_room(const struct budget *b, enum reserve reserve,
                                   int64_t more)
{
    return budget_total(b) + more - (int64_t)reserve <=
           atomic_load_explicit(&b->most, memory_order_relaxed);
}

/*
 * Looks how much memory the process takes. If that is more than what is held explains,
 * for instance because of each of many pages little is in use, what can be given back to
 * the system is, and the rest is lost until it is found to be less. Costs microseconds,
 * but now and then as long as it takes to look at all of the heap.
 */
void budget_measure(struct budget *b, int64_t now_ns);

/* Gives memory back to the system if much less is held than was. */
void budget_tidy(struct budget *b, int64_t now_ns);

/* Whether something is lost, so that it is worth while to look again. */
static inline bool budget_has_lost(const struct budget *b)
{
    return atomic_load_explicit(&b->lost, memory_order_relaxed) > 0;
}

#endif
