/* SPDX-License-Identifier: MIT */
#include "chan.h"
#include "outcome.h"
#include "report.h"

#include <stdlib.h>

struct split {
    struct chan *from, *sides[2]; /* of what the test says */
    chan_test *test;
    void *data;
    struct report report;
};

static void split_free(struct split *s)
{
    if (!s)
        return;
    report_release(&s->report);
    chan_drop(s->from);
    chan_drop(s->sides[false]);
    chan_drop(s->sides[true]);
    free(s);
}

static enum chan_status pass_on(struct split *s, const char *value, size_t len)
{
    const char *held = report_hold(&s->report, value, len);

    if (!held) {
        report_fail(&s->report, CHAN_NO_MEMORY);
        return CHAN_NO_MEMORY;
    }
    return report_offer(&s->report, s->sides[s->test(held, len, s->data)], held, len);
}

/* When one side is closed the other one ends as well: nobody waits there for nothing. */
static char *run(void *arg)
{
    struct split *s = arg;
    enum chan_status status = CHAN_OK;
    const char *value;
    char *told;
    size_t len;

    while (status == CHAN_OK &&
           report_took(&s->report, chan_take(s->from, CHAN_FOREVER, &value, &len)))
        status = pass_on(s, value, len);
    chan_close(s->sides[false]);
    chan_close(s->sides[true]);
    told = report_finish(&s->report);
    split_free(s);
    return told;
}

static struct split *split_new(struct chan *from, chan_test *test, void *data)
{
    struct split *s = calloc(1, sizeof *s);

    if (!s || !report_init(&s->report))
        goto fail;
    s->from = chan_hold(from);
    s->test = test;
    s->data = data;
    s->sides[false] = chan_local(CHAN_NONE, 0);
    s->sides[true] = chan_local(CHAN_NONE, 0);
    if (s->sides[false] && s->sides[true])
        return s;
fail:
    split_free(s);
    return NULL;
}

enum chan_status chan_split(struct chan *from, chan_test *test, void *data,
                            struct chan **ret_true, struct chan **ret_false,
                            struct chan **ret_report)
{
    struct chan *sides[2], *reports;
    struct split *s;

    if (!from || !test)
        return outcome_of_call(CHAN_INVALID, "a split needs a channel and a test");
    s = split_new(from, test, data);
    if (!s)
        goto fail;
    sides[false] = chan_hold(s->sides[false]);
    sides[true] = chan_hold(s->sides[true]);
    reports = chan_go(run, s);
    if (!reports)
        goto fail_sides;
    report_give(reports, ret_report);
    *ret_true = sides[true];
    *ret_false = sides[false];
    return outcome_of_call(CHAN_OK, NULL);
fail_sides:
    chan_drop(sides[false]);
    chan_drop(sides[true]);
fail:
    split_free(s);
    return outcome_of_call(CHAN_NO_MEMORY, NULL);
}
