/* SPDX-License-Identifier: MIT */
/*
 * process.h - a process: a strand with a fiber, which a carrier runs. It lies at the
 * upper end of its own stack, so that there is nothing else to allocate.
 */
#ifndef CLIENT_PROCESS_PROCESS_H
#define CLIENT_PROCESS_PROCESS_H

#include <stdbool.h>
#include "fiber.h"
#include "heap.h"
#include "list.h"
#include "stack.h"
#include "strand.h"
#include "task.h"

struct carrier;

struct process {
    struct strand strand;
    struct fiber fiber;
    struct task task;
    struct carrier *carrier; /* for life */
    struct stacks *stacks;
    char *low; /* of its stack */
    /* The carrier's, whose thread alone touches them. */
    struct list link; /* among those that can run */
    struct heap_node alarm;
    bool waiting, woken;
    /* The carrier's too, under its lock. */
    struct list mail;
};

/* A process of that carrier, which has not begun; takes the task. NULL: out of memory. */
struct process *process_new(struct carrier *carrier, struct stacks *stacks,
                            const struct task *task);

/* It has ended, and another fiber runs. */
void process_free(struct process *p);

#endif
