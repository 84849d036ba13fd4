/* SPDX-License-Identifier: MIT */
#include "flow.h"
#include "starve.h"

static bool is_odd(const char *value, size_t len, void *data)
{
    size_t *asked = data;

    ck_assert_uint_eq(strlen(value), len);
    if (asked)
        ++*asked;
    return strtol(value, NULL, 10) % 2 != 0;
}

FLOW_TEST(each_value_goes_to_one_of_two_channels)
{
    struct chan *from = flow_of("[1,2,3,4]"), *odd, *even, *reports;
    size_t asked = 0;

    ck_assert_int_eq(chan_split(from, is_odd, &asked, &odd, &even, &reports), CHAN_OK);
    flow_takes(odd, "1");
    flow_takes(even, "2");
    flow_takes(odd, "3");
    flow_takes(even, "4");
    flow_is_closed(odd);
    flow_is_closed(even);
    flow_yields(reports, "{\"moved\":4}");
    ck_assert_uint_eq(asked, 4);
    chan_drop(odd);
    chan_drop(even);
    chan_drop(from);
}

FLOW_TEST(nobody_needs_to_want_the_report)
{
    struct chan *from = flow_of("[1]"), *odd, *even;

    ck_assert_int_eq(chan_split(from, is_odd, NULL, &odd, &even, NULL), CHAN_OK);
    flow_drains(odd, "[1]");
    flow_drains(even, "[]");
    chan_drop(odd);
    chan_drop(even);
    chan_drop(from);
}

FLOW_TEST(when_one_side_is_closed_the_other_closes_and_the_value_is_told)
{
    struct chan *from = flow_new(), *odd, *even, *reports;

    ck_assert_int_eq(chan_split(from, is_odd, NULL, &odd, &even, &reports), CHAN_OK);
    flow_put(from, "2");
    flow_takes(even, "2");
    chan_close(odd);
    flow_put(from, "3");
    flow_is_closed(even);
    flow_yields(reports, "{\"moved\":1,\"undelivered\":[3],\"error\":\"closed\"}");
    flow_is_refused(from);
    chan_drop(odd);
    chan_drop(even);
    chan_drop(from);
}

FLOW_TEST(a_remote_source_that_is_lost_closes_both)
{
    struct chan *from = flow_far(flow_of("[1]")), *odd, *even, *reports;

    ck_assert_int_eq(chan_split(from, is_odd, NULL, &odd, &even, &reports), CHAN_OK);
    flow_settle();
    flow_fail(from, CHAN_LOST, NULL);
    flow_takes(odd, "1");
    flow_is_closed(odd);
    flow_is_closed(even);
    flow_yields(reports, "{\"moved\":1,\"error\":\"lost\"}");
    chan_drop(odd);
    chan_drop(even);
    chan_drop(from);
}

START_TEST(a_split_needs_a_source_and_a_test)
{
    struct chan *ch = flow_new(), *odd = NULL, *even = NULL;

    ck_assert_int_eq(chan_split(NULL, is_odd, NULL, &odd, &even, NULL), CHAN_INVALID);
    ck_assert_int_eq(chan_split(ch, NULL, NULL, &odd, &even, NULL), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "a split needs a channel and a test");
    ck_assert(!odd && !even);
    chan_drop(ch);
}
END_TEST

FLOW_TEST(without_memory_there_is_no_split)
{
    struct chan *from = flow_of("[]"), *odd = NULL, *even = NULL;
    enum chan_status status = CHAN_NO_MEMORY;

    for (long n = 0; status != CHAN_OK; n++) {
        starve_after(n);
        status = chan_split(from, is_odd, NULL, &odd, &even, NULL);
        if (starve_end() > 0 && status != CHAN_OK) {
            ck_assert_int_eq(status, CHAN_NO_MEMORY);
            ck_assert(!odd && !even);
        }
    }
    flow_is_closed(odd);
    flow_is_closed(even);
    chan_drop(odd);
    chan_drop(even);
    chan_drop(from);
}

UNIT_MAIN("split", each_value_goes_to_one_of_two_channels,
          nobody_needs_to_want_the_report,
          when_one_side_is_closed_the_other_closes_and_the_value_is_told,
          a_remote_source_that_is_lost_closes_both, a_split_needs_a_source_and_a_test,
          without_memory_there_is_no_split)
