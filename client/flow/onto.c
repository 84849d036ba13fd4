/* SPDX-License-Identifier: MIT */
#include "chan.h"
#include "elements.h"
#include "outcome.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

struct onto {
    struct chan *to;
    enum chan_end end;
    struct elements elements; /* of array */
    struct report report;
    char array[];
};

static void onto_free(struct onto *o)
{
    if (!o)
        return;
    report_release(&o->report);
    chan_drop(o->to);
    free(o);
}

/* When one has not been taken, those behind it will not be, either. */
static char *run(void *arg)
{
    struct onto *o = arg;
    enum chan_status status = CHAN_OK;
    const char *value;
    char *told;
    size_t len;

    while (elements_next(&o->elements, &value, &len))
        if (status == CHAN_OK)
            status = report_put(&o->report, o->to, value, len);
        else
            report_hold(&o->report, value, len);
    report_close(&o->report, o->to, o->end);
    told = report_finish(&o->report);
    onto_free(o);
    return told;
}

struct chan *chan_onto(struct chan *to, const char *array, size_t len, enum chan_end end)
{
    struct elements elements;
    struct chan *reports;
    struct onto *o;

    if (!to || !elements_init(&elements, array, len)) {
        outcome_of_call(CHAN_INVALID, to ? "what is to be put onto a channel is no array"
                                         : "there is no channel to put an array onto");
        return NULL;
    }
    o = calloc(1, sizeof *o + len);
    if (!o || !report_init(&o->report))
        goto fail;
    o->to = chan_hold(to);
    o->end = end;
    memcpy(o->array, array, len);
    elements_init(&o->elements, o->array, len);
    reports = chan_go(run, o);
    if (reports)
        return reports;
fail:
    onto_free(o);
    outcome_of_call(CHAN_NO_MEMORY, NULL);
    return NULL;
}
