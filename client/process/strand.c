/* SPDX-License-Identifier: MIT */
#include "strand.h"

#include <stdlib.h>
#include "carrier.h"
#include "runtime.h"

void strand_init(struct strand *s, struct process *process)
{
    outcome_init(&s->outcome);
    s->process = process;
    latch_init(&s->latch);
}

void strand_release(struct strand *s)
{
    outcome_release(&s->outcome);
    latch_release(&s->latch);
}

static struct strand *strand_new(void)
{
    struct strand *s = malloc(sizeof *s);

    if (!s)
        return NULL;
    strand_init(s, NULL);
    if (runtime_keep(s))
        return s;
    strand_release(s);
    free(s);
    return NULL;
}

void strand_free(void *strand)
{
    struct here *here = runtime_here();

    if (here->strand == strand)
        here->strand = NULL;
    strand_release(strand);
    free(strand);
}

struct strand *strand_self(void)
{
    struct here *here = runtime_here();

    if (!here->strand)
        here->strand = strand_new();
    return here->strand;
}

bool strand_is_process(const struct strand *s)
{
    return s->process != NULL;
}

struct outcome *strand_outcome(struct strand *s)
{
    return &s->outcome;
}

void strand_wait(struct strand *s, int64_t until_ns)
{
    if (s->process)
        carrier_park(s->process, until_ns);
    else
        latch_wait(&s->latch, until_ns);
}

void strand_wake(struct strand *s)
{
    if (s->process)
        carrier_wake(s->process);
    else
        latch_wake(&s->latch);
}
