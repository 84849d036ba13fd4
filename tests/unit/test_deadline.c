/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "deadline.h"

START_TEST(a_deadline_lies_as_far_ahead_as_was_asked)
{
    const int64_t before = deadline_now_ns();
    const int64_t point = deadline_after_ms(250);
    const int64_t after = deadline_now_ns();

    ck_assert_int_ge(point, before + 250 * INT64_C(1000000));
    ck_assert_int_le(point, after + 250 * INT64_C(1000000));
}
END_TEST

START_TEST(negative_and_endless_waits_never_end)
{
    ck_assert_int_eq(deadline_after_ms(-1), DEADLINE_NEVER);
    ck_assert_int_eq(deadline_after_ms(INT64_MIN), DEADLINE_NEVER);
    ck_assert_int_eq(deadline_after_ms(INT64_MAX), DEADLINE_NEVER);
    ck_assert_int_eq(deadline_after_ms(INT64_MAX / 1000000), DEADLINE_NEVER);
    ck_assert_int_eq(deadline_poll_ms(DEADLINE_NEVER), -1);
}
END_TEST

START_TEST(a_point_in_the_past_is_not_waited_for)
{
    ck_assert_int_eq(deadline_poll_ms(0), 0);
    ck_assert_int_eq(deadline_poll_ms(deadline_now_ns()), 0);
}
END_TEST

START_TEST(what_is_left_is_rounded_up_and_fits_an_int)
{
    ck_assert_int_ge(deadline_poll_ms(deadline_now_ns() + 60 * INT64_C(1000000000)),
                     59000);
    ck_assert_int_eq(deadline_poll_ms(DEADLINE_NEVER - 1), INT_MAX);
    /* A moment ahead is a millisecond, not nothing: else a loop would spin. */
    ck_assert_int_le(deadline_poll_ms(deadline_now_ns() + 999), 1);
}
END_TEST

UNIT_MAIN("deadline", a_deadline_lies_as_far_ahead_as_was_asked,
          negative_and_endless_waits_never_end, a_point_in_the_past_is_not_waited_for,
          what_is_left_is_rounded_up_and_fits_an_int)
