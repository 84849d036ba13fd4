/* SPDX-License-Identifier: MIT */
/*
 * task.h - a function to be run as a process or on a thread, and the channel for its
 * result. Belongs to who runs it.
 */
#ifndef CLIENT_PROCESS_TASK_H
#define CLIENT_PROCESS_TASK_H

#include <stdbool.h>
#include "chan.h"

struct task {
    chan_fn *fn;
    void *arg;
    struct chan *result; /* one holder is the task */
};

/* False: out of memory, and that is the outcome of the caller's strand. */
bool task_init(struct task *t, chan_fn *fn, void *arg);

/* It will not be run after all. */
void task_release(struct task *t);

/* Runs fn, puts what it returns on the channel, closes that and drops it. */
void task_run(struct task *t);

#endif
