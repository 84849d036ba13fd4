/* SPDX-License-Identifier: MIT */
#include "flow.h"

static struct chan *onto(struct chan *to, const char *array, enum chan_end end)
{
    return chan_onto(to, array, strlen(array), end);
}

FLOW_TEST(all_elements_are_put_in_order)
{
    struct chan *to = flow_new();
    struct chan *reports = onto(to, "[1, {\"a\": [2]},\n\"3\"]", CHAN_CLOSE_IT);

    flow_takes(to, "1");
    flow_takes(to, "{\"a\": [2]}");
    flow_takes(to, "\"3\"");
    flow_is_closed(to);
    flow_yields(reports, "{\"moved\":3}");
    chan_drop(to);
}

FLOW_TEST(an_empty_array_only_closes_the_target)
{
    struct chan *to = flow_new();

    flow_yields(onto(to, "[]", CHAN_CLOSE_IT), "{\"moved\":0}");
    flow_is_closed(to);
    chan_drop(to);
}

FLOW_TEST(the_target_may_stay_open)
{
    struct chan *to = flow_buffered(2);

    flow_yields(onto(to, "[1]", CHAN_LEAVE_IT), "{\"moved\":1}");
    flow_takes(to, "1");
    flow_put(to, "2");
    chan_drop(to);
}

FLOW_TEST(all_that_a_closed_target_did_not_take_is_in_the_report)
{
    struct chan *to = flow_new();
    struct chan *reports = onto(to, "[1,2,3,4]", CHAN_CLOSE_IT);

    flow_takes(to, "1");
    flow_settle(); /* 2 is parked, and so stays in front of the close */
    chan_close(to);
    flow_takes(to, "2");
    flow_yields(reports, "{\"moved\":2,\"undelivered\":[3,4],\"error\":\"closed\"}");
    chan_drop(to);
}

FLOW_TEST(the_target_may_be_remote)
{
    struct chan *to = flow_far(flow_buffered(1));

    flow_yields(onto(to, "[[]]", CHAN_CLOSE_IT), "{\"moved\":1}");
    flow_takes(to, "[]");
    flow_is_closed(to);
    flow_fail(to, CHAN_CANCELLED, NULL);
    flow_yields(onto(to, "[1]", CHAN_LEAVE_IT),
                "{\"moved\":0,\"undelivered\":[1],\"error\":\"cancelled\"}");
    chan_drop(to);
}

FLOW_TEST(the_array_may_be_what_was_just_taken)
{
    struct chan *from = flow_of("[[1,2]]"), *to = flow_buffered(2);
    struct chan *reports;
    const char *array;
    size_t len;

    ck_assert_int_eq(chan_take(from, CHAN_FOREVER, &array, &len), CHAN_OK);
    reports = chan_onto(to, array, len, CHAN_CLOSE_IT);
    flow_takes(to, "1");
    flow_takes(to, "2");
    flow_yields(reports, "{\"moved\":2}");
    chan_drop(from);
    chan_drop(to);
}

START_TEST(only_an_array_can_be_put_onto_a_channel)
{
    struct chan *to = flow_new();

    ck_assert_ptr_null(onto(to, "{}", CHAN_CLOSE_IT));
    ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "what is to be put onto a channel is no array");
    ck_assert_ptr_null(onto(to, "[1", CHAN_CLOSE_IT));
    ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
    ck_assert_ptr_null(onto(NULL, "[]", CHAN_CLOSE_IT));
    ck_assert_str_eq(chan_message(), "there is no channel to put an array onto");
    flow_is_quiet(to);
    chan_drop(to);
}
END_TEST

UNIT_MAIN("onto", all_elements_are_put_in_order, an_empty_array_only_closes_the_target,
          the_target_may_stay_open,
          all_that_a_closed_target_did_not_take_is_in_the_report,
          the_target_may_be_remote, the_array_may_be_what_was_just_taken,
          only_an_array_can_be_put_onto_a_channel)
