/* SPDX-License-Identifier: MIT */
#include "chan.h"
#include "outcome.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

struct reduce {
    struct chan *from, *out;
    chan_fold *fn;
    void *data;
    char *sum;
    struct report report;
};

static void reduce_free(struct reduce *r)
{
    if (!r)
        return;
    report_release(&r->report);
    chan_drop(r->from);
    chan_drop(r->out);
    free(r->sum);
    free(r);
}

/* A value that was folded is in the sum. */
static bool fold(struct reduce *r, const char *value, size_t len)
{
    const char *held = report_hold(&r->report, value, len);
    char *sum = held ? r->fn(r->sum, held, len, r->data) : NULL;

    if (!sum) {
        report_fail(&r->report, CHAN_NO_MEMORY);
        return false;
    }
    report_delivered(&r->report);
    free(r->sum);
    r->sum = sum;
    return true;
}

/* True: all values of the source are in the sum. */
static bool fold_all(struct reduce *r)
{
    enum chan_status status;
    const char *value;
    size_t len;

    do {
        status = chan_take(r->from, CHAN_FOREVER, &value, &len);
        if (!report_took(&r->report, status))
            return status == CHAN_CLOSED;
    } while (fold(r, value, len));
    return false;
}

/* What has gone into the sum is not lost, either. */
static void keep_sum(struct reduce *r)
{
    const size_t len = strlen(r->sum);
    size_t offset;

    if (r->report.moved > 0 && chan_json_check(r->sum, len, &offset) == CHAN_OK)
        report_hold(&r->report, r->sum, len);
}

static bool put_sum(struct reduce *r)
{
    const enum chan_status status =
        chan_put(r->out, r->sum, strlen(r->sum), CHAN_FOREVER);

    if (status != CHAN_OK)
        report_fail(&r->report, status);
    return status == CHAN_OK;
}

static char *run(void *arg)
{
    struct reduce *r = arg;
    char *told;

    if (!fold_all(r) || !put_sum(r))
        keep_sum(r);
    chan_close(r->out);
    told = report_finish(&r->report);
    reduce_free(r);
    return told;
}

static struct reduce *reduce_new(struct chan *from, const char *first)
{
    struct reduce *r = calloc(1, sizeof *r);

    if (!r || !report_init(&r->report))
        goto fail;
    r->sum = strdup(first);
    if (!r->sum)
        goto fail;
    r->from = chan_hold(from);
    r->out = chan_local(CHAN_FIXED, 1);
    if (r->out)
        return r;
fail:
    reduce_free(r);
    return NULL;
}

struct chan *chan_reduce(struct chan *from, chan_fold *fn, void *data, const char *first,
                         struct chan **ret_report)
{
    struct chan *out, *reports;
    struct reduce *r;
    size_t offset;

    if (!from || !fn || !first ||
        chan_json_check(first, strlen(first), &offset) != CHAN_OK) {
        outcome_of_call(CHAN_INVALID, "a reduce needs a channel, a function and JSON");
        return NULL;
    }
    r = reduce_new(from, first);
    if (!r)
        goto fail;
    r->fn = fn;
    r->data = data;
    out = chan_hold(r->out);
    reports = chan_go(run, r);
    if (!reports)
        goto fail_out;
    report_give(reports, ret_report);
    return out;
fail_out:
    chan_drop(out);
fail:
    reduce_free(r);
    outcome_of_call(CHAN_NO_MEMORY, NULL);
    return NULL;
}
