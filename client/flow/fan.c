/* SPDX-License-Identifier: MIT */
#include "fan.h"
#include "bell.h"
#include "report.h"
#include "taps.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct fan {
    struct taps taps;
    atomic_uint users; /* the caller, and the process */
    struct chan *from;
    chan_topic *topic;
    void *data;

    /* Of the value in hand. */
    const char *value;
    size_t len;
    pthread_mutex_t lock; /* of what the processes that put tell: */
    size_t served;        /* taps that took it */
    struct report report;
};

static void fan_drop(struct fan *f)
{
    if (atomic_fetch_sub(&f->users, 1) > 1)
        return;
    taps_release(&f->taps);
    report_release(&f->report);
    pthread_mutex_destroy(&f->lock);
    chan_drop(f->from);
    free(f);
}

/* How a put to a tap has ended: TIMEOUT, and it is still owed the value. */
static void settle(struct tap *tap, enum chan_status status)
{
    struct fan *f = tap->fan;

    if (status == CHAN_TIMEOUT)
        return;
    tap->owed = false;
    pthread_mutex_lock(&f->lock);
    if (status == CHAN_OK)
        f->served++;
    else if (status != CHAN_CLOSED)
        report_fail(&f->report, status);
    pthread_mutex_unlock(&f->lock);
    if (status != CHAN_OK)
        tap_leave(&f->taps, tap);
}

/* Waits until the tap has the value, or is gone. */
static char *serve(void *arg)
{
    struct tap *tap = arg;
    struct fan *f = tap->fan;

    while (tap->owed) {
        struct chan *bell = taps_bell(&f->taps);
        const bool gone = tap_is_gone(&f->taps, tap);

        settle(tap, gone ? CHAN_CLOSED : bell_put(bell, tap->to, f->value, f->len));
        chan_drop(bell);
    }
    return NULL;
}

/* Puts where there is room now. Returns how many taps had none. */
static size_t serve_ready(struct fan *f)
{
    size_t left = 0;

    for (struct tap *tap = taps_next(&f->taps, NULL); tap;
         tap = taps_next(&f->taps, tap)) {
        if (tap->owed)
            settle(tap, chan_put(tap->to, f->value, f->len, 0));
        left += tap->owed;
    }
    return left;
}

/* Waits for all others at once, each in a process; for the last one here. */
static void serve_rest(struct fan *f, size_t left)
{
    struct tap *tap;

    for (tap = taps_next(&f->taps, NULL); left > 0; tap = taps_next(&f->taps, tap)) {
        if (!tap->owed)
            continue;
        tap->done = --left > 0 ? chan_go(serve, tap) : NULL;
        if (!tap->done)
            serve(tap);
    }
    for (tap = taps_next(&f->taps, NULL); tap; tap = taps_next(&f->taps, tap)) {
        if (!tap->done)
            continue;
        bell_wait(tap->done);
        chan_drop(tap->done);
        tap->done = NULL;
    }
}

/* Returns how many taps the value in hand is for. */
static size_t owe(struct fan *f, const char *topic)
{
    size_t owed = 0;

    f->served = 0;
    for (struct tap *tap = taps_next(&f->taps, NULL); tap;
         tap = taps_next(&f->taps, tap)) {
        tap->fan = f;
        tap->owed = !tap->topic || (topic && strcmp(tap->topic, topic) == 0);
        owed += tap->owed;
    }
    return owed;
}

/* Waits until there is somebody to take values for. False: there will be nobody. */
static bool await_tap(struct fan *f)
{
    for (;;) {
        struct chan *bell = taps_bell(&f->taps);
        bool wanted;

        taps_sweep(&f->taps);
        wanted = taps_next(&f->taps, NULL) || (f->topic && bell);
        if (!wanted && bell)
            bell_wait(bell);
        chan_drop(bell);
        if (wanted || !bell)
            return wanted;
    }
}

/* Takes a value in hand. False: there will be none. */
static bool take(struct fan *f)
{
    enum chan_status status = CHAN_TIMEOUT;
    const char *value;

    while (status == CHAN_TIMEOUT) {
        struct chan *bell = taps_bell(&f->taps);

        status = CHAN_CLOSED;
        if (await_tap(f))
            status = bell_take(bell, f->from, &value, &f->len);
        if (status == CHAN_OK)
            f->value = report_hold(&f->report, value, f->len);
        chan_drop(bell);
    }
    if (!report_took(&f->report, status))
        return false;
    if (!f->value)
        report_fail(&f->report, CHAN_NO_MEMORY);
    return f->value != NULL;
}

/* Without topics the value waits for another tap if all have left. */
static void hand_out(struct fan *f)
{
    char *topic = f->topic ? f->topic(f->value, f->len, f->data) : NULL;
    size_t owed;

    do {
        owed = owe(f, topic);
        serve_rest(f, serve_ready(f));
    } while (f->served == 0 && !f->topic && await_tap(f));
    free(topic);
    if (f->served > 0)
        report_delivered(&f->report);
    else if (owed == 0 && f->topic)
        report_dropped(&f->report);
    else
        report_fail(&f->report, CHAN_CLOSED);
}

static char *run(void *arg)
{
    struct fan *f = arg;
    char *told;

    while (take(f))
        hand_out(f);
    taps_close(&f->taps);
    told = report_finish(&f->report);
    fan_drop(f);
    return told;
}

struct fan *fan_new(struct chan *from, chan_topic *topic, void *data,
                    struct chan **ret_reports)
{
    struct fan *f = calloc(1, sizeof *f);
    struct chan *reports;

    if (!f)
        return NULL;
    if (!taps_init(&f->taps)) {
        free(f);
        return NULL;
    }
    pthread_mutex_init(&f->lock, NULL);
    atomic_init(&f->users, 2);
    f->from = chan_hold(from);
    f->topic = topic;
    f->data = data;
    reports = report_init(&f->report) ? chan_go(run, f) : NULL;
    if (!reports) {
        fan_drop(f);
        fan_drop(f);
        return NULL;
    }
    *ret_reports = reports;
    return f;
}

void fan_free(struct fan *f)
{
    if (!f)
        return;
    taps_fix(&f->taps);
    fan_drop(f);
}

enum chan_status fan_tap(struct fan *f, const char *topic, struct chan *to,
                         enum chan_end end)
{
    const enum chan_status status = taps_add(&f->taps, topic, to, end);

    if (status == CHAN_CLOSED && end == CHAN_CLOSE_IT)
        chan_close(to);
    return status;
}

void fan_untap(struct fan *f, const char *topic, const struct chan *to)
{
    taps_remove(&f->taps, topic, to);
}
