/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include "bucket.h"
#include "unit.h"

#define S INT64_C(1000000000)

START_TEST(a_second_s_worth_may_come_at_once)
{
    struct bucket b = {0};

    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(bucket_take(&b, 100, 5 * S), 0);
    ck_assert_int_eq(bucket_take(&b, 100, 5 * S), S / 100);
}
END_TEST

START_TEST(turns_are_given_one_after_the_other)
{
    struct bucket b = {0};

    for (int i = 0; i < 10; i++)
        bucket_take(&b, 10, S);
    for (int i = 1; i <= 30; i++)
        ck_assert_int_eq(bucket_take(&b, 10, S), i * S / 10);
}
END_TEST

START_TEST(time_fills_it_again_but_not_beyond_a_second)
{
    struct bucket b = {0};

    for (int i = 0; i < 20; i++)
        bucket_take(&b, 10, S);
    ck_assert_int_gt(bucket_take(&b, 10, S), 0);
    ck_assert_int_eq(bucket_take(&b, 10, 3 * S), 0);
    for (int i = 0; i < 10; i++)
        ck_assert_int_eq(bucket_take(&b, 10, 3600 * S), 0);
    ck_assert_int_gt(bucket_take(&b, 10, 3600 * S), 0);
}
END_TEST

START_TEST(who_waits_for_his_turn_every_time_keeps_the_rate)
{
    struct bucket b = {0};
    int64_t now = S;

    for (int i = 0; i < 1000; i++)
        now += bucket_take(&b, 100, now);
    ck_assert_int_eq(now, S + (1000 - 100) * (S / 100));
}
END_TEST

START_TEST(another_rate_counts_from_then_on)
{
    struct bucket b = {0};

    ck_assert_int_eq(bucket_take(&b, 1, S), 0);
    ck_assert_int_eq(bucket_take(&b, 1, S), S);
    ck_assert_int_eq(bucket_take(&b, 1000, S), S + S / 1000);
    ck_assert_int_eq(bucket_take(&b, 1000000000, 10 * S), 0);
}
END_TEST

enum { THREADS = 4, TAKES = 20000 };

static void *take_many(void *arg)
{
    for (int i = 0; i < TAKES; i++)
        bucket_take(arg, 1000, S);
    return NULL;
}

START_TEST(threads_share_it_without_losing_a_turn)
{
    pthread_t threads[THREADS];
    struct bucket b = {0};

    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, take_many, &b), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(atomic_load(&b.full_ns), S + THREADS * TAKES * (S / 1000));
}
END_TEST

UNIT_MAIN("bucket", a_second_s_worth_may_come_at_once,
          turns_are_given_one_after_the_other,
          time_fills_it_again_but_not_beyond_a_second,
          who_waits_for_his_turn_every_time_keeps_the_rate,
          another_rate_counts_from_then_on, threads_share_it_without_losing_a_turn)
