/* SPDX-License-Identifier: MIT */
#include "flow.h"
#include "starve.h"

#include <stdio.h>

/* The sum of numbers; data is how many it can add. */
static char *add(const char *sum, const char *value, size_t len, void *data)
{
    long *left = data;
    char text[32];

    ck_assert_uint_eq(strlen(value), len);
    if (left && (*left)-- == 0)
        return NULL;
    snprintf(text, sizeof text, "%ld", strtol(sum, NULL, 10) + strtol(value, NULL, 10));
    return strdup(text);
}

static char *spoil(const char *sum, const char *value, size_t len, void *data)
{
    (void)sum, (void)value, (void)len, (void)data;
    return strdup("no JSON");
}

FLOW_TEST(the_last_sum_is_the_result)
{
    struct chan *from = flow_of("[1,2,3,4]"), *reports;

    flow_yields(chan_reduce(from, add, NULL, "10", &reports), "20");
    flow_yields(reports, "{\"moved\":4}");
    chan_drop(from);
}

FLOW_TEST(of_no_values_it_is_the_first)
{
    struct chan *from = flow_of("[]");

    flow_yields(chan_reduce(from, add, NULL, "{\"a\":1}", NULL), "{\"a\":1}");
    chan_drop(from);
}

FLOW_TEST(a_function_without_memory_ends_it_and_all_that_was_taken_is_told)
{
    struct chan *from = flow_of("[1,2,3,4]"), *reports, *result;
    long left = 2;

    result = chan_reduce(from, add, &left, "0", &reports);
    flow_is_closed(result);
    flow_yields(reports, "{\"moved\":2,\"undelivered\":[3,3],\"error\":\"no_memory\"}");
    flow_takes(from, "4");
    chan_drop(result);
    chan_drop(from);
}

FLOW_TEST(a_source_that_fails_has_no_result_but_the_sum_is_told)
{
    struct chan *from = flow_far(flow_of("[1,2]")), *reports, *result;

    result = chan_reduce(from, add, NULL, "0", &reports);
    flow_settle();
    ck_assert_int_eq(chan_last()->status, CHAN_OK);
    flow_yields(result, "3");
    flow_yields(reports, "{\"moved\":2}");
    flow_fail(from, CHAN_LOST, NULL);
    result = chan_reduce(from, add, NULL, "7", &reports);
    flow_is_closed(result);
    flow_yields(reports, "{\"moved\":0,\"error\":\"lost\"}");
    chan_drop(result);
    chan_drop(from);
}

FLOW_TEST(a_result_that_nobody_wants_is_told)
{
    struct chan *from = flow_new(), *reports, *result;

    result = chan_reduce(from, add, NULL, "0", &reports);
    flow_put(from, "1");
    flow_put(from, "2");
    chan_close(result);
    chan_close(from);
    flow_yields(reports, "{\"moved\":2,\"undelivered\":[3],\"error\":\"closed\"}");
    chan_drop(result);
    chan_drop(from);
}

FLOW_TEST(a_result_that_is_no_json_is_invalid)
{
    struct chan *from = flow_of("[1]"), *reports, *result;

    result = chan_reduce(from, spoil, NULL, "0", &reports);
    flow_is_closed(result);
    flow_yields(reports, "{\"moved\":1,\"error\":\"invalid\","
                         "\"message\":\"the value is not JSON (byte 1)\"}");
    chan_drop(result);
    chan_drop(from);
}

START_TEST(a_reduce_needs_a_source_a_function_and_a_first_value)
{
    struct chan *from = flow_new();

    ck_assert_ptr_null(chan_reduce(NULL, add, NULL, "0", NULL));
    ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
    ck_assert_ptr_null(chan_reduce(from, NULL, NULL, "0", NULL));
    ck_assert_ptr_null(chan_reduce(from, add, NULL, NULL, NULL));
    ck_assert_ptr_null(chan_reduce(from, add, NULL, "no JSON", NULL));
    ck_assert_str_eq(chan_message(), "a reduce needs a channel, a function and JSON");
    chan_drop(from);
}
END_TEST

FLOW_TEST(without_memory_nothing_is_reduced)
{
    struct chan *from = flow_of("[1]"), *result = NULL;

    for (long n = 0; !result; n++) {
        enum chan_status status;

        starve_after(n);
        result = chan_reduce(from, add, NULL, "0", NULL);
        status = chan_last()->status;
        starve_end();
        if (!result)
            ck_assert_int_eq(status, CHAN_NO_MEMORY);
    }
    chan_drop(result);
    chan_drop(from);
}

UNIT_MAIN("reduce", the_last_sum_is_the_result, of_no_values_it_is_the_first,
          a_function_without_memory_ends_it_and_all_that_was_taken_is_told,
          a_source_that_fails_has_no_result_but_the_sum_is_told,
          a_result_that_nobody_wants_is_told, a_result_that_is_no_json_is_invalid,
          a_reduce_needs_a_source_a_function_and_a_first_value,
          without_memory_nothing_is_reduced)
