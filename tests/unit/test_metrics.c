/* SPDX-License-Identifier: MIT */
#include "metrics.h"
#include "unit.h"

#include <pthread.h>
#include <string.h>

START_TEST(every_metric_has_a_name_of_its_own)
{
    for (int i = 0; i < METRIC_COUNT; i++) {
        ck_assert_uint_gt(strlen(metrics_name((enum metric)i)), 0);
        for (int j = 0; j < i; j++)
            ck_assert_str_ne(metrics_name((enum metric)i), metrics_name((enum metric)j));
    }
}
END_TEST

START_TEST(names_are_those_of_the_table)
{
    ck_assert_str_eq(metrics_name(METRIC_connections), "connections");
    ck_assert_str_eq(metrics_name(METRIC_refused_total), "refused_total");
    ck_assert_str_eq(metrics_name(METRIC_sent_bytes), "sent_bytes");
}
END_TEST

START_TEST(counts_are_independent_and_go_both_ways)
{
    struct metrics m = {0};

    metrics_add(&m, METRIC_connections, 5);
    metrics_add(&m, METRIC_connections, -2);
    metrics_add(&m, METRIC_sent_bytes, INT64_C(5000000000));
    ck_assert_int_eq(metrics_get(&m, METRIC_connections), 3);
    ck_assert_int_eq(metrics_get(&m, METRIC_sent_bytes), INT64_C(5000000000));
    ck_assert_int_eq(metrics_get(&m, METRIC_requests_total), 0);
}
END_TEST

static void *count_up(void *arg)
{
    for (int i = 0; i < 100000; i++)
        metrics_add(arg, METRIC_requests_total, 1);
    return NULL;
}

START_TEST(no_count_is_lost_between_threads)
{
    struct metrics m = {0};
    pthread_t threads[3];

    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, count_up, &m), 0);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(metrics_get(&m, METRIC_requests_total), 300000);
}
END_TEST

UNIT_MAIN("metrics", every_metric_has_a_name_of_its_own, names_are_those_of_the_table,
          counts_are_independent_and_go_both_ways, no_count_is_lost_between_threads)
