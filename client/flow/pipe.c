/* SPDX-License-Identifier: MIT */
#include "chan.h"
#include "outcome.h"
#include "report.h"

#include <stdlib.h>

struct pipe {
    struct chan *from, *to;
    enum chan_end end;
    struct report report;
};

static void pipe_free(struct pipe *p)
{
    if (!p)
        return;
    report_release(&p->report);
    chan_drop(p->from);
    chan_drop(p->to);
    free(p);
}

static char *run(void *arg)
{
    struct pipe *p = arg;
    enum chan_status status = CHAN_OK;
    const char *value;
    char *told;
    size_t len;

    while (status == CHAN_OK &&
           report_took(&p->report, chan_take(p->from, CHAN_FOREVER, &value, &len)))
        status = report_put(&p->report, p->to, value, len);
    report_close(&p->report, p->to, p->end);
    told = report_finish(&p->report);
    pipe_free(p);
    return told;
}

struct chan *chan_pipe(struct chan *from, struct chan *to, enum chan_end end)
{
    struct chan *reports;
    struct pipe *p;

    if (!from || !to) {
        outcome_of_call(CHAN_INVALID, "a pipe needs a channel at either end");
        return NULL;
    }
    p = calloc(1, sizeof *p);
    if (!p || !report_init(&p->report))
        goto fail;
    p->from = chan_hold(from);
    p->to = chan_hold(to);
    p->end = end;
    reports = chan_go(run, p);
    if (reports)
        return reports;
fail:
    pipe_free(p);
    outcome_of_call(CHAN_NO_MEMORY, NULL);
    return NULL;
}
