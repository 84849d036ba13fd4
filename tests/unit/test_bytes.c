/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "bytes.h"
#include "starve.h"

#include <stdint.h>
#include <string.h>

START_TEST(bytes_grow_at_the_end)
{
    struct bytes b = {0};

    for (int i = 0; i < 1000; i++)
        ck_assert(bytes_add(&b, "0123456789", 10));
    ck_assert_uint_eq(b.len, 10000);
    for (size_t i = 0; i < b.len; i++)
        if (b.data[i] != (char)('0' + i % 10))
            ck_abort_msg("byte %zu", i);
    bytes_release(&b);
    ck_assert_ptr_null(b.data);
    ck_assert_uint_eq(b.len, 0);
}
END_TEST

START_TEST(nothing_can_be_added)
{
    struct bytes b = {0};

    ck_assert(bytes_add(&b, NULL, 0));
    ck_assert_uint_eq(b.len, 0);
    bytes_release(&b);
    bytes_release(&b);
}
END_TEST

START_TEST(room_is_made_without_being_filled)
{
    struct bytes b = {0};
    char *room = bytes_reserve(&b, 5000);

    ck_assert_ptr_eq(room, b.data);
    ck_assert_uint_ge(b.cap, 5000);
    ck_assert_uint_eq(b.len, 0);
    memset(room, 'x', 5000);
    b.len = 10;
    ck_assert_ptr_eq(bytes_reserve(&b, 10), b.data + 10);
    bytes_release(&b);
}
END_TEST

START_TEST(the_front_can_be_taken_off)
{
    struct bytes b = {0};

    ck_assert(bytes_add(&b, "abcdef", 6));
    bytes_drop(&b, 0);
    bytes_drop(&b, 2);
    ck_assert_uint_eq(b.len, 4);
    ck_assert_int_eq(memcmp(b.data, "cdef", 4), 0);
    bytes_drop(&b, 4);
    ck_assert_uint_eq(b.len, 0);
    bytes_release(&b);
    bytes_drop(&b, 0);
}
END_TEST

START_TEST(more_than_there_can_be_is_refused)
{
    struct bytes b = {0};
    char *room;

    ck_assert(bytes_add(&b, "abc", 3));
    ck_assert_ptr_null(bytes_reserve(&b, SIZE_MAX));
    ck_assert_ptr_null(bytes_reserve(&b, SIZE_MAX / 2));
    starve_after(0);
    room = bytes_reserve(&b, 100000);
    starve_end();
    ck_assert_ptr_null(room);
    ck_assert_uint_eq(b.len, 3);
    ck_assert_int_eq(memcmp(b.data, "abc", 3), 0);
    bytes_release(&b);
}
END_TEST

UNIT_MAIN("bytes", bytes_grow_at_the_end, nothing_can_be_added,
          room_is_made_without_being_filled, the_front_can_be_taken_off,
          more_than_there_can_be_is_refused)
