/* SPDX-License-Identifier: MIT */
#include "buffer.h"

#include <stdio.h>
#include "exact.h"
#include "starve.h"
#include "unit.h"

static struct value *number_value(int number)
{
    char text[16];
    struct value *v;

    snprintf(text, sizeof text, "%d", number);
    v = value_new(slice_text(text));
    ck_assert_ptr_nonnull(v);
    return v;
}

/* The number, whose reference it takes; -1 for none. */
static int value_number(struct value *v)
{
    char text[16] = "-1";

    if (v) {
        memcpy(text, v->bytes, v->len);
        text[v->len] = '\0';
    }
    value_drop(v);
    return atoi(text);
}

/* Pushes a number; the one that fell out, or -1. */
static int push(struct buffer *b, int number)
{
    struct value *fallen = NULL;

    ck_assert(buffer_push(b, number_value(number), &fallen));
    return value_number(fallen);
}

static int take(struct buffer *b)
{
    return value_number(buffer_take(b));
}

static struct buffer buffer_of(enum kind kind, uint32_t size)
{
    struct buffer b;

    buffer_init(&b, kind, size);
    return b;
}

START_TEST(an_empty_buffer_has_room_unless_it_is_none)
{
    static const enum buffer_fate fates[KIND_COUNT] = {
        [KIND_NONE] = BUFFER_PARK,    [KIND_FIXED] = BUFFER_KEEP,
        [KIND_SLIDING] = BUFFER_KEEP, [KIND_DROPPING] = BUFFER_KEEP,
        [KIND_PROMISE] = BUFFER_KEEP,
    };

    for (int kind = 0; kind < KIND_COUNT; kind++) {
        struct buffer b = buffer_of((enum kind)kind, 3);

        ck_assert_int_eq(buffer_fate(&b), fates[kind]);
        ck_assert_uint_eq(b.count, 0);
        ck_assert_ptr_null(b.ring);
        ck_assert_int_eq(buffer_stays(&b), kind == KIND_PROMISE);
        ck_assert_ptr_null(buffer_falling(&b));
        buffer_release(&b);
    }
}
END_TEST

START_TEST(a_full_buffer_does_as_its_kind_does)
{
    static const enum buffer_fate fates[KIND_COUNT] = {
        [KIND_FIXED] = BUFFER_PARK,
        [KIND_SLIDING] = BUFFER_SLIDE,
        [KIND_DROPPING] = BUFFER_DISCARD,
        [KIND_PROMISE] = BUFFER_DISCARD,
    };

    for (int kind = KIND_FIXED; kind < KIND_COUNT; kind++) {
        struct buffer b = buffer_of((enum kind)kind, 2);

        push(&b, 1);
        if (kind != KIND_PROMISE) {
            ck_assert_int_eq(buffer_fate(&b), BUFFER_KEEP);
            push(&b, 2);
        }
        ck_assert_int_eq(buffer_fate(&b), fates[kind]);
        buffer_release(&b);
    }
}
END_TEST

START_TEST(values_leave_in_the_order_in_which_they_came)
{
    struct buffer b = buffer_of(KIND_FIXED, 3);

    push(&b, 1);
    push(&b, 2);
    ck_assert_int_eq(take(&b), 1);
    push(&b, 3);
    push(&b, 4);
    for (int i = 2; i <= 4; i++)
        ck_assert_int_eq(take(&b), i);
    ck_assert_uint_eq(b.count, 0);
    buffer_release(&b);
}
END_TEST

START_TEST(what_slides_out_is_the_oldest)
{
    struct buffer b = buffer_of(KIND_SLIDING, 2);

    ck_assert_int_eq(push(&b, 100), -1);
    ck_assert_int_eq(push(&b, 2), -1);
    ck_assert_uint_eq(buffer_falling(&b)->len, 3);
    ck_assert_int_eq(push(&b, 3), 100);
    ck_assert_uint_eq(buffer_falling(&b)->len, 1);
    ck_assert_int_eq(push(&b, 4), 2);
    ck_assert_int_eq(take(&b), 3);
    ck_assert_ptr_null(buffer_falling(&b));
    ck_assert_int_eq(take(&b), 4);
    buffer_release(&b);
}
END_TEST

START_TEST(a_kept_promise_is_kept_for_everybody)
{
    struct buffer b = buffer_of(KIND_PROMISE, 0);
    struct value *first, *second;

    push(&b, 7);
    first = buffer_take(&b);
    second = buffer_take(&b);
    ck_assert_ptr_eq(first, second);
    ck_assert_uint_eq(b.count, 1);
    buffer_release(&b);
    ck_assert_int_eq(value_number(first), 7);
    ck_assert_int_eq(value_number(second), 7);
}
END_TEST

START_TEST(a_size_counts_for_the_sized_kinds_only)
{
    struct buffer none = buffer_of(KIND_NONE, 9), promise = buffer_of(KIND_PROMISE, 9);

    ck_assert_uint_eq(none.size, 0);
    ck_assert_uint_eq(promise.size, 1);
    buffer_release(&none);
    buffer_release(&promise);
}
END_TEST

START_TEST(room_grows_with_what_comes_and_no_further_than_the_size)
{
    struct buffer b = buffer_of(KIND_FIXED, 1000000000), small = buffer_of(KIND_FIXED, 6);

    push(&b, 1);
    ck_assert_uint_le(b.cap, 64);
    for (int i = 0; i < 6; i++)
        push(&small, i);
    ck_assert_uint_eq(small.cap, 6);
    ck_assert_int_eq(buffer_fate(&small), BUFFER_PARK);
    buffer_release(&b);
    buffer_release(&small);
}
END_TEST

START_TEST(a_burst_does_not_hold_its_room_for_ever)
{
    struct buffer b = buffer_of(KIND_FIXED, 1000);

    for (int i = 0; i < 1000; i++)
        push(&b, i);
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(take(&b), i);
    ck_assert_uint_eq(b.cap, 0);
    ck_assert_ptr_null(b.ring);
    push(&b, 1);
    ck_assert_int_eq(take(&b), 1);
    buffer_release(&b);
}
END_TEST

START_TEST(what_the_next_push_takes_is_known_before)
{
    struct buffer b = buffer_of(KIND_SLIDING, 100);
    int64_t room = 0;

    for (int i = 0; i < 200; i++) {
        room += buffer_growth(&b);
        push(&b, i);
        ck_assert_int_eq(room, buffer_room(b.cap));
    }
    ck_assert_int_eq(room, buffer_room(100));
    ck_assert_int_eq(buffer_release(&b),
                     room + 100 * weight_of(sizeof(struct value) + 3));
    ck_assert_int_eq(buffer_release(&b), 0);
}
END_TEST

START_TEST(a_released_buffer_is_empty_and_of_use)
{
    struct buffer b = buffer_of(KIND_SLIDING, 3);

    for (int i = 0; i < 5; i++)
        push(&b, i);
    buffer_release(&b);
    ck_assert_uint_eq(b.count, 0);
    ck_assert_int_eq(buffer_fate(&b), BUFFER_KEEP);
    push(&b, 9);
    ck_assert_int_eq(take(&b), 9);
    buffer_release(&b);
}
END_TEST

START_TEST(without_memory_a_push_changes_nothing)
{
    struct buffer b = buffer_of(KIND_FIXED, 100);
    struct value *fallen = NULL;
    long refused = 0;

    for (int i = 0; i < 100; i++) {
        struct value *v = number_value(i);

        starve_after(0);
        if (buffer_push(&b, v, &fallen)) {
            starve_end();
            continue;
        }
        refused += starve_end();
        ck_assert_uint_eq(b.count, (uint32_t)i);
        ck_assert_uint_eq(atomic_load(&v->refs), 1);
        ck_assert(buffer_push(&b, v, &fallen));
    }
    ck_assert_int_gt(refused, 1);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(take(&b), i);
    buffer_release(&b);
}
END_TEST

/* A buffer that was full has the room for one value more as soon as one has left. */
START_TEST(what_was_full_and_lost_one_takes_one_without_memory)
{
    for (uint32_t size = 1; size < 200; size++) {
        struct buffer b = buffer_of(KIND_FIXED, size);
        struct value *v = number_value(9), *fallen = NULL;
        bool pushed;

        for (uint32_t i = 0; i < size; i++)
            push(&b, 1);
        take(&b);
        starve_after(0);
        pushed = buffer_push(&b, v, &fallen);
        ck_assert_int_eq(starve_end(), 0);
        ck_assert(pushed);
        buffer_release(&b);
    }
}
END_TEST

/* ---- against an array ---- */

START_TEST(random_traffic_agrees_with_an_array)
{
    uint64_t random = 4;

    for (uint32_t size = 1; size < 20; size++) {
        struct buffer b = buffer_of(size % 2 ? KIND_SLIDING : KIND_FIXED, size);
        int held[20], count = 0;

        for (int step = 0; step < 2000; step++) {
            if (exact_below(&random, 2) && buffer_fate(&b) != BUFFER_PARK) {
                int fallen = push(&b, step);

                if (count == (int)size) {
                    ck_assert_int_eq(fallen, held[0]);
                    memmove(held, held + 1, (size_t)--count * sizeof *held);
                } else {
                    ck_assert_int_eq(fallen, -1);
                }
                held[count++] = step;
            } else if (count > 0) {
                ck_assert_int_eq(take(&b), held[0]);
                memmove(held, held + 1, (size_t)--count * sizeof *held);
            }
            ck_assert_uint_eq(b.count, (uint32_t)count);
        }
        buffer_release(&b);
    }
}
END_TEST

UNIT_MAIN("buffer", an_empty_buffer_has_room_unless_it_is_none,
          a_full_buffer_does_as_its_kind_does,
          values_leave_in_the_order_in_which_they_came, what_slides_out_is_the_oldest,
          a_kept_promise_is_kept_for_everybody, a_size_counts_for_the_sized_kinds_only,
          room_grows_with_what_comes_and_no_further_than_the_size,
          a_burst_does_not_hold_its_room_for_ever,
          what_the_next_push_takes_is_known_before, a_released_buffer_is_empty_and_of_use,
          without_memory_a_push_changes_nothing,
          what_was_full_and_lost_one_takes_one_without_memory,
          random_traffic_agrees_with_an_array)
