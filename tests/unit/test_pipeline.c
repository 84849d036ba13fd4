/* SPDX-License-Identifier: MIT */
#include "flow.h"
#include "starve.h"

#include <stdio.h>

static char *text_of(long number)
{
    char text[32];

    snprintf(text, sizeof text, "%ld", number);
    return strdup(text);
}

static char *twice(const char *value, size_t len, void *data)
{
    (void)data;
    ck_assert_uint_eq(strlen(value), len);
    return text_of(2 * strtol(value, NULL, 10));
}

typedef struct chan *pipeline(size_t n, struct chan *to, chan_step *step, void *data,
                              struct chan *from, enum chan_end end);
static pipeline *const forms[] = {chan_pipeline, chan_pipeline_threads};

FLOW_TEST(every_value_goes_through_the_step_in_order)
{
    for (size_t form = 0; form < 2; form++)
        for (size_t n = 1; n <= 5; n += 2) {
            struct chan *from = flow_of("[1,2,3,4,5,6,7,8,9]"), *to = flow_new();
            struct chan *reports = forms[form](n, to, twice, NULL, from, CHAN_CLOSE_IT);

            flow_drains(to, "[2,4,6,8,10,12,14,16,18]");
            flow_yields(reports, "{\"moved\":9}");
            chan_drop(from);
            chan_drop(to);
        }
}

FLOW_TEST(the_target_may_stay_open)
{
    struct chan *from = flow_of("[1]"), *to = flow_buffered(2);

    flow_yields(chan_pipeline(3, to, twice, NULL, from, CHAN_LEAVE_IT), "{\"moved\":1}");
    flow_put(to, "3");
    chan_close(to);
    flow_drains(to, "[2,3]");
    chan_drop(from);
    chan_drop(to);
}

/* A step tells that it has begun, and then waits until it may end. */
struct doors {
    struct chan *begun, *may_end[10];
};

static char *walk(const char *value, size_t len, void *data)
{
    struct doors *doors = data;

    (void)len;
    flow_put(doors->begun, value);
    flow_is_closed(doors->may_end[strtol(value, NULL, 10)]);
    return strdup(value);
}

static void doors_init(struct doors *doors)
{
    doors->begun = flow_new();
    for (size_t i = 0; i < 10; i++)
        doors->may_end[i] = flow_new();
}

static void doors_release(struct doors *doors)
{
    chan_drop(doors->begun);
    for (size_t i = 0; i < 10; i++)
        chan_drop(doors->may_end[i]);
}

/* Threads may come in any order. */
static void three_begin(struct doors *doors)
{
    const char *value;

    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(chan_take(doors->begun, CHAN_FOREVER, &value, NULL), CHAN_OK);
}

static void open_door(struct doors *doors, size_t i)
{
    chan_close(doors->may_end[i]);
}

FLOW_TEST(n_steps_are_underway_at_once_and_no_more)
{
    for (size_t form = 0; form < 2; form++) {
        struct chan *from = flow_of("[0,1,2,3]"), *to = flow_buffered(9), *reports;
        struct doors doors;

        doors_init(&doors);
        reports = forms[form](3, to, walk, &doors, from, CHAN_CLOSE_IT);
        three_begin(&doors);
        flow_settle();
        flow_is_quiet(doors.begun);
        open_door(&doors, 2);
        open_door(&doors, 1);
        flow_settle();
        flow_is_quiet(to); /* they have ended, but 0 comes first */
        open_door(&doors, 0);
        flow_takes(to, "0");
        flow_takes(to, "1");
        flow_takes(to, "2");
        flow_takes(doors.begun, "3");
        open_door(&doors, 3);
        flow_takes(to, "3");
        flow_is_closed(to);
        flow_yields(reports, "{\"moved\":4}");
        doors_release(&doors);
        chan_drop(from);
        chan_drop(to);
    }
}

FLOW_TEST(when_the_target_closes_all_that_was_underway_is_told_in_order)
{
    struct chan *from = flow_of("[0,1,2,3,4]"), *to = flow_new(), *reports;
    struct doors doors;

    doors_init(&doors);
    reports = chan_pipeline(3, to, walk, &doors, from, CHAN_CLOSE_IT);
    three_begin(&doors);
    chan_close(to);
    open_door(&doors, 2);
    open_door(&doors, 0);
    flow_settle();
    open_door(&doors, 1);
    flow_yields(reports, "{\"moved\":0,\"undelivered\":[0,1,2],\"error\":\"closed\"}");
    flow_takes(from, "3");
    doors_release(&doors);
    chan_drop(from);
    chan_drop(to);
}

FLOW_TEST(who_is_taking_when_the_target_is_found_closed_takes_no_more)
{
    struct chan *from = flow_new(), *to = flow_new();
    struct chan *reports = chan_pipeline(3, to, twice, NULL, from, CHAN_CLOSE_IT);

    chan_close(to);
    flow_put(from, "1");
    flow_yields(reports, "{\"moved\":0,\"undelivered\":[2],\"error\":\"closed\"}");
    flow_is_refused(from);
    chan_drop(from);
    chan_drop(to);
}

static char *drop_odd(const char *value, size_t len, void *data)
{
    (void)data;
    return strtol(value, NULL, 10) % 2 == 0 ? strndup(value, len) : NULL;
}

FLOW_TEST(a_step_may_drop_values)
{
    struct chan *from = flow_of("[1,2,3,4]"), *to = flow_buffered(9);

    flow_yields(chan_pipeline(2, to, drop_odd, NULL, from, CHAN_CLOSE_IT),
                "{\"moved\":2,\"dropped\":2}");
    flow_drains(to, "[2,4]");
    chan_drop(from);
    chan_drop(to);
}

static char *spoil(const char *value, size_t len, void *data)
{
    (void)data;
    return strcmp(value, "2") == 0 ? strdup("no JSON") : strndup(value, len);
}

FLOW_TEST(a_result_that_is_no_json_ends_it_and_the_value_is_told)
{
    struct chan *from = flow_of("[1,2,3]"), *to = flow_buffered(9);

    flow_yields(chan_pipeline(1, to, spoil, NULL, from, CHAN_CLOSE_IT),
                "{\"moved\":1,\"undelivered\":[2],\"error\":\"invalid\"}");
    flow_drains(to, "[1]");
    flow_takes(from, "3");
    chan_drop(from);
    chan_drop(to);
}

FLOW_TEST(from_remote_to_remote_it_is_the_same)
{
    struct chan *from = flow_far(flow_of("[1,2,3]")), *to = flow_far(flow_buffered(9));

    flow_yields(chan_pipeline(2, to, twice, NULL, from, CHAN_CLOSE_IT), "{\"moved\":3}");
    flow_takes(to, "2");
    flow_takes(to, "4");
    flow_takes(to, "6");
    flow_is_closed(to);
    chan_drop(from);
    chan_drop(to);
}

FLOW_TEST(a_source_that_fails_ends_it_behind_what_was_taken)
{
    struct chan *from = flow_far(flow_buffered(9)), *to = flow_buffered(9), *reports;
    struct doors doors;

    doors_init(&doors);
    flow_put(from, "1");
    reports = chan_pipeline(2, to, walk, &doors, from, CHAN_CLOSE_IT);
    flow_takes(doors.begun, "1");
    flow_fail(from, CHAN_REFUSED, "limit");
    open_door(&doors, 1);
    flow_takes(to, "1");
    flow_is_closed(to);
    flow_yields(reports, "{\"moved\":1,\"error\":\"limit\"}");
    doors_release(&doors);
    chan_drop(from);
    chan_drop(to);
}

/* Puts the value as often as it says; the last result tells whether all were taken. */
static void repeat(const char *value, size_t len, struct chan *results, void *data)
{
    enum chan_status *last = data;

    for (long n = strtol(value, NULL, 10); n > 0; n--) {
        const enum chan_status status = chan_put(results, value, len, CHAN_FOREVER);

        if (last)
            *last = status;
    }
}

FLOW_TEST(steps_may_have_any_number_of_results)
{
    for (size_t n = 1; n <= 4; n++) {
        struct chan *from = flow_of("[1,0,3,2]"), *to = flow_new();
        struct chan *reports =
            chan_pipeline_async(n, to, repeat, NULL, from, CHAN_CLOSE_IT);

        flow_drains(to, "[1,3,3,3,2,2]");
        flow_yields(reports, "{\"moved\":6}");
        chan_drop(from);
        chan_drop(to);
    }
}

static void walk_steps(const char *value, size_t len, struct chan *results, void *data)
{
    char *result = walk(value, len, data);

    flow_put(results, result);
    free(result);
}

FLOW_TEST(n_of_them_are_underway_at_once)
{
    struct chan *from = flow_of("[0,1,2,3]"), *to = flow_buffered(9), *reports;
    struct doors doors;

    doors_init(&doors);
    reports = chan_pipeline_async(3, to, walk_steps, &doors, from, CHAN_CLOSE_IT);
    three_begin(&doors);
    flow_settle();
    flow_is_quiet(doors.begun);
    for (size_t i = 4; i-- > 0;)
        open_door(&doors, i);
    flow_takes(doors.begun, "3");
    flow_yields(reports, "{\"moved\":4}");
    flow_drains(to, "[0,1,2,3]");
    doors_release(&doors);
    chan_drop(from);
    chan_drop(to);
}

FLOW_TEST(steps_whose_results_nobody_takes_are_told_and_lose_nothing)
{
    struct chan *from = flow_of("[9]"), *to = flow_buffered(2), *reports;
    enum chan_status last = CHAN_OK;

    reports = chan_pipeline_async(1, to, repeat, &last, from, CHAN_CLOSE_IT);
    flow_settle();
    chan_close(to);
    flow_takes(to, "9"); /* the third one was parked, and moves up */
    flow_yields(reports, "{\"moved\":3,\"undelivered\":[9,9],\"error\":\"closed\"}");
    ck_assert_int_eq(last, CHAN_CLOSED);
    chan_drop(from);
    chan_drop(to);
}

/* An array of the numbers from 1 to 500, or of their doubles; owned. */
static char *numbers(long factor)
{
    enum { COUNT = 500, ROOM = 8 * COUNT };
    char *array = malloc(ROOM);
    size_t len = 0;

    for (long i = 1; i <= COUNT; i++)
        len += (size_t)snprintf(array + len, ROOM - len, "%s%ld", i == 1 ? "[" : ",",
                                factor * i);
    snprintf(array + len, ROOM - len, "]");
    return array;
}

START_TEST(on_several_threads_the_order_is_the_same)
{
    char *singles = numbers(1), *doubles = numbers(2);

    ck_assert_int_eq(chan_threads(4), CHAN_OK);
    for (size_t form = 0; form < 2; form++) {
        struct chan *from = flow_of(singles), *to = flow_new();
        struct chan *reports = forms[form](8, to, twice, NULL, from, CHAN_CLOSE_IT);

        flow_drains(to, doubles);
        flow_yields(reports, "{\"moved\":500}");
        chan_drop(from);
        chan_drop(to);
    }
    free(singles);
    free(doubles);
}
END_TEST

static void put_twice(const char *value, size_t len, struct chan *results, void *data)
{
    char *result = twice(value, len, data);

    flow_put(results, result);
    free(result);
}

START_TEST(on_several_threads_steps_keep_it_as_well)
{
    char *singles = numbers(1), *doubles = numbers(2);
    struct chan *from, *to, *reports;

    ck_assert_int_eq(chan_threads(4), CHAN_OK);
    from = flow_of(singles);
    to = flow_new();
    reports = chan_pipeline_async(8, to, put_twice, NULL, from, CHAN_CLOSE_IT);
    flow_drains(to, doubles);
    flow_yields(reports, "{\"moved\":500}");
    chan_drop(from);
    chan_drop(to);
    free(singles);
    free(doubles);
}
END_TEST

START_TEST(a_pipeline_needs_two_channels_a_step_and_one_at_once)
{
    struct chan *ch = flow_new();

    ck_assert_ptr_null(chan_pipeline(0, ch, twice, NULL, ch, CHAN_CLOSE_IT));
    ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
    ck_assert_ptr_null(chan_pipeline(1, NULL, twice, NULL, ch, CHAN_CLOSE_IT));
    ck_assert_ptr_null(chan_pipeline_threads(1, ch, twice, NULL, NULL, CHAN_CLOSE_IT));
    ck_assert_ptr_null(chan_pipeline(1, ch, NULL, NULL, ch, CHAN_CLOSE_IT));
    ck_assert_ptr_null(chan_pipeline_async(1, ch, NULL, NULL, ch, CHAN_CLOSE_IT));
    ck_assert_str_eq(chan_message(),
                     "a pipeline needs two channels, a step, and at least "
                     "one of them at once");
    chan_drop(ch);
}
END_TEST

struct scene {
    struct chan *from, *to, *reports;
    enum chan_status status;
};

static void prepare(void *data)
{
    struct scene *s = data;

    *s = (struct scene){.from = flow_buffered(4), .to = flow_buffered(4)};
    for (int i = 0; i < 4; i++)
        flow_put(s->from, "1");
    chan_close(s->from);
}

/* No memory of its own, and no Check. */
static char *keep_one(const char *value, size_t len, void *data)
{
    char *result = malloc(len + 1);

    (void)data;
    return result ? memcpy(result, value, len + 1) : NULL;
}

static void keep_steps(const char *value, size_t len, struct chan *results, void *data)
{
    (void)data;
    chan_put(results, value, len, CHAN_FOREVER);
}

static void play(void *data)
{
    struct scene *s = data;

    s->reports = chan_pipeline(2, s->to, keep_one, NULL, s->from, CHAN_CLOSE_IT);
    s->status = chan_last()->status;
    flow_settle();
}

static void play_async(void *data)
{
    struct scene *s = data;

    s->reports = chan_pipeline_async(2, s->to, keep_steps, NULL, s->from, CHAN_CLOSE_IT);
    s->status = chan_last()->status;
    flow_settle();
}

static size_t drain(struct chan *ch)
{
    const char *value;
    size_t count = 0;

    while (chan_take(ch, 0, &value, NULL) == CHAN_OK)
        count++;
    return count;
}

/* A report may itself be a victim; then the channel closes without one. */
static void check(void *data)
{
    struct scene *s = data;
    const char *report;
    size_t left, len;

    if (!s->reports) {
        ck_assert_int_eq(s->status, CHAN_NO_MEMORY);
        ck_assert_uint_eq(drain(s->from), 4);
    } else if (chan_take(s->reports, CHAN_FOREVER, &report, &len) == CHAN_OK) {
        char *kept = strndup(report, len);

        left = drain(s->from);
        ck_assert_uint_eq(strtoul(kept + strlen("{\"moved\":"), NULL, 10), drain(s->to));
        ck_assert_uint_le(flow_sum(kept, len) + left, 4);
        free(kept);
    }
    chan_drop(s->reports);
    chan_drop(s->from);
    chan_drop(s->to);
}

FLOW_TEST(out_of_memory_it_ends_and_tells)
{
    static const struct flow_scenario scenario = {prepare, play, check};
    struct scene scene;

    FLOW_STARVE(&scenario, &scene);
}

FLOW_TEST(out_of_memory_steps_end_as_well)
{
    static const struct flow_scenario scenario = {prepare, play_async, check};
    struct scene scene;

    FLOW_STARVE(&scenario, &scene);
}

UNIT_MAIN("pipeline", every_value_goes_through_the_step_in_order,
          the_target_may_stay_open, n_steps_are_underway_at_once_and_no_more,
          when_the_target_closes_all_that_was_underway_is_told_in_order,
          who_is_taking_when_the_target_is_found_closed_takes_no_more,
          a_step_may_drop_values, a_result_that_is_no_json_ends_it_and_the_value_is_told,
          from_remote_to_remote_it_is_the_same,
          a_source_that_fails_ends_it_behind_what_was_taken,
          steps_may_have_any_number_of_results, n_of_them_are_underway_at_once,
          steps_whose_results_nobody_takes_are_told_and_lose_nothing,
          a_pipeline_needs_two_channels_a_step_and_one_at_once,
          out_of_memory_it_ends_and_tells, out_of_memory_steps_end_as_well,
          on_several_threads_the_order_is_the_same,
          on_several_threads_steps_keep_it_as_well)
