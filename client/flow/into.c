/* SPDX-License-Identifier: MIT */
#include "chan.h"
#include "outcome.h"
#include "report.h"

#include <stdlib.h>

struct into {
    struct chan *from, *out;
    struct report report; /* holds all values until the array is put */
};

static void into_free(struct into *i)
{
    if (!i)
        return;
    report_release(&i->report);
    chan_drop(i->from);
    chan_drop(i->out);
    free(i);
}

/* True: all values of the source are held. */
static bool gather(struct into *i)
{
    enum chan_status status;
    const char *value;
    size_t len;

    for (;;) {
        status = chan_take(i->from, CHAN_FOREVER, &value, &len);
        if (!report_took(&i->report, status))
            return status == CHAN_CLOSED;
        if (report_hold(&i->report, value, len))
            continue;
        report_fail(&i->report, CHAN_NO_MEMORY);
        return false;
    }
}

static void put_array(struct into *i)
{
    size_t len;
    const char *array = report_values(&i->report, &len);
    const enum chan_status status = chan_put(i->out, array, len, CHAN_FOREVER);

    if (status == CHAN_OK)
        report_delivered_all(&i->report);
    else
        report_fail(&i->report, status);
}

static char *run(void *arg)
{
    struct into *i = arg;
    char *told;

    if (gather(i))
        put_array(i);
    chan_close(i->out);
    told = report_finish(&i->report);
    into_free(i);
    return told;
}

struct chan *chan_into(struct chan *from, struct chan **ret_report)
{
    struct chan *out = NULL, *reports;
    struct into *i;

    if (!from) {
        outcome_of_call(CHAN_INVALID, "there is no channel to gather values from");
        return NULL;
    }
    i = calloc(1, sizeof *i);
    if (!i || !report_init(&i->report))
        goto fail;
    i->from = chan_hold(from);
    out = chan_local(CHAN_FIXED, 1);
    if (!out)
        goto fail;
    i->out = chan_hold(out);
    reports = chan_go(run, i);
    if (!reports)
        goto fail;
    report_give(reports, ret_report);
    return out;
fail:
    into_free(i);
    chan_drop(out);
    outcome_of_call(CHAN_NO_MEMORY, NULL);
    return NULL;
}
