/* SPDX-License-Identifier: MIT */
/*
 * N workers, each a process or a thread, in two lanes: in the first each takes a value,
 * in the second each puts what came of it. What they do between the lanes they do at
 * once, and the order of the values is that of the lanes.
 */
#include "bell.h"
#include "chan.h"
#include "lane.h"
#include "outcome.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

struct worker {
    struct pipeline *line;
    size_t place;      /* in the lanes */
    struct chan *done; /* closes when it has ended */
    char *value;       /* in work; owned */
    size_t len;
    struct chan *results; /* of chan_steps */
};

struct pipeline {
    struct chan *from, *to;
    enum chan_end end;
    chan_step *step; /* or steps */
    chan_steps *steps;
    void *data;
    struct chan *(*start)(chan_fn *fn, void *arg);
    struct worker *workers;
    size_t count;

    struct lane taking;
    bool ended;          /* whose turn it is to take: no more is taken */
    struct report taken; /* what went wrong there */

    struct lane putting;
    bool broken; /* whose turn it is to put: no more is put */
    struct report report;

    struct chan *stop; /* a bell: broken */
};

static void pipeline_free(struct pipeline *p)
{
    if (!p)
        return;
    lane_release(&p->taking);
    lane_release(&p->putting);
    report_release(&p->taken);
    report_release(&p->report);
    chan_drop(p->stop);
    chan_drop(p->from);
    chan_drop(p->to);
    free(p->workers);
    free(p);
}

/* CHAN_TIMEOUT: it is broken. While a worker that is alone takes nobody can break it. */
static enum chan_status take_unless_broken(struct pipeline *p, const char **ret_value,
                                           size_t *ret_len)
{
    if (p->count > 1)
        return bell_take(p->stop, p->from, ret_value, ret_len);
    return p->broken ? CHAN_TIMEOUT
                     : chan_take(p->from, CHAN_FOREVER, ret_value, ret_len);
}

/* In turn. What was taken stays only until the next call of the library. */
static bool take_value(struct worker *w)
{
    struct pipeline *p = w->line;
    enum chan_status status = CHAN_NO_MEMORY;
    const char *value = "";

    if (lane_prepare(&p->taking, w->place) && lane_prepare(&p->putting, w->place))
        status = take_unless_broken(p, &value, &w->len);
    if (status == CHAN_TIMEOUT || !report_took(&p->taken, status))
        return false;
    w->value = malloc(w->len + 1);
    if (!w->value) {
        report_lose(&p->taken);
        return false;
    }
    memcpy(w->value, value, w->len + 1);
    return true;
}

/* False: the worker has no more to do. */
static bool take_in_turn(struct worker *w)
{
    struct pipeline *p = w->line;
    bool ended;

    lane_wait(&p->taking, w->place);
    if (!p->ended)
        p->ended = !take_value(w);
    ended = p->ended;
    lane_pass(&p->taking, w->place);
    return !ended;
}

/* The others stop taking; what they have in work is reported behind this. */
static void break_off(struct pipeline *p)
{
    p->broken = true;
    bell_ring(p->stop);
}

static void put_result(struct pipeline *p, const char *result, size_t len)
{
    if (p->broken)
        report_hold(&p->report, result, len);
    else if (report_put(&p->report, p->to, result, len) != CHAN_OK)
        break_off(p);
}

/* The value came to nothing: then it is the value that is reported. */
static void give_up(struct worker *w, enum chan_status why)
{
    report_fail(&w->line->report, why);
    report_hold(&w->line->report, w->value, w->len);
    break_off(w->line);
}

static void do_step(struct worker *w)
{
    struct pipeline *p = w->line;
    char *result = p->step(w->value, w->len, p->data);
    size_t offset, len = result ? strlen(result) : 0;

    lane_wait(&p->putting, w->place);
    if (result && chan_json_check(result, len, &offset) != CHAN_OK)
        give_up(w, CHAN_INVALID);
    else if (result)
        put_result(p, result, len);
    else
        p->report.dropped++;
    lane_pass(&p->putting, w->place);
    free(result);
}

static char *run_steps(void *arg)
{
    struct worker *w = arg;

    w->line->steps(w->value, w->len, w->results, w->line->data);
    chan_close(w->results);
    return NULL;
}

/* Until the steps have ended. If nobody wants their results they are told by a close, but
 * what they are just putting still arrives. Out of memory, nothing was taken. */
static void move_results(struct worker *w)
{
    struct pipeline *p = w->line;
    enum chan_status status;
    const char *value;
    size_t len;

    do {
        if (p->broken)
            chan_close(w->results);
        status = chan_take(w->results, CHAN_FOREVER, &value, &len);
        if (status == CHAN_OK)
            put_result(p, value, len);
        else if (status == CHAN_NO_MEMORY)
            chan_yield();
    } while (status != CHAN_CLOSED);
}

static void do_steps(struct worker *w)
{
    struct pipeline *p = w->line;
    struct chan *done = NULL;

    w->results = chan_local(CHAN_FIXED, 1);
    if (w->results)
        done = chan_go(run_steps, w);
    lane_wait(&p->putting, w->place);
    if (done)
        move_results(w);
    else
        give_up(w, CHAN_NO_MEMORY);
    lane_pass(&p->putting, w->place);
    if (done)
        bell_wait(done);
    chan_drop(done);
    chan_drop(w->results);
}

static char *work(void *arg)
{
    struct worker *w = arg;

    while (take_in_turn(w)) {
        (w->line->step ? do_step : do_steps)(w);
        free(w->value);
    }
    return NULL;
}

/* All, or some and false. */
static bool start_workers(struct pipeline *p)
{
    for (size_t i = 0; i < p->count; i++) {
        struct worker *w = &p->workers[i];

        *w = (struct worker){.line = p, .place = i};
        w->done = p->start(work, w);
        if (!w->done)
            return false;
    }
    return true;
}

static void join_workers(struct pipeline *p)
{
    for (size_t i = 0; i < p->count && p->workers[i].done; i++) {
        bell_wait(p->workers[i].done);
        chan_drop(p->workers[i].done);
    }
}

static char *run(void *arg)
{
    struct pipeline *p = arg;
    char *told;

    if (!start_workers(p)) {
        report_fail(&p->report, CHAN_NO_MEMORY);
        p->ended = true;
    }
    lane_open(&p->taking);
    lane_open(&p->putting);
    join_workers(p);
    report_merge(&p->report, &p->taken);
    report_close(&p->report, p->to, p->end);
    told = report_finish(&p->report);
    pipeline_free(p);
    return told;
}

static struct pipeline *pipeline_new(const struct pipeline *asked)
{
    struct pipeline *p = malloc(sizeof *p);

    if (!p)
        return NULL;
    *p = *asked;
    chan_hold(p->from);
    chan_hold(p->to);
    p->workers = calloc(p->count, sizeof *p->workers);
    p->stop = bell_new();
    if (p->workers && p->stop && report_init(&p->taken) && report_init(&p->report) &&
        lane_init(&p->taking, p->count) && lane_init(&p->putting, p->count))
        return p;
    pipeline_free(p);
    return NULL;
}

static struct chan *start(const struct pipeline *asked)
{
    struct chan *reports;
    struct pipeline *p;

    if (asked->count == 0 || !asked->from || !asked->to ||
        !(asked->step || asked->steps)) {
        outcome_of_call(CHAN_INVALID, "a pipeline needs two channels, a step, and at "
                                      "least one of them at once");
        return NULL;
    }
    p = pipeline_new(asked);
    reports = p ? chan_go(run, p) : NULL;
    if (reports)
        return reports;
    pipeline_free(p);
    outcome_of_call(CHAN_NO_MEMORY, NULL);
    return NULL;
}

struct chan *chan_pipeline(size_t n, struct chan *to, chan_step *step, void *data,
                           struct chan *from, enum chan_end end)
{
    return start(&(struct pipeline){.from = from,
                                    .to = to,
                                    .end = end,
                                    .step = step,
                                    .data = data,
                                    .start = chan_go,
                                    .count = n});
}

struct chan *chan_pipeline_threads(size_t n, struct chan *to, chan_step *step, void *data,
                                   struct chan *from, enum chan_end end)
{
    return start(&(struct pipeline){.from = from,
                                    .to = to,
                                    .end = end,
                                    .step = step,
                                    .data = data,
                                    .start = chan_thread,
                                    .count = n});
}

struct chan *chan_pipeline_async(size_t n, struct chan *to, chan_steps *steps, void *data,
                                 struct chan *from, enum chan_end end)
{
    return start(&(struct pipeline){.from = from,
                                    .to = to,
                                    .end = end,
                                    .steps = steps,
                                    .data = data,
                                    .start = chan_go,
                                    .count = n});
}
