/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "backoff.h"

#include <stdbool.h>

START_TEST(each_wait_is_twice_the_last_up_to_the_most)
{
    static const int64_t due[] = {10, 20, 40, 80, 100, 100, 100};
    struct backoff b = {.min_ms = 10, .max_ms = 100};

    for (size_t i = 0; i < sizeof due / sizeof *due; i++)
        ck_assert_int_eq(backoff_next_ms(&b, 0), due[i]);
}
END_TEST

START_TEST(a_random_part_of_up_to_a_half_is_left_out)
{
    bool seen[51] = {false};

    for (uint64_t random = 0; random < 1000; random++) {
        struct backoff b = {.min_ms = 100, .max_ms = 1000};
        const int64_t ms = backoff_next_ms(&b, random);

        ck_assert_int_ge(ms, 50);
        ck_assert_int_le(ms, 100);
        seen[ms - 50] = true;
        /* What follows does not depend on it. */
        ck_assert_int_eq(backoff_next_ms(&b, 0), 200);
    }
    for (size_t i = 0; i < sizeof seen; i++)
        ck_assert(seen[i]);
}
END_TEST

START_TEST(a_success_begins_anew)
{
    struct backoff b = {.min_ms = 1, .max_ms = 1000};

    for (int i = 0; i < 5; i++)
        backoff_next_ms(&b, UINT64_MAX);
    backoff_reset(&b);
    ck_assert_int_eq(backoff_next_ms(&b, 0), 1);
    ck_assert_int_eq(backoff_next_ms(&b, 0), 2);
}
END_TEST

START_TEST(the_least_is_the_most)
{
    struct backoff b = {.min_ms = 7, .max_ms = 7};

    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(backoff_next_ms(&b, 0), 7);
}
END_TEST

START_TEST(long_waits_do_not_overflow)
{
    const int64_t most = INT64_C(1) << 53;
    struct backoff b = {.min_ms = 1, .max_ms = most};

    for (int i = 0; i < 100; i++)
        ck_assert_int_ge(backoff_next_ms(&b, UINT64_MAX), 1);
    ck_assert_int_eq(backoff_next_ms(&b, 0), most);
}
END_TEST

UNIT_MAIN("backoff", each_wait_is_twice_the_last_up_to_the_most,
          a_random_part_of_up_to_a_half_is_left_out, a_success_begins_anew,
          the_least_is_the_most, long_waits_do_not_overflow)
