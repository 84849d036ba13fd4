/* SPDX-License-Identifier: MIT */
#include "process.h"

#include <stdalign.h>
#include "carrier.h"

enum { ALIGNMENT = 64 };

static void process_main(void *arg)
{
    struct process *p = arg;

    carrier_arrive(p->carrier);
    task_run(&p->task);
    carrier_end(p);
}

struct process *process_new(struct carrier *carrier, struct stacks *stacks,
                            const struct task *task)
{
    const size_t size = (sizeof(struct process) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    char *low = stacks_get(stacks);
    struct process *p;

    if (!low)
        return NULL;
    p = (void *)(low + stacks->size - size);
    strand_init(&p->strand, p);
    p->task = *task;
    p->carrier = carrier;
    p->stacks = stacks;
    p->low = low;
    list_init(&p->link);
    list_init(&p->mail);
    p->alarm = (struct heap_node){0};
    p->waiting = true; /* to be woken by carrier_wake, as later */
    p->woken = false;
    fiber_init(&p->fiber, low, stacks->size, size, process_main, p);
    return p;
}

void process_free(struct process *p)
{
    struct stacks *stacks = p->stacks;
    char *low = p->low;

    strand_release(&p->strand);
    fiber_release(&p->fiber);
    stacks_put(stacks, low);
}
