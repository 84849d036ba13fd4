/* SPDX-License-Identifier: MIT */
/* chan_go, chan_thread and the like: the calls that are about processes themselves. */
#include <stdlib.h>
#include "carrier.h"
#include "deadline.h"
#include "outcome.h"
#include "process.h"
#include "runtime.h"
#include "strand.h"
#include "task.h"
#include "thread.h"

enum chan_status chan_threads(size_t count)
{
    const enum chan_status status = runtime_set_carriers(count);

    return outcome_of_call(status, status == CHAN_OK ? NULL
                                                     : "1 to 1,024 threads can be had, "
                                                       "before the first chan_go");
}

enum chan_status chan_stack(size_t bytes)
{
    const enum chan_status status = runtime_set_stack(bytes);

    return outcome_of_call(status, status == CHAN_OK ? NULL
                                                     : "a stack can have 2^14 to 2^30 "
                                                       "bytes, before the first chan_go");
}

/* The result's channel of a task that runs; else NULL, and the outcome says why. */
static struct chan *started(struct task *task, struct chan *result, bool runs,
                            const char *lacking)
{
    if (runs)
        return result;
    chan_drop(result);
    task_release(task);
    outcome_of_call(CHAN_NO_MEMORY, lacking);
    return NULL;
}

/* False: that is no function, or there is no memory; and the outcome says so. */
static bool prepare(struct task *task, chan_fn *fn, void *arg)
{
    if (fn)
        return task_init(task, fn, arg);
    outcome_of_call(CHAN_INVALID, "there is no function");
    return false;
}

struct chan *chan_go(chan_fn *fn, void *arg)
{
    struct process *p = NULL;
    struct carrier *carrier;
    struct chan *result;
    struct task task;

    if (!prepare(&task, fn, arg))
        return NULL;
    result = chan_hold(task.result);
    carrier = runtime_next_carrier();
    if (carrier)
        p = process_new(carrier, runtime_stacks(), &task);
    if (p)
        carrier_wake(p);
    return started(&task, result, p != NULL,
                   carrier ? "no memory, or no more maps, for another stack"
                           : "no thread or no descriptors to be had for processes");
}

static void *thread_main(void *arg)
{
    struct task *task = arg;

    task_run(task);
    free(task);
    return NULL;
}

struct chan *chan_thread(chan_fn *fn, void *arg)
{
    struct task task, *copy = NULL;
    struct chan *result;
    bool runs = false;

    if (!prepare(&task, fn, arg))
        return NULL;
    result = chan_hold(task.result);
    copy = malloc(sizeof *copy);
    if (copy) {
        *copy = task;
        runs = thread_start(thread_main, copy);
    }
    if (!runs)
        free(copy);
    return started(&task, result, runs, "no thread to be had");
}

enum chan_status chan_sleep(int64_t ms)
{
    const int64_t until_ns = deadline_after_ms(ms);
    struct strand *self = strand_self();

    if (!self)
        return CHAN_NO_MEMORY;
    do
        strand_wait(self, until_ns);
    while (deadline_now_ns() < until_ns);
    return outcome_end(strand_outcome(self), CHAN_OK, NULL);
}

enum chan_status chan_yield(void)
{
    struct strand *self = strand_self();

    if (!self)
        return CHAN_NO_MEMORY;
    if (self->process)
        carrier_yield(self->process);
    return outcome_end(strand_outcome(self), CHAN_OK, NULL);
}
