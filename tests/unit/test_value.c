/* SPDX-License-Identifier: MIT */
#include "value.h"

#include "account.h"
#include "exact.h"
#include "starve.h"
#include "unit.h"

START_TEST(a_value_is_a_copy_of_its_bytes)
{
    char *bytes = exact_copy("{\"a\":1}", 7);
    struct value *v = value_new(slice_of(bytes, 7));

    ck_assert_ptr_nonnull(v);
    memset(bytes, 'x', 7);
    free(bytes);
    ck_assert(slice_is(value_slice(v), "{\"a\":1}"));
    value_drop(v);
}
END_TEST

START_TEST(any_bytes_are_a_value_and_so_are_none)
{
    static const char bytes[] = {'\0', '\n', (char)0xff, '\0'};
    struct value *v = value_new(slice_of(bytes, sizeof bytes));
    struct value *empty = value_new((struct slice){NULL, 0});

    ck_assert_ptr_nonnull(v);
    ck_assert(slice_equal(value_slice(v), slice_of(bytes, sizeof bytes)));
    ck_assert_ptr_nonnull(empty);
    ck_assert_uint_eq(value_slice(empty).len, 0);
    value_drop(v);
    value_drop(empty);
}
END_TEST

/* Freed early, AddressSanitizer sees the last look; never, it sees the leak. */
START_TEST(a_value_lives_until_its_last_reference_is_dropped)
{
    struct value *v = value_new(slice_text("shared"));

    ck_assert_ptr_nonnull(v);
    for (int i = 0; i < 100; i++)
        ck_assert_ptr_eq(value_hold(v), v);
    ck_assert_uint_eq(atomic_load(&v->refs), 101);
    for (int i = 0; i < 100; i++)
        value_drop(v);
    ck_assert_uint_eq(atomic_load(&v->refs), 1);
    ck_assert(slice_is(value_slice(v), "shared"));
    value_drop(v);
}
END_TEST

START_TEST(dropping_nothing_is_fine)
{
    ck_assert_int_eq(value_drop(NULL), 0);
}
END_TEST

START_TEST(the_last_reference_gives_back_what_a_value_weighs)
{
    struct value *v = value_new(slice_text("12345"));
    const int64_t weight = value_weight(v);

    ck_assert_int_eq(weight, weight_of(sizeof(struct value) + 5));
    ck_assert_int_eq(value_drop(value_hold(v)), 0);
    ck_assert_int_eq(value_drop(v), weight);
}
END_TEST

/* As malloc tells of what it gives, where it is glibc's. */
START_TEST(a_weight_is_what_malloc_takes)
{
    ck_assert_int_eq(weight_of(0), 32);
    ck_assert_int_eq(weight_of(24), 32);
    ck_assert_int_eq(weight_of(25), 48);
    ck_assert_int_eq(weight_of(40), 48);
    ck_assert_int_eq(weight_of(240), 256);
    ck_assert_int_eq(weight_of(WEIGHT_MAPPED - 1), WEIGHT_MAPPED + 16);
    ck_assert_int_eq(weight_of(WEIGHT_MAPPED), WEIGHT_MAPPED + WEIGHT_PAGE);
}
END_TEST

START_TEST(without_memory_there_is_no_value)
{
    struct value *v;

    starve_after(0);
    v = value_new(slice_text("x"));
    ck_assert_int_eq(starve_end(), 1);
    ck_assert_ptr_null(v);
}
END_TEST

START_TEST(a_value_is_on_its_account_until_it_is_gone)
{
    struct account account = {0};
    struct value *v = value_new(slice_text("12345")),
                 *free_of_charge = value_new(slice_text("1"));

    value_charge(v, &account);
    value_charge(free_of_charge, NULL);
    ck_assert_int_eq(atomic_load(&account.bytes), 5);
    value_drop(value_hold(v));
    value_drop(free_of_charge);
    ck_assert_int_eq(atomic_load(&account.bytes), 5);
    value_drop(v);
    ck_assert_int_eq(atomic_load(&account.bytes), 0);
}
END_TEST

START_TEST(a_discharged_value_is_on_no_account)
{
    struct account account = {0};
    struct value *v = value_new(slice_text("12345"));

    value_discharge(v);
    value_charge(v, &account);
    value_discharge(v);
    ck_assert_int_eq(atomic_load(&account.bytes), 0);
    value_drop(v);
    ck_assert_int_eq(atomic_load(&account.bytes), 0);
}
END_TEST

UNIT_MAIN("value", a_value_is_a_copy_of_its_bytes, any_bytes_are_a_value_and_so_are_none,
          a_value_lives_until_its_last_reference_is_dropped, dropping_nothing_is_fine,
          the_last_reference_gives_back_what_a_value_weighs,
          a_weight_is_what_malloc_takes, without_memory_there_is_no_value,
          a_value_is_on_its_account_until_it_is_gone, a_discharged_value_is_on_no_account)
