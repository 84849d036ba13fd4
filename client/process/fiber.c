/* SPDX-License-Identifier: MIT */
#include "fiber.h"

#include <stdint.h>
#include <stdlib.h>
#include "thread.h"

/* makecontext hands on ints only: a pointer is two of them. */
static void fiber_main(unsigned high, unsigned low)
{
    struct fiber *f = (struct fiber *)((uintptr_t)high << 32 | low);

    shadow_arrive(&f->shadow);
    f->fn(f->arg);
    abort(); /* there is nothing to return to */
}

void fiber_init(struct fiber *f, void *low, size_t size, size_t room, fiber_fn *fn,
                void *arg)
{
    const uint64_t self = (uint64_t)(uintptr_t)f;

    f->fn = fn;
    f->arg = arg;
    getcontext(&f->context);
    thread_signals(&f->context.uc_sigmask); /* not those of who makes it */
    f->context.uc_link = NULL;
    f->context.uc_stack.ss_sp = low;
    f->context.uc_stack.ss_size = size - room;
    makecontext(&f->context, (void (*)(void))fiber_main, 2, (unsigned)(self >> 32),
                (unsigned)self);
    shadow_make(&f->shadow, low, size);
}

void fiber_init_thread(struct fiber *f)
{
    shadow_of_thread(&f->shadow);
}

void fiber_release(struct fiber *f)
{
    shadow_free(&f->shadow);
}

void fiber_switch(struct fiber *from, struct fiber *to)
{
    shadow_leave(&from->shadow, &to->shadow);
    shadow_swap(&from->context, &to->context);
    shadow_arrive(&from->shadow);
}

void fiber_end(struct fiber *to)
{
    shadow_end(&to->shadow);
    setcontext(&to->context);
    abort(); /* setcontext cannot fail */
}
