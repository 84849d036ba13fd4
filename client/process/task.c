/* SPDX-License-Identifier: MIT */
#include "task.h"

#include <stdlib.h>
#include <string.h>

bool task_init(struct task *t, chan_fn *fn, void *arg)
{
    *t = (struct task){fn, arg, chan_local(CHAN_FIXED, 1)};
    return t->result != NULL;
}

void task_release(struct task *t)
{
    chan_drop(t->result);
}

void task_run(struct task *t)
{
    char *result = t->fn(t->arg);

    if (result)
        chan_put(t->result, result, strlen(result), 0);
    free(result);
    chan_close(t->result);
    chan_drop(t->result);
}
