/* SPDX-License-Identifier: MIT */
#include "backlog.h"

#include <stdlib.h>
#include <string.h>
#include "starve.h"
#include "unit.h"

static struct backlog *filled(const char *text)
{
    struct backlog *b = backlog_new();

    ck_assert_ptr_nonnull(b);
    text_add_slice(&b->text, slice_text(text));
    return b;
}

static void rest_is(const struct backlog *b, const char *text)
{
    ck_assert(slice_equal(backlog_rest(b), slice_text(text)));
}

START_TEST(nothing_waits_in_no_backlog)
{
    ck_assert_uint_eq(backlog_rest(NULL).len, 0);
    backlog_free(NULL);
}
END_TEST

START_TEST(nothing_waits_in_a_new_backlog)
{
    struct backlog *b = backlog_new();

    ck_assert_uint_eq(backlog_rest(b).len, 0);
    backlog_free(b);
}
END_TEST

START_TEST(what_was_added_waits)
{
    struct backlog *b = filled("one\ntwo\n");

    rest_is(b, "one\ntwo\n");
    backlog_free(b);
}
END_TEST

START_TEST(what_was_sent_waits_no_more)
{
    struct backlog *b = filled("one\ntwo\n");

    backlog_consume(b, 4);
    rest_is(b, "two\n");
    backlog_consume(b, 4);
    ck_assert_uint_eq(backlog_rest(b).len, 0);
    backlog_free(b);
}
END_TEST

START_TEST(what_is_added_comes_behind_what_waits)
{
    struct backlog *b = filled("one\n");

    backlog_consume(b, 1);
    text_lit(&b->text, "two\n");
    rest_is(b, "ne\ntwo\n");
    backlog_free(b);
}
END_TEST

/* Any cut, any number of times: the bytes come out in order, each once. */
START_TEST(random_pieces_come_out_in_order)
{
    struct backlog *b = backlog_new();
    unsigned char next_in = 0, next_out = 0;

    srand(20261122);
    for (int step = 0; step < 20000; step++) {
        size_t in = (size_t)rand() % 40;
        struct slice rest;
        size_t out;

        for (size_t i = 0; i < in; i++, next_in++)
            text_add(&b->text, (const char *)&next_in, 1);
        rest = backlog_rest(b);
        out = rest.len ? (size_t)rand() % (rest.len + 1) : 0;
        for (size_t i = 0; i < out; i++)
            ck_assert_uint_eq((unsigned char)rest.bytes[i], next_out++);
        backlog_consume(b, out);
        ck_assert_uint_eq(backlog_rest(b).len, rest.len - out);
    }
    backlog_free(b);
}
END_TEST

/* A reader that is slow but steady must not make the memory grow for ever. */
START_TEST(room_that_was_sent_is_used_again)
{
    struct backlog *b = backlog_new();
    char chunk[1000];

    memset(chunk, 'x', sizeof chunk);
    text_add(&b->text, chunk, sizeof chunk);
    for (int i = 0; i < 10000; i++) {
        text_add(&b->text, chunk, sizeof chunk);
        backlog_consume(b, sizeof chunk);
        ck_assert_uint_eq(backlog_rest(b).len, sizeof chunk);
    }
    ck_assert_uint_lt(b->text.cap, 16 * sizeof chunk);
    backlog_free(b);
}
END_TEST

START_TEST(without_memory_there_is_none)
{
    struct backlog *b;

    starve_after(0);
    b = backlog_new();
    ck_assert_int_eq(starve_end(), 1);
    ck_assert_ptr_null(b);
}
END_TEST

UNIT_MAIN("backlog", nothing_waits_in_no_backlog, nothing_waits_in_a_new_backlog,
          what_was_added_waits, what_was_sent_waits_no_more,
          what_is_added_comes_behind_what_waits, random_pieces_come_out_in_order,
          room_that_was_sent_is_used_again, without_memory_there_is_none)
