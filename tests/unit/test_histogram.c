/* SPDX-License-Identifier: MIT */
/* Percentiles, held against sorted numbers. */
#include "unit.h"
#include "histogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double shares[] = {0.0001, 0.1, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0};

enum { SHARES = sizeof shares / sizeof *shares };

static struct histogram *empty(void)
{
    struct histogram *h = calloc(1, sizeof *h);

    ck_assert_ptr_nonnull(h);
    return h;
}

static int compare(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* The number at that rank, and no more than 1/64 above it. */
static void expect_sorted(const struct histogram *h, int64_t *numbers, size_t count)
{
    qsort(numbers, count, sizeof *numbers, compare);
    for (size_t i = 0; i < SHARES; i++) {
        const size_t rank = (size_t)ceil(shares[i] * (double)count);
        const int64_t exact = numbers[rank > 0 ? rank - 1 : 0];
        const int64_t told = histogram_percentile(h, shares[i]);

        ck_assert_int_ge(told, exact);
        ck_assert_int_le(told, exact + exact / 64);
    }
}

START_TEST(percentiles_are_those_of_the_sorted_numbers)
{
    enum { COUNT = 20000 };
    int64_t *numbers = calloc(COUNT, sizeof *numbers);
    uint64_t random = 42;

    for (int shift = 22; shift <= 62; shift += 10) { /* from large numbers to small */
        struct histogram *h = empty();

        for (size_t i = 0; i < COUNT; i++) {
            random = random * 6364136223846793005 + 1442695040888963407;
            numbers[i] = (int64_t)(random >> shift >> (i % 7));
            histogram_add(h, numbers[i]);
        }
        ck_assert_uint_eq(h->count, COUNT);
        expect_sorted(h, numbers, COUNT);
        free(h);
    }
    free(numbers);
}
END_TEST

START_TEST(small_numbers_are_exact)
{
    struct histogram *h = empty();

    for (int64_t n = 0; n < 128; n++)
        histogram_add(h, n);
    for (int64_t n = 0; n < 128; n++)
        ck_assert_int_eq(histogram_percentile(h, (double)(n + 1) / 128), n);
    free(h);
}
END_TEST

START_TEST(every_number_lies_in_a_bucket_that_is_near)
{
    for (int power = 0; power < HISTOGRAM_POWERS; power++)
        for (int64_t off = -1; off <= 1; off++) {
            struct histogram *h = empty();
            const int64_t n = (INT64_C(1) << power) + off;

            histogram_add(h, n);
            ck_assert_int_ge(histogram_percentile(h, 1), n);
            ck_assert_int_le(histogram_percentile(h, 1), n + n / 64);
            free(h);
        }
}
END_TEST

START_TEST(numbers_out_of_range_count_as_the_nearest)
{
    struct histogram *h = empty();

    histogram_add(h, -5);
    ck_assert_int_eq(histogram_percentile(h, 1), 0);
    histogram_add(h, INT64_MAX);
    ck_assert_int_eq(histogram_percentile(h, 0.5), 0);
    ck_assert_int_eq(histogram_percentile(h, 1), HISTOGRAM_NS_MAX);
    ck_assert_uint_eq(h->count, 2);
    free(h);
}
END_TEST

START_TEST(an_empty_histogram_says_0)
{
    struct histogram *h = empty();

    for (size_t i = 0; i < SHARES; i++)
        ck_assert_int_eq(histogram_percentile(h, shares[i]), 0);
    free(h);
}
END_TEST

START_TEST(a_rank_is_rounded_up)
{
    struct histogram *h = empty();

    for (int64_t n = 1; n <= 3; n++)
        histogram_add(h, n);
    ck_assert_int_eq(histogram_percentile(h, 1.0 / 3), 1);
    ck_assert_int_eq(histogram_percentile(h, 0.34), 2);
    ck_assert_int_eq(histogram_percentile(h, 0.67), 3);
    free(h);
}
END_TEST

UNIT_MAIN("histogram", percentiles_are_those_of_the_sorted_numbers,
          small_numbers_are_exact, every_number_lies_in_a_bucket_that_is_near,
          numbers_out_of_range_count_as_the_nearest, an_empty_histogram_says_0,
          a_rank_is_rounded_up)
