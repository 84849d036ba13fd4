/* SPDX-License-Identifier: MIT */
#include "flow.h"

#include <stdio.h>

FLOW_TEST(every_tap_gets_every_value)
{
    struct chan *from = flow_new(), *a = flow_buffered(9), *b = flow_buffered(9),
                *reports;
    struct chan_mult *m = chan_mult(from, &reports);

    ck_assert_ptr_nonnull(m);
    ck_assert_int_eq(chan_tap(m, a, CHAN_CLOSE_IT), CHAN_OK);
    ck_assert_int_eq(chan_tap(m, b, CHAN_LEAVE_IT), CHAN_OK);
    flow_put(from, "1");
    flow_put(from, "2");
    chan_close(from);
    flow_yields(reports, "{\"moved\":2}");
    flow_drains(a, "[1,2]");
    flow_takes(b, "1");
    flow_takes(b, "2");
    flow_is_quiet(b);
    chan_mult_free(m);
    chan_drop(a);
    chan_drop(b);
    chan_drop(from);
}

FLOW_TEST(without_a_tap_nothing_is_taken)
{
    struct chan *from = flow_new(), *a = flow_new();
    struct chan_mult *m = chan_mult(from, NULL);

    flow_settle();
    flow_is_refused(from);
    chan_tap(m, a, CHAN_CLOSE_IT);
    flow_put(from, "1");
    flow_takes(a, "1");
    ck_assert_int_eq(chan_untap(m, a), CHAN_OK);
    flow_settle();
    flow_is_refused(from);
    chan_tap(m, a, CHAN_CLOSE_IT);
    flow_put(from, "2");
    flow_takes(a, "2");
    chan_close(from);
    flow_is_closed(a);
    chan_mult_free(m);
    chan_drop(a);
    chan_drop(from);
}

FLOW_TEST(a_closed_tap_leaves_and_the_others_miss_nothing)
{
    struct chan *from = flow_new(), *a = flow_buffered(9), *b = flow_buffered(9),
                *reports;
    struct chan_mult *m = chan_mult(from, &reports);

    chan_tap(m, a, CHAN_CLOSE_IT);
    chan_tap(m, b, CHAN_CLOSE_IT);
    flow_put(from, "1");
    chan_close(a);
    flow_put(from, "2");
    flow_put(from, "3");
    chan_close(from);
    flow_drains(b, "[1,2,3]");
    flow_yields(reports, "{\"moved\":3}");
    chan_mult_free(m);
    chan_drop(a);
    chan_drop(b);
    chan_drop(from);
}

FLOW_TEST(a_value_that_the_last_tap_left_behind_waits_for_the_next_one)
{
    struct chan *from = flow_new(), *a = flow_new(), *b = flow_new(), *reports;
    struct chan_mult *m = chan_mult(from, &reports);

    chan_tap(m, a, CHAN_CLOSE_IT);
    chan_close(a);
    flow_put(from, "1");
    flow_settle();
    flow_is_refused(from);
    chan_tap(m, b, CHAN_CLOSE_IT);
    flow_takes(b, "1");
    chan_close(from);
    flow_is_closed(b);
    flow_yields(reports, "{\"moved\":1}");
    chan_mult_free(m);
    chan_drop(a);
    chan_drop(b);
    chan_drop(from);
}

FLOW_TEST(if_no_tap_can_come_any_more_it_is_told)
{
    struct chan *from = flow_new(), *a = flow_new(), *reports;
    struct chan_mult *m = chan_mult(from, &reports);

    chan_tap(m, a, CHAN_CLOSE_IT);
    chan_close(a);
    flow_put(from, "1");
    flow_settle();
    chan_mult_free(m);
    flow_yields(reports, "{\"moved\":0,\"undelivered\":[1],\"error\":\"closed\"}");
    chan_drop(a);
    chan_drop(from);
}

FLOW_TEST(local_and_remote_taps_go_together)
{
    struct chan *from = flow_far(flow_of("[1,2]")), *a = flow_new(), *reports;
    struct chan *b = flow_far(flow_new()), *c = flow_far(flow_new());
    struct chan_mult *m = chan_mult(from, &reports);

    chan_tap(m, a, CHAN_CLOSE_IT);
    chan_tap(m, b, CHAN_CLOSE_IT);
    chan_tap(m, c, CHAN_CLOSE_IT);
    flow_takes(b, "1");
    flow_takes(a, "1");
    flow_takes(c, "1");
    flow_fail(c, CHAN_LOST, NULL);
    flow_takes(a, "2");
    flow_takes(b, "2");
    flow_is_closed(a);
    flow_is_closed(b);
    flow_yields(reports, "{\"moved\":2,\"error\":\"lost\"}");
    chan_mult_free(m);
    chan_drop(a);
    chan_drop(b);
    chan_drop(c);
    chan_drop(from);
}

FLOW_TEST(a_source_that_is_lost_closes_the_taps)
{
    struct chan *from = flow_far(flow_new()), *a = flow_new(), *reports;
    struct chan_mult *m = chan_mult(from, &reports);

    chan_tap(m, a, CHAN_CLOSE_IT);
    flow_settle();
    flow_fail(from, CHAN_LOST, NULL);
    flow_is_closed(a);
    flow_yields(reports, "{\"moved\":0,\"error\":\"lost\"}");
    ck_assert_int_eq(chan_tap(m, a, CHAN_CLOSE_IT), CHAN_CLOSED);
    ck_assert_str_eq(chan_message(), "the channel is closed");
    chan_mult_free(m);
    chan_drop(a);
    chan_drop(from);
}

START_TEST(on_several_threads_all_taps_get_all_in_order)
{
    enum { TAPS = 5, VALUES = 300 };
    struct chan *from, *taps[TAPS], *arrays[TAPS], *reports;
    char expected[6 * VALUES] = "[";
    struct chan_mult *m;

    ck_assert_int_eq(chan_threads(4), CHAN_OK);
    from = flow_new();
    m = chan_mult(from, &reports);
    for (int i = 0; i < TAPS; i++) {
        taps[i] = i % 2 == 0 ? flow_new() : flow_buffered(i);
        ck_assert_int_eq(chan_tap(m, taps[i], CHAN_CLOSE_IT), CHAN_OK);
        arrays[i] = chan_into(taps[i], NULL);
    }
    for (int n = 0; n < VALUES; n++) {
        char value[16];

        snprintf(value, sizeof value, "%d", n);
        strcat(strcat(expected, n > 0 ? "," : ""), value);
        flow_put(from, value);
    }
    strcat(expected, "]");
    chan_close(from);
    for (int i = 0; i < TAPS; i++) {
        flow_yields(arrays[i], expected);
        chan_drop(taps[i]);
    }
    flow_yields(reports, "{\"moved\":300}");
    chan_mult_free(m);
    chan_drop(from);
}
END_TEST

/* Comes and goes while others are served. */
static char *tap_and_untap(void *arg)
{
    struct chan *to = flow_buffered(1000);

    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(chan_tap(arg, to, CHAN_LEAVE_IT), CHAN_OK);
        ck_assert_int_eq(chan_untap(arg, to), CHAN_OK);
    }
    chan_drop(to);
    return NULL;
}

START_TEST(taps_that_come_and_go_on_other_threads_disturb_nobody)
{
    struct chan *from, *stays, *guests[3], *array;
    struct chan_mult *m;

    ck_assert_int_eq(chan_threads(4), CHAN_OK);
    from = flow_new();
    stays = flow_new();
    m = chan_mult(from, NULL);
    chan_tap(m, stays, CHAN_CLOSE_IT);
    array = chan_into(stays, NULL);
    for (int i = 0; i < 3; i++)
        guests[i] = chan_go(tap_and_untap, m);
    for (int n = 0; n < 10; n++)
        flow_put(from, "1");
    for (int i = 0; i < 3; i++) {
        flow_is_closed(guests[i]);
        chan_drop(guests[i]);
    }
    chan_close(from);
    flow_yields(array, "[1,1,1,1,1,1,1,1,1,1]");
    chan_mult_free(m);
    chan_drop(stays);
    chan_drop(from);
}
END_TEST

START_TEST(a_tap_needs_a_mult_and_a_channel)
{
    struct chan *ch = flow_new();
    struct chan_mult *m = chan_mult(ch, NULL);

    ck_assert_ptr_null(chan_mult(NULL, NULL));
    ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "a mult needs a channel");
    ck_assert_int_eq(chan_tap(NULL, ch, CHAN_CLOSE_IT), CHAN_INVALID);
    ck_assert_int_eq(chan_tap(m, NULL, CHAN_CLOSE_IT), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "a tap needs a mult and a channel");
    ck_assert_int_eq(chan_untap(m, NULL), CHAN_INVALID);
    ck_assert_int_eq(chan_untap(NULL, ch), CHAN_INVALID);
    ck_assert_int_eq(chan_untap(m, ch), CHAN_OK);
    chan_mult_free(m);
    chan_mult_free(NULL);
    chan_drop(ch);
}
END_TEST

UNIT_MAIN("mult", every_tap_gets_every_value, without_a_tap_nothing_is_taken,
          a_closed_tap_leaves_and_the_others_miss_nothing,
          a_value_that_the_last_tap_left_behind_waits_for_the_next_one,
          if_no_tap_can_come_any_more_it_is_told, local_and_remote_taps_go_together,
          a_source_that_is_lost_closes_the_taps, a_tap_needs_a_mult_and_a_channel,
          on_several_threads_all_taps_get_all_in_order,
          taps_that_come_and_go_on_other_threads_disturb_nobody)
