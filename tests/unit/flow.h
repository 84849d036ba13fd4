/* SPDX-License-Identifier: MIT */
/*
 * flow.h - what tests of compositions share: a test that is a process, channels to put
 * and take in one line, and a channel that looks remote but is not.
 *
 * Processes run on one thread. So a test that is one of them knows where the others are:
 * after flow_settle all of them wait.
 */
#ifndef TESTS_FLOW_H
#define TESTS_FLOW_H

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "chan.h"
#include "elements.h"
#include "handle.h"
#include "outcome.h"
#include "strand.h"
#include "unit.h"

struct flow_test {
    void (*fn)(void);
};

static inline char *flow_main(void *arg)
{
    ((struct flow_test *)arg)->fn();
    return NULL;
}

/* The process may make memory short at any moment, and then Check must not be called. */
static inline void flow_run(void (*fn)(void))
{
    struct flow_test test = {fn};
    struct chan *done = chan_go(flow_main, &test);
    const char *nothing;

    while (chan_take(done, CHAN_FOREVER, &nothing, NULL) != CHAN_CLOSED)
        ;
    chan_drop(done);
}

/* As START_TEST(name) … END_TEST, but as a process. */
#define FLOW_TEST(name)                                                                  \
    static void name##_runs(void);                                                       \
    START_TEST(name)                                                                     \
    {                                                                                    \
        flow_run(name##_runs);                                                           \
    }                                                                                    \
    END_TEST                                                                             \
    static void name##_runs(void)

static inline struct chan *flow_new(void)
{
    struct chan *ch = chan_local(CHAN_NONE, 0);

    ck_assert_ptr_nonnull(ch);
    return ch;
}

static inline struct chan *flow_buffered(int64_t size)
{
    struct chan *ch = chan_local(CHAN_FIXED, size);

    ck_assert_ptr_nonnull(ch);
    return ch;
}

static inline void flow_put(struct chan *ch, const char *value)
{
    ck_assert_int_eq(chan_put(ch, value, strlen(value), CHAN_FOREVER), CHAN_OK);
}

/* The next value is that one. */
static inline void flow_takes(struct chan *ch, const char *value)
{
    const char *taken;
    size_t len;

    ck_assert_int_eq(chan_take(ch, CHAN_FOREVER, &taken, &len), CHAN_OK);
    ck_assert_str_eq(taken, value);
    ck_assert_uint_eq(len, strlen(value));
}

static inline void flow_is_closed(struct chan *ch)
{
    const char *nothing;

    ck_assert_int_eq(chan_take(ch, CHAN_FOREVER, &nothing, NULL), CHAN_CLOSED);
}

/* Nobody puts, now. */
static inline void flow_is_quiet(struct chan *ch)
{
    const char *nothing;

    ck_assert_int_eq(chan_take(ch, 0, &nothing, NULL), CHAN_TIMEOUT);
}

/* Nobody takes, now. */
static inline void flow_is_refused(struct chan *ch)
{
    ck_assert_int_eq(chan_put(ch, "\"nobody\"", 8, 0), CHAN_TIMEOUT);
}

/* A channel that yields this one value, a result or a report, and closes; drops it. */
static inline void flow_yields(struct chan *ch, const char *value)
{
    flow_takes(ch, value);
    flow_is_closed(ch);
    chan_drop(ch);
}

/* All that is left. */
static inline void flow_drains(struct chan *ch, const char *array)
{
    flow_yields(chan_into(ch, NULL), array);
}

/* A source with the elements of an array, closed behind them. */
static inline struct chan *flow_of(const char *array)
{
    struct chan *ch = flow_new();
    struct chan *reports = chan_onto(ch, array, strlen(array), CHAN_CLOSE_IT);

    ck_assert_ptr_nonnull(reports);
    chan_drop(reports);
    return ch;
}

/* Lets the other processes run until each of them waits, in so many steps at most. */
static inline void flow_settle(void)
{
    enum { STEPS = 100 };

    for (int i = 0; i < STEPS; i++)
        chan_yield();
}

/* A remote channel, as far as one can see: another name for a local one. */
struct far {
    struct chan handle;
    struct chan *inner;
    enum chan_status fails; /* if not CHAN_OK, all that is asked of it ends so */
    const char *reason;     /* and for that reason, */
    const char *message;    /* in these words; NULL: the usual ones */
    size_t asked;           /* how often */
};

static inline enum chan_status far_fail(const struct far *far)
{
    const struct chan_reply reply = {
        .status = far->fails,
        .reason = far->reason,
        .message = far->message ? far->message : chan_status_text(far->fails)};

    outcome_keep(strand_outcome(strand_self()), &reply, NULL);
    return far->fails;
}

/* Whoever waits for a second waits for a millisecond. */
static inline enum chan_status far_ask(const struct chan_clause *clauses, size_t count,
                                       enum chan_order order, int64_t wait_ms)
{
    struct far *far = (struct far *)clauses[0].chan;
    const struct chan_clause clause = {far->inner, clauses[0].value,
                                       clauses[0].value_len};
    enum chan_status status;

    ck_assert_uint_eq(count, 1);
    far->asked++;
    if (far->fails != CHAN_OK)
        return far_fail(far);
    status = chan_alts(&clause, 1, order, wait_ms > 0 ? 1 : wait_ms, NULL);
    return status != CHAN_OK && far->fails != CHAN_OK ? far_fail(far) : status;
}

static inline enum chan_status far_close(struct chan *ch)
{
    struct far *far = (struct far *)ch;

    return far->fails == CHAN_OK ? chan_close(far->inner) : far_fail(far);
}

static inline void far_free(struct chan *ch)
{
    chan_drop(((struct far *)ch)->inner);
    free(ch);
}

static inline const char *far_name(const struct chan *ch)
{
    (void)ch;
    return "far";
}

/* inner: as returned by flow_new and the like; it becomes the far one's. */
static inline struct chan *flow_far(struct chan *inner)
{
    static const struct ground ground = {far_ask, far_close, far_free, far_name};
    struct far *far = calloc(1, sizeof *far);

    ck_assert_ptr_nonnull(far);
    handle_init(&far->handle, &ground, far);
    far->inner = inner;
    return &far->handle;
}

/* All that is asked of it ends so, and so do takes that wait. */
static inline void flow_fail(struct chan *far, enum chan_status status,
                             const char *reason)
{
    ((struct far *)far)->fails = status;
    ((struct far *)far)->reason = reason;
    chan_close(((struct far *)far)->inner);
}

static inline void flow_count(const char *name, size_t name_len, const char *value,
                              size_t value_len, void *data)
{
    size_t *sum = data;
    struct elements elements;

    if (strncmp(name, "\"error\"", name_len) == 0)
        return;
    if (!elements_init(&elements, value, value_len)) {
        *sum += strtoul(value, NULL, 10);
        return;
    }
    while (elements_next(&elements, &value, &value_len))
        *sum += 1;
}

/* How many values a report accounts for, whatever became of them. */
static inline size_t flow_sum(const char *report, size_t len)
{
    size_t sum = 0;

    ck_assert_int_eq(chan_json_members(report, len, flow_count, &sum), CHAN_OK);
    return sum;
}

/*
 * Plays a scenario with less and less memory, until it is enough: play starts something
 * and lets it run (flow_settle) while allocation n and all behind it fail, and check
 * looks what became of it when there is memory again. Check must not be called in play.
 */
struct flow_scenario {
    void (*prepare)(void *data);
    void (*play)(void *data);
    void (*check)(void *data);
};

#define FLOW_STARVE(scenario, data)                                                      \
    do {                                                                                 \
        long flow_refused = 1;                                                           \
        for (long flow_n = 0; flow_refused > 0; flow_n++) {                              \
            (scenario)->prepare(data);                                                   \
            starve_after(flow_n);                                                        \
            (scenario)->play(data);                                                      \
            flow_refused = starve_end();                                                 \
            (scenario)->check(data);                                                     \
        }                                                                                \
    } while (0)

#endif
