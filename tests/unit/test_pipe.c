/* SPDX-License-Identifier: MIT */
#include "flow.h"
#include "starve.h"

FLOW_TEST(a_pipe_moves_all_values_and_closes_its_target)
{
    struct chan *from = flow_of("[1, \"two\", [3]]"), *to = flow_new();
    struct chan *reports = chan_pipe(from, to, CHAN_CLOSE_IT);

    flow_takes(to, "1");
    flow_takes(to, "\"two\"");
    flow_takes(to, "[3]");
    flow_is_closed(to);
    flow_yields(reports, "{\"moved\":3}");
    chan_drop(from);
    chan_drop(to);
}

FLOW_TEST(a_target_can_be_left_open)
{
    struct chan *from = flow_of("[1]"), *to = flow_buffered(3);

    flow_yields(chan_pipe(from, to, CHAN_LEAVE_IT), "{\"moved\":1}");
    flow_put(to, "2");
    flow_takes(to, "1");
    flow_takes(to, "2");
    chan_drop(from);
    chan_drop(to);
}

FLOW_TEST(an_empty_source_moves_nothing)
{
    struct chan *from = flow_of("[]"), *to = flow_new();

    flow_yields(chan_pipe(from, to, CHAN_CLOSE_IT), "{\"moved\":0}");
    flow_is_closed(to);
    chan_drop(from);
    chan_drop(to);
}

FLOW_TEST(no_value_is_taken_before_the_last_one_has_been_put)
{
    struct chan *from = flow_buffered(3), *to = flow_new();
    struct chan *reports;

    flow_put(from, "1");
    flow_put(from, "2");
    reports = chan_pipe(from, to, CHAN_CLOSE_IT);
    flow_settle();
    flow_takes(from, "2");
    flow_takes(to, "1");
    chan_close(from);
    flow_yields(reports, "{\"moved\":1}");
    chan_drop(from);
    chan_drop(to);
}

FLOW_TEST(what_the_target_did_not_take_is_in_the_report)
{
    struct chan *from = flow_buffered(3), *to = flow_new();
    struct chan *reports;

    flow_put(from, "\"x\"");
    flow_put(from, "\"y\"");
    chan_close(to);
    reports = chan_pipe(from, to, CHAN_CLOSE_IT);
    flow_yields(reports, "{\"moved\":0,\"undelivered\":[\"x\"],\"error\":\"closed\"}");
    flow_takes(from, "\"y\"");
    chan_drop(from);
    chan_drop(to);
}

FLOW_TEST(a_target_that_closes_underway_ends_the_pipe_at_the_next_value)
{
    struct chan *from = flow_new(), *to = flow_new();
    struct chan *reports = chan_pipe(from, to, CHAN_CLOSE_IT);

    flow_put(from, "1");
    flow_takes(to, "1");
    chan_close(to);
    flow_put(from, "2");
    flow_yields(reports, "{\"moved\":1,\"undelivered\":[2],\"error\":\"closed\"}");
    flow_is_refused(from);
    chan_drop(from);
    chan_drop(to);
}

FLOW_TEST(a_value_that_was_parked_before_the_close_still_arrives)
{
    struct chan *from = flow_of("[1]"), *to = flow_new();
    struct chan *reports = chan_pipe(from, to, CHAN_CLOSE_IT);

    flow_settle();
    chan_close(to);
    flow_takes(to, "1");
    flow_is_closed(to);
    flow_yields(reports, "{\"moved\":1}");
    chan_drop(from);
    chan_drop(to);
}

FLOW_TEST(what_a_buffer_discards_is_counted)
{
    struct chan *from = flow_of("[1,2,3]"), *to = chan_local(CHAN_DROPPING, 1);

    flow_yields(chan_pipe(from, to, CHAN_CLOSE_IT), "{\"moved\":1,\"dropped\":2}");
    flow_takes(to, "1");
    flow_is_closed(to);
    chan_drop(from);
    chan_drop(to);
}

FLOW_TEST(between_remote_and_local_channels_it_is_the_same)
{
    struct chan *from = flow_far(flow_of("[1,2]")), *to = flow_new();
    struct chan *back = flow_far(flow_buffered(2));
    struct chan *reports = chan_pipe(from, to, CHAN_CLOSE_IT);
    struct chan *more = chan_pipe(to, back, CHAN_CLOSE_IT);

    flow_yields(reports, "{\"moved\":2}");
    flow_yields(more, "{\"moved\":2}");
    flow_takes(back, "1");
    flow_takes(back, "2");
    flow_is_closed(back);
    chan_drop(from);
    chan_drop(to);
    chan_drop(back);
}

FLOW_TEST(a_source_that_fails_ends_the_pipe_and_its_target)
{
    struct chan *from = flow_far(flow_new()), *to = flow_new();

    flow_fail(from, CHAN_REFUSED, "forbidden");
    flow_yields(chan_pipe(from, to, CHAN_CLOSE_IT),
                "{\"moved\":0,\"error\":\"forbidden\"}");
    flow_is_closed(to);
    chan_drop(from);
    chan_drop(to);
}

FLOW_TEST(a_target_that_fails_has_its_value_in_the_report)
{
    struct chan *from = flow_of("[1,2]"), *to = flow_far(flow_new());

    flow_fail(to, CHAN_LOST, NULL);
    flow_yields(chan_pipe(from, to, CHAN_CLOSE_IT),
                "{\"moved\":0,\"undelivered\":[1],\"error\":\"lost\"}");
    flow_takes(from, "2");
    chan_drop(from);
    chan_drop(to);
}

FLOW_TEST(a_pipe_holds_its_channels_itself)
{
    struct chan *from = flow_buffered(1), *to = flow_buffered(1);
    struct chan *reports = chan_pipe(from, to, CHAN_LEAVE_IT);

    flow_put(from, "1");
    chan_close(from);
    chan_drop(from);
    chan_drop(to);
    flow_yields(reports, "{\"moved\":1}");
}

START_TEST(a_thread_can_pipe_as_well)
{
    struct chan *from = flow_of("[1,2,3]"), *to = flow_new();
    struct chan *reports = chan_pipe(from, to, CHAN_CLOSE_IT);

    flow_drains(to, "[1,2,3]");
    flow_yields(reports, "{\"moved\":3}");
    chan_drop(from);
    chan_drop(to);
}
END_TEST

START_TEST(a_pipe_without_an_end_is_none)
{
    struct chan *ch = flow_new();

    ck_assert_ptr_null(chan_pipe(NULL, ch, CHAN_CLOSE_IT));
    ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "a pipe needs a channel at either end");
    ck_assert_ptr_null(chan_pipe(ch, NULL, CHAN_CLOSE_IT));
    ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
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

    *s = (struct scene){.from = flow_buffered(3), .to = flow_buffered(3)};
    flow_put(s->from, "1");
    flow_put(s->from, "2");
    flow_put(s->from, "3");
    chan_close(s->from);
}

static void play(void *data)
{
    struct scene *s = data;

    s->reports = chan_pipe(s->from, s->to, CHAN_CLOSE_IT);
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
    size_t arrived = drain(s->to), left = drain(s->from), len;
    const char *report;

    if (!s->reports) {
        ck_assert_int_eq(s->status, CHAN_NO_MEMORY);
        ck_assert_uint_eq(left, 3);
    } else if (chan_take(s->reports, CHAN_FOREVER, &report, &len) == CHAN_OK) {
        ck_assert_uint_eq(strtoul(report + strlen("{\"moved\":"), NULL, 10), arrived);
        if (flow_sum(report, len) + left != 3) /* the take itself had no memory */
            ck_assert_ptr_nonnull(strstr(report, "\"error\":\"no_memory\""));
        ck_assert_uint_le(flow_sum(report, len) + left, 3);
    }
    chan_drop(s->reports);
    chan_drop(s->from);
    chan_drop(s->to);
}

FLOW_TEST(out_of_memory_no_value_comes_twice_or_goes_in_silence)
{
    static const struct flow_scenario scenario = {prepare, play, check};
    struct scene scene;

    FLOW_STARVE(&scenario, &scene);
}

UNIT_MAIN("pipe", a_pipe_moves_all_values_and_closes_its_target,
          a_target_can_be_left_open, an_empty_source_moves_nothing,
          no_value_is_taken_before_the_last_one_has_been_put,
          what_the_target_did_not_take_is_in_the_report,
          a_target_that_closes_underway_ends_the_pipe_at_the_next_value,
          a_value_that_was_parked_before_the_close_still_arrives,
          what_a_buffer_discards_is_counted,
          between_remote_and_local_channels_it_is_the_same,
          a_source_that_fails_ends_the_pipe_and_its_target,
          a_target_that_fails_has_its_value_in_the_report,
          a_pipe_holds_its_channels_itself, a_thread_can_pipe_as_well,
          a_pipe_without_an_end_is_none,
          out_of_memory_no_value_comes_twice_or_goes_in_silence)
