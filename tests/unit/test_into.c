/* SPDX-License-Identifier: MIT */
#include "flow.h"
#include "starve.h"

#include <stdio.h>

FLOW_TEST(all_values_become_an_array)
{
    struct chan *from = flow_of("[1,\"two\",[3, null]]"), *reports;

    flow_yields(chan_into(from, &reports), "[1,\"two\",[3, null]]");
    flow_yields(reports, "{\"moved\":3}");
    chan_drop(from);
}

FLOW_TEST(no_values_become_an_empty_one)
{
    struct chan *from = flow_of("[]"), *reports;

    flow_yields(chan_into(from, &reports), "[]");
    flow_yields(reports, "{\"moved\":0}");
    chan_drop(from);
}

FLOW_TEST(a_thousand_values_are_no_trouble)
{
    struct chan *from = flow_new(), *array = chan_into(from, NULL);
    char number[16], expected[8192] = "[";
    size_t len = 1;

    for (int i = 0; i < 1000; i++) {
        snprintf(number, sizeof number, "%d", i);
        flow_put(from, number);
        len += (size_t)snprintf(expected + len, sizeof expected - len, "%s%d",
                                i > 0 ? "," : "", i);
    }
    chan_close(from);
    snprintf(expected + len, sizeof expected - len, "]");
    flow_yields(array, expected);
    chan_drop(from);
}

FLOW_TEST(a_source_that_fails_yields_no_array_but_what_there_was_is_told)
{
    struct chan *from = flow_far(flow_buffered(2)), *reports, *array;

    flow_put(from, "1");
    flow_put(from, "2");
    array = chan_into(from, &reports);
    flow_settle();
    flow_fail(from, CHAN_LOST, NULL);
    flow_is_closed(array);
    flow_yields(reports, "{\"moved\":0,\"undelivered\":[1,2],\"error\":\"lost\"}");
    chan_drop(array);
    chan_drop(from);
}

FLOW_TEST(an_array_that_nobody_wants_is_told)
{
    struct chan *from = flow_of("[1,2]"), *reports;
    struct chan *array = chan_into(from, &reports);

    chan_close(array);
    flow_yields(reports, "{\"moved\":0,\"undelivered\":[1,2],\"error\":\"closed\"}");
    chan_drop(array);
    chan_drop(from);
}

START_TEST(nothing_is_gathered_from_nowhere)
{
    ck_assert_ptr_null(chan_into(NULL, NULL));
    ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "there is no channel to gather values from");
}
END_TEST

FLOW_TEST(without_memory_nothing_is_gathered)
{
    struct chan *from = flow_of("[1]"), *array = NULL;

    for (long n = 0; !array; n++) {
        enum chan_status status;

        starve_after(n);
        array = chan_into(from, NULL);
        status = chan_last()->status;
        starve_end();
        if (!array)
            ck_assert_int_eq(status, CHAN_NO_MEMORY);
    }
    chan_drop(array);
    chan_drop(from);
}

UNIT_MAIN("into", all_values_become_an_array, no_values_become_an_empty_one,
          a_thousand_values_are_no_trouble,
          a_source_that_fails_yields_no_array_but_what_there_was_is_told,
          an_array_that_nobody_wants_is_told, nothing_is_gathered_from_nowhere,
          without_memory_nothing_is_gathered)
