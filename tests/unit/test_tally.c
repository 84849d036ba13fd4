/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "starve.h"
#include "tally.h"

#include <chan.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 20 };

/* A value that is sent, to be given back; it stays what it is when others are sent. */
static char *sent(struct tally *tally, uint32_t tag, int64_t now_ns)
{
    const char *value = tally_send(tally, tag, now_ns);
    char *copy;

    ck_assert_ptr_nonnull(value);
    copy = calloc(1, tally->size + 1);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, value, tally->size);
    return copy;
}

static enum tally_verdict receive(struct tally *tally, const char *value)
{
    struct parcel parcel;

    return tally_receive(tally, value, strlen(value), &parcel);
}

START_TEST(a_value_is_json_of_the_size_and_like_no_other)
{
    struct tally tally;

    for (size_t size = TALLY_SIZE_MIN; size < 100; size += 7) {
        char *first, *second;
        size_t offset;

        ck_assert(tally_init(&tally, size, 2));
        first = sent(&tally, 0, 0);
        second = sent(&tally, 0, 0);
        ck_assert_uint_eq(strlen(first), size);
        ck_assert_int_eq(chan_json_check(first, size, &offset), CHAN_OK);
        ck_assert_str_ne(first, second);
        free(first);
        free(second);
        tally_release(&tally);
    }
}
END_TEST

START_TEST(what_arrives_is_what_was_sent)
{
    struct parcel parcel;
    struct tally tally;
    char *first, *second;

    ck_assert(tally_init(&tally, SIZE, 10));
    first = sent(&tally, 7, 1000);
    second = sent(&tally, 8, 2000);
    ck_assert_uint_eq(tally.under_way, 2);
    ck_assert_int_eq(tally_receive(&tally, second, SIZE, &parcel), TALLY_EXPECTED);
    ck_assert_uint_eq(parcel.tag, 8);
    ck_assert_int_eq(parcel.sent_ns, 2000);
    ck_assert_int_eq(tally_receive(&tally, first, SIZE, &parcel), TALLY_EXPECTED);
    ck_assert_uint_eq(parcel.tag, 7);
    ck_assert_int_eq(parcel.sent_ns, 1000);
    ck_assert_uint_eq(tally.under_way, 0);
    free(first);
    free(second);
    tally_release(&tally);
}
END_TEST

START_TEST(a_value_that_comes_again_is_found_out)
{
    struct tally tally;
    char *first, *later;

    ck_assert(tally_init(&tally, SIZE, 1));
    first = sent(&tally, 0, 0);
    ck_assert_int_eq(receive(&tally, first), TALLY_EXPECTED);
    ck_assert_int_eq(receive(&tally, first), TALLY_REPEATED);
    later = sent(&tally, 0, 0); /* in the place of the first */
    ck_assert_int_eq(receive(&tally, first), TALLY_REPEATED);
    ck_assert_uint_eq(tally.under_way, 1);
    ck_assert_int_eq(receive(&tally, later), TALLY_EXPECTED);
    free(first);
    free(later);
    tally_release(&tally);
}
END_TEST

START_TEST(a_value_that_was_altered_in_any_byte_is_not_expected)
{
    struct tally tally;
    char *value;

    ck_assert(tally_init(&tally, SIZE, 4));
    value = sent(&tally, 0, 0);
    for (size_t i = 0; i < SIZE; i++) {
        const char byte = value[i];

        value[i] = byte == '3' ? '5' : '3';
        ck_assert_int_ne(receive(&tally, value), TALLY_EXPECTED);
        value[i] = byte;
    }
    ck_assert_int_eq(receive(&tally, value), TALLY_EXPECTED);
    free(value);
    tally_release(&tally);
}
END_TEST

START_TEST(a_value_that_nobody_put_is_strange)
{
    static const char *const values[] = {
        "",
        "7",
        "\"00000000.........\"",
        "\"00000000...........\"",
        "\"0000000G..........\"",
        "\"0000000A..........\"",
        "\"00000005..........\"",
        "\"00000000.........\"\"",
    };
    struct tally tally;

    ck_assert(tally_init(&tally, SIZE, 4));
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        ck_assert_msg(receive(&tally, values[i]) == TALLY_STRANGE, "%s", values[i]);
    ck_assert_int_eq(tally_receive(&tally, NULL, 0, NULL), TALLY_STRANGE);
    tally_release(&tally);
}
END_TEST

START_TEST(no_more_than_planned_are_under_way)
{
    struct tally tally;
    char *values[5];

    ck_assert(tally_init(&tally, SIZE, 5));
    for (size_t i = 0; i < 5; i++)
        values[i] = sent(&tally, 0, 0);
    ck_assert_ptr_null(tally_send(&tally, 0, 0));
    ck_assert_int_eq(receive(&tally, values[3]), TALLY_EXPECTED);
    free(values[3]);
    values[3] = sent(&tally, 0, 0);
    ck_assert_ptr_null(tally_send(&tally, 0, 0));
    for (size_t i = 0; i < 5; i++) {
        ck_assert_int_eq(receive(&tally, values[i]), TALLY_EXPECTED);
        free(values[i]);
    }
    ck_assert_uint_eq(tally.under_way, 0);
    tally_release(&tally);
}
END_TEST

START_TEST(one_that_is_late_keeps_its_place_while_others_pass)
{
    struct tally tally;
    char *late, *next;

    ck_assert(tally_init(&tally, SIZE, 3));
    late = sent(&tally, 9, 0);
    for (int i = 0; i < 1000; i++) {
        next = sent(&tally, 0, 0);
        ck_assert_int_eq(receive(&tally, next), TALLY_EXPECTED);
        free(next);
    }
    ck_assert_int_eq(receive(&tally, late), TALLY_EXPECTED);
    free(late);
    tally_release(&tally);
}
END_TEST

START_TEST(serials_may_begin_anew)
{
    struct tally tally;
    char *before, *after;

    ck_assert(tally_init(&tally, SIZE, 4));
    tally.next = UINT32_MAX;
    before = sent(&tally, 1, 0);
    after = sent(&tally, 2, 0);
    ck_assert_str_eq(before, "\"ffffffff..........\"");
    ck_assert_str_eq(after, "\"00000000..........\"");
    ck_assert_int_eq(receive(&tally, after), TALLY_EXPECTED);
    ck_assert_int_eq(receive(&tally, before), TALLY_EXPECTED);
    ck_assert_int_eq(receive(&tally, before), TALLY_REPEATED);
    free(before);
    free(after);
    tally_release(&tally);
}
END_TEST

START_TEST(without_memory_there_is_no_tally)
{
    struct tally tally;

    for (long n = 0; n < 2; n++) {
        bool made;

        starve_after(n);
        made = tally_init(&tally, SIZE, 100);
        ck_assert_int_gt(starve_end(), 0);
        ck_assert(!made);
        tally_release(&tally);
    }
}
END_TEST

UNIT_MAIN("tally", a_value_is_json_of_the_size_and_like_no_other,
          what_arrives_is_what_was_sent, a_value_that_comes_again_is_found_out,
          a_value_that_was_altered_in_any_byte_is_not_expected,
          a_value_that_nobody_put_is_strange, no_more_than_planned_are_under_way,
          one_that_is_late_keeps_its_place_while_others_pass, serials_may_begin_anew,
          without_memory_there_is_no_tally)
