/* SPDX-License-Identifier: MIT */
#include "budget.h"

#include <stdlib.h>
#include "resident.h"
#include "unit.h"

enum { MIB = 1 << 20 };

/* All of its pages are in use, whatever the compiler thinks of it. */
static void touch(volatile char *room, size_t size)
{
    for (size_t i = 0; i < size; i += 4096)
        room[i] = 1;
}

START_TEST(what_is_held_inside_and_out_is_one_sum)
{
    struct budget b = {0};

    atomic_store(&b.most, 1000);
    atomic_store(&b.inside, 600);
    budget_hold(&b, 500);
    budget_hold(&b, -100);
    ck_assert_int_eq(budget_total(&b), 1000);
    ck_assert_int_eq(budget_outside(&b), 400);
    ck_assert(budget_has_room(&b, RESERVE_VALUES, RESERVE_VALUES));
    ck_assert(!budget_has_room(&b, RESERVE_VALUES, RESERVE_VALUES + 1));
    ck_assert(budget_has_room(&b, RESERVE_REQUESTS, RESERVE_REQUESTS));
    ck_assert(!budget_has_room(&b, RESERVE_REQUESTS, RESERVE_REQUESTS + 1));
    ck_assert(budget_has_room(&b, RESERVE_OUTPUT, RESERVE_OUTPUT));
    ck_assert(!budget_has_room(&b, RESERVE_OUTPUT, RESERVE_OUTPUT + 1));
}
END_TEST

START_TEST(reserves_are_as_takes_need_them_where_puts_are_refused)
{
    ck_assert_int_lt(RESERVE_VALUES, RESERVE_REQUESTS);
    ck_assert_int_lt(RESERVE_REQUESTS, RESERVE_OUTPUT);
    ck_assert_int_le(RESERVE_OUTPUT, 64000000 / 2 + 2 * MIB);
}
END_TEST

/* Nothing of the following can be known where a sanitizer takes what it likes. */

START_TEST(what_nothing_explains_is_lost_until_it_has_gone)
{
    enum { SIZE = 80 * MIB };
    struct budget b = {.workers = 1};
    char *room = malloc(SIZE);

    ck_assert_ptr_nonnull(room);
    touch(room, SIZE);
    budget_measure(&b, 1);
    if (!RESIDENT_SANITIZED) {
        ck_assert(budget_has_lost(&b));
        ck_assert_int_gt(budget_total(&b), SIZE - 32 * MIB);
        ck_assert_int_lt(budget_total(&b), SIZE);
        ck_assert(!budget_has_room(&b, RESERVE_OUTPUT, 0));
    }
    free(room);
    budget_measure(&b, 2);
    ck_assert(!budget_has_lost(&b));
    ck_assert_int_eq(budget_total(&b), 0);
}
END_TEST

START_TEST(what_is_held_is_not_lost)
{
    enum { SIZE = 80 * MIB };
    struct budget b = {.workers = 1};
    char *room = malloc(SIZE);

    ck_assert_ptr_nonnull(room);
    touch(room, SIZE);
    budget_hold(&b, SIZE);
    budget_measure(&b, 1);
    ck_assert(!budget_has_lost(&b));
    budget_hold(&b, -SIZE);
    atomic_store(&b.most, 4 * (int64_t)SIZE);
    budget_measure(&b, 2); /* a quarter of the most is allowed for */
    ck_assert(!budget_has_lost(&b));
    free(room);
}
END_TEST

/* Every second block in use keeps the heap from shrinking at its end, but not from it. */
START_TEST(free_pages_are_given_back_before_they_count_as_lost)
{
    enum { COUNT = 2000, BLOCK = 48 * 1024 };
    static char *blocks[COUNT];
    struct budget b = {.workers = 1};

    for (int i = 0; i < COUNT; i++) {
        blocks[i] = malloc(BLOCK);
        ck_assert_ptr_nonnull(blocks[i]);
        touch(blocks[i], BLOCK);
    }
    for (int i = 0; i < COUNT - 1; i++)
        if (i % 10 != 9) {
            free(blocks[i]);
            blocks[i] = NULL;
        }
    budget_measure(&b, 1);
    ck_assert(!budget_has_lost(&b));
    for (int i = 0; i < COUNT; i++)
        free(blocks[i]);
}
END_TEST

START_TEST(what_was_freed_is_given_back_when_it_was_much)
{
    const int64_t s = INT64_C(1000000000);
    struct budget b = {.workers = 1, .most = INT64_C(1) << 40};

    atomic_store(&b.inside, 100 * MIB);
    budget_measure(&b, 1 * s);
    budget_tidy(&b, 2 * s);
    ck_assert_int_eq(atomic_load(&b.trimmed_ns), 0);
    atomic_store(&b.inside, 85 * MIB);
    budget_tidy(&b, 3 * s);
    ck_assert_int_eq(atomic_load(&b.trimmed_ns), 0);
    atomic_store(&b.inside, 84 * MIB);
    budget_tidy(&b, 4 * s);
    ck_assert_int_eq(atomic_load(&b.trimmed_ns), 4 * s);
    for (int i = 0; i < 3; i++) { /* who comes and goes all the time is left alone */
        atomic_store(&b.inside, 200 * MIB);
        budget_measure(&b, 5 * s);
        atomic_store(&b.inside, 84 * MIB);
        budget_tidy(&b, (5 + i) * s);
        ck_assert_int_eq(atomic_load(&b.trimmed_ns), 4 * s);
    }
    budget_tidy(&b, 9 * s);
    ck_assert_int_eq(atomic_load(&b.trimmed_ns), 9 * s);
    budget_tidy(&b, 20 * s);
    ck_assert_int_eq(atomic_load(&b.trimmed_ns), 9 * s);
}
END_TEST

START_TEST(the_heap_is_not_looked_at_all_the_time)
{
    enum { SIZE = 80 * MIB };
    const int64_t s = INT64_C(1000000000);
    struct budget b = {.workers = 1};
    char *room = malloc(SIZE);

    ck_assert_ptr_nonnull(room);
    touch(room, SIZE);
    atomic_store(&b.inside, 40 * MIB);
    budget_measure(&b, 1 * s);
    if (!RESIDENT_SANITIZED) {
        ck_assert_int_eq(atomic_load(&b.trimmed_ns), 1 * s);
        budget_measure(&b, 2 * s);
        ck_assert_int_eq(atomic_load(&b.trimmed_ns), 1 * s);
        atomic_store(&b.inside, 20 * MIB); /* much was freed */
        budget_measure(&b, 3 * s);
        ck_assert_int_eq(atomic_load(&b.trimmed_ns), 3 * s);
        budget_measure(&b, 7 * s);
        ck_assert_int_eq(atomic_load(&b.trimmed_ns), 3 * s);
        budget_measure(&b, 8 * s);
        ck_assert_int_eq(atomic_load(&b.trimmed_ns), 8 * s);
    }
    free(room);
}
END_TEST

UNIT_MAIN("budget", what_is_held_inside_and_out_is_one_sum,
          reserves_are_as_takes_need_them_where_puts_are_refused,
          what_nothing_explains_is_lost_until_it_has_gone, what_is_held_is_not_lost,
          free_pages_are_given_back_before_they_count_as_lost,
          what_was_freed_is_given_back_when_it_was_much,
          the_heap_is_not_looked_at_all_the_time)
