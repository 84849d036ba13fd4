/* SPDX-License-Identifier: MIT */
/*
 * fiber.h - a flow of control with a stack of its own, that runs when somebody switches
 * to it, until it switches to another. The only file that knows how: ucontext.
 *
 * A fiber is only ever run by one thread, and may not be moved while it is in use.
 */
#ifndef CLIENT_PROCESS_FIBER_H
#define CLIENT_PROCESS_FIBER_H

#include <stddef.h>
#include <ucontext.h>
#include "shadow.h"

typedef void fiber_fn(void *arg);

struct fiber {
    ucontext_t context;
    struct shadow shadow;
    fiber_fn *fn;
    void *arg;
};

/* One that runs fn on the memory given, when first switched to; fn may not return. The
 * uppermost `room` bytes are not for the stack but the caller's, as for the fiber. */
void fiber_init(struct fiber *f, void *low, size_t size, size_t room, fiber_fn *fn,
                void *arg);

/* The calling thread as a fiber, to switch from and back to; needs no release. */
void fiber_init_thread(struct fiber *f);

/* Nobody runs it any more; its stack may be used for something else. */
void fiber_release(struct fiber *f);

/* Runs another; returns when somebody switches back to `from`, the caller. */
void fiber_switch(struct fiber *from, struct fiber *to);

/* Runs another, for good: the caller is never switched to again. */
_Noreturn void fiber_end(struct fiber *to);

#endif
