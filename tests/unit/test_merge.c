/* SPDX-License-Identifier: MIT */
#include "flow.h"
#include "starve.h"

#include <stdio.h>

static void has(struct chan *out, const char *values)
{
    const char *value;
    char found[16] = "";

    while (chan_take(out, CHAN_FOREVER, &value, NULL) == CHAN_OK) {
        ck_assert_ptr_nonnull(strstr(values, value));
        ck_assert_ptr_null(strstr(found, value));
        strcat(found, value);
    }
    ck_assert_uint_eq(strlen(found), strlen(values));
}

FLOW_TEST(all_values_of_all_sources_arrive_and_it_closes_behind_them)
{
    struct chan *from[] = {flow_of("[1,2]"), flow_of("[]"), flow_far(flow_of("[3]"))};
    struct chan *reports, *out = chan_merge(from, 3, 0, &reports);

    ck_assert_ptr_nonnull(out);
    has(out, "123");
    flow_yields(reports, "{\"moved\":3}");
    chan_drop(out);
    for (size_t i = 0; i < 3; i++)
        chan_drop(from[i]);
}

FLOW_TEST(values_of_one_source_keep_their_order)
{
    struct chan *from = flow_of("[1,2,3,4]");
    struct chan *out = chan_merge(&from, 1, 2, NULL);

    flow_drains(out, "[1,2,3,4]");
    chan_drop(out);
    chan_drop(from);
}

FLOW_TEST(the_output_has_the_buffer_that_was_asked_for)
{
    struct chan *from = flow_buffered(9), *out;

    for (int i = 0; i < 5; i++)
        flow_put(from, "1");
    out = chan_merge(&from, 1, 3, NULL);
    flow_settle();
    flow_takes(from, "1"); /* three are in the buffer, one is parked */
    flow_is_quiet(from);
    chan_close(from);
    flow_drains(out, "[1,1,1,1]");
    chan_drop(out);
    chan_drop(from);
}

FLOW_TEST(of_no_sources_it_is_closed)
{
    struct chan *reports, *out = chan_merge(NULL, 0, 0, &reports);

    flow_is_closed(out);
    flow_yields(reports, "{\"moved\":0}");
    chan_drop(out);
}

FLOW_TEST(a_source_that_is_slow_does_not_keep_the_others)
{
    struct chan *from[] = {flow_new(), flow_new()};
    struct chan *out = chan_merge(from, 2, 0, NULL);

    flow_put(from[1], "1");
    flow_takes(out, "1");
    flow_put(from[1], "2");
    flow_takes(out, "2");
    chan_close(from[1]);
    flow_put(from[0], "3");
    flow_takes(out, "3");
    chan_close(from[0]);
    flow_is_closed(out);
    chan_drop(out);
    chan_drop(from[0]);
    chan_drop(from[1]);
}

FLOW_TEST(when_the_output_is_closed_all_end_and_what_was_taken_is_told)
{
    struct chan *from[] = {flow_new(), flow_new(), flow_far(flow_new())};
    struct chan *reports, *out = chan_merge(from, 3, 0, &reports);

    flow_settle();
    chan_close(out);
    flow_put(from[0], "1");
    flow_yields(reports, "{\"moved\":0,\"undelivered\":[1],\"error\":\"closed\"}");
    for (size_t i = 0; i < 3; i++) {
        flow_is_refused(from[i]);
        chan_drop(from[i]);
    }
    chan_drop(out);
}

/* Each source yields ones, so the order does not matter. */
static char *count(const char *sum, const char *value, size_t len, void *data)
{
    char text[32];

    (void)value, (void)len, (void)data;
    snprintf(text, sizeof text, "%ld", strtol(sum, NULL, 10) + 1);
    return strdup(text);
}

START_TEST(on_several_threads_every_value_arrives_once)
{
    enum { SOURCES = 6, VALUES = 100 };
    struct chan *from[SOURCES], *out, *reports;
    char array[2 * VALUES + 2] = "[";

    for (int n = 0; n < VALUES; n++)
        strcat(array, n > 0 ? ",1" : "1");
    strcat(array, "]");
    ck_assert_int_eq(chan_threads(4), CHAN_OK);
    for (int i = 0; i < SOURCES; i++)
        from[i] = flow_of(array);
    out = chan_merge(from, SOURCES, 3, &reports);
    flow_yields(chan_reduce(out, count, NULL, "0", NULL), "600");
    flow_yields(reports, "{\"moved\":600}");
    for (int i = 0; i < SOURCES; i++)
        chan_drop(from[i]);
    chan_drop(out);
}
END_TEST

START_TEST(a_merge_needs_channels_and_a_size)
{
    struct chan *from[] = {flow_new(), NULL};

    ck_assert_ptr_null(chan_merge(from, 2, 0, NULL));
    ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
    ck_assert_ptr_null(chan_merge(NULL, 1, 0, NULL));
    ck_assert_ptr_null(chan_merge(from, 1, -1, NULL));
    ck_assert_str_eq(chan_message(), "a merge needs channels, and a size of 0 or more");
    chan_drop(from[0]);
}
END_TEST

struct scene {
    struct chan *from[2], *out;
    enum chan_status status;
};

static void prepare(void *data)
{
    struct scene *s = data;

    *s = (struct scene){.from = {flow_buffered(1), flow_buffered(1)}};
    for (int i = 0; i < 2; i++) {
        flow_put(s->from[i], "1");
        chan_close(s->from[i]);
    }
}

static void play(void *data)
{
    struct scene *s = data;

    s->out = chan_merge(s->from, 2, 2, NULL);
    s->status = chan_last()->status;
    flow_settle();
}

static void check(void *data)
{
    struct scene *s = data;
    const char *value;

    if (!s->out)
        ck_assert_int_eq(s->status, CHAN_NO_MEMORY);
    for (int i = 0; i < 2; i++) {
        if (!s->out)
            flow_takes(s->from[i], "1");
        chan_drop(s->from[i]);
    }
    while (s->out && chan_take(s->out, CHAN_FOREVER, &value, NULL) == CHAN_OK)
        ;
    chan_drop(s->out);
}

FLOW_TEST(without_memory_for_all_nothing_is_taken_from_any)
{
    static const struct flow_scenario scenario = {prepare, play, check};
    struct scene scene;

    FLOW_STARVE(&scenario, &scene);
}

UNIT_MAIN("merge", all_values_of_all_sources_arrive_and_it_closes_behind_them,
          values_of_one_source_keep_their_order,
          the_output_has_the_buffer_that_was_asked_for, of_no_sources_it_is_closed,
          a_source_that_is_slow_does_not_keep_the_others,
          when_the_output_is_closed_all_end_and_what_was_taken_is_told,
          a_merge_needs_channels_and_a_size,
          without_memory_for_all_nothing_is_taken_from_any,
          on_several_threads_every_value_arrives_once)
