/* SPDX-License-Identifier: MIT */
#include "backlog.h"

#include <stdlib.h>
#include <string.h>
#include "gather.h"
#include "starve.h"
#include "unit.h"

static struct backlog *filled(const char *text)
{
    struct backlog *b = backlog_new();

    ck_assert_ptr_nonnull(b);
    text_add_slice(&b->text, slice_text(text));
    return b;
}

/* All that waits, as far as it goes out at once. */
static void rest_of(const struct backlog *b, struct text *out)
{
    struct iovec pieces[BACKLOG_PIECES];
    const size_t n = backlog_list(b, SIZE_MAX, pieces);

    text_clear(out);
    for (size_t i = 0; i < n; i++) {
        ck_assert_uint_gt(pieces[i].iov_len, 0);
        text_add(out, pieces[i].iov_base, pieces[i].iov_len);
    }
}

static void rest_is(const struct backlog *b, const char *text)
{
    struct text rest = {0};

    rest_of(b, &rest);
    ck_assert(slice_equal(slice_of(rest.bytes, rest.len), slice_text(text)));
    ck_assert_uint_eq(backlog_len(b), strlen(text));
    text_release(&rest);
}

/* A value of so many of a letter, with a reference for the caller. */
static struct value *letters(char letter, size_t len)
{
    char *bytes = malloc(len);
    struct value *v;

    memset(bytes, letter, len);
    v = value_new(slice_of(bytes, len));
    ck_assert_ptr_nonnull(v);
    free(bytes);
    return v;
}

static unsigned refs(struct value *v)
{
    return atomic_load(&v->refs);
}

START_TEST(nothing_waits_in_no_backlog)
{
    ck_assert_uint_eq(backlog_len(NULL), 0);
    ck_assert_int_eq(backlog_free(NULL), 0);
}
END_TEST

START_TEST(nothing_waits_in_a_new_backlog)
{
    struct backlog *b = backlog_new();

    rest_is(b, "");
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
    rest_is(b, "");
    ck_assert_int_eq(b->went, 8);
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

/* ---- values ---- */

START_TEST(a_value_is_held_and_not_copied)
{
    struct backlog *b = filled("<");
    struct value *v = letters('v', 1000);
    struct iovec pieces[BACKLOG_PIECES];

    backlog_hold(b, v);
    text_lit(&b->text, ">");
    ck_assert_uint_eq(refs(v), 2);
    ck_assert_uint_eq(backlog_list(b, SIZE_MAX, pieces), 3);
    ck_assert_ptr_eq(pieces[1].iov_base, v->bytes);
    ck_assert_uint_eq(backlog_len(b), 1002);
    ck_assert_int_eq(backlog_free(b), 0);
    ck_assert_uint_eq(refs(v), 1);
    value_drop(v);
}
END_TEST

START_TEST(a_value_that_nobody_else_holds_is_given_back_when_it_was_sent)
{
    struct backlog *b = filled("");
    struct value *v = letters('v', 200), *other = letters('o', 300);
    const int64_t weight = value_weight(v), others = value_weight(other);

    backlog_hold(b, v);
    backlog_hold(b, other);
    value_drop(v);
    value_drop(other);
    ck_assert_int_eq(backlog_consume(b, 199), 0);
    ck_assert_int_eq(backlog_consume(b, 1), weight);
    ck_assert_int_eq(backlog_consume(b, 1), 0);
    ck_assert_int_eq(backlog_free(b), others);
}
END_TEST

START_TEST(a_backlog_weighs_what_it_takes_and_values_weigh_elsewhere)
{
    struct backlog *b = backlog_new();
    struct value *v = letters('v', 100000);
    const int64_t empty = backlog_weight(b);

    backlog_hold(b, v);
    ck_assert_int_gt(backlog_weight(b), empty);
    ck_assert_int_lt(backlog_weight(b), empty + 1000);
    for (int i = 0; i < 10000; i++)
        text_lit(&b->text, "0123456789");
    ck_assert_int_ge(backlog_weight(b), 100000);
    backlog_free(b);
    value_drop(v);
}
END_TEST

/* ---- what was gathered, and is left ---- */

START_TEST(what_is_left_of_what_was_gathered_begins_at_any_byte)
{
    static const char whole[] = "head, handed over, between, ";
    struct value *v = letters('v', BACKLOG_LONG), *brief = letters('b', 3);
    struct gather g = {0};
    struct text all = {0};

    text_lit(&g.text, "head, ");
    gather_borrow(&g, slice_text("handed over"), NULL);
    text_lit(&g.text, ", between, ");
    gather_borrow(&g, value_slice(v), v);
    gather_borrow(&g, value_slice(brief), brief);
    text_lit(&g.text, " tail");
    text_lit(&all, "head, handed over, between, ");
    text_add_slice(&all, value_slice(v));
    text_lit(&all, "bbb tail");
    for (size_t sent = 0; sent <= all.len; sent++) {
        struct backlog *b = backlog_new();
        struct text rest = {0};
        const bool begun = sent < strlen(whole) + v->len;

        backlog_take_over(b, &g, sent);
        ck_assert_uint_eq(backlog_len(b), all.len - sent);
        ck_assert_uint_eq(refs(v), begun ? 2 : 1);
        ck_assert_uint_eq(refs(brief), 1);
        rest_of(b, &rest);
        ck_assert(slice_equal(slice_of(rest.bytes, rest.len),
                              slice_of(all.bytes + sent, all.len - sent)));
        backlog_free(b);
        text_release(&rest);
    }
    text_release(&all);
    gather_release(&g);
    value_drop(v);
    value_drop(brief);
}
END_TEST

/* ---- any way ---- */

/* Any cut, any number of times: the bytes come out in order, each once. */
START_TEST(random_pieces_come_out_in_order)
{
    struct backlog *b = backlog_new();
    struct text expected = {0}, rest = {0};
    size_t gone = 0;

    srand(20261122);
    for (int step = 0; step < 20000; step++) {
        const char letter = (char)('a' + rand() % 26);
        const size_t len = 1 + (size_t)rand() % 300, before = backlog_len(b);
        struct value *v = letters(letter, len);
        size_t out;

        if (rand() % 3) {
            text_add_slice(&b->text, value_slice(v));
        } else {
            backlog_hold(b, v);
        }
        text_add_slice(&expected, value_slice(v));
        value_drop(v);
        ck_assert_uint_eq(backlog_len(b), before + len);
        out = (size_t)rand() % (before + len > 1000 ? 1000 : 200);
        out = out < backlog_len(b) ? out : backlog_len(b);
        rest_of(b, &rest);
        ck_assert_uint_ge(rest.len, out);
        ck_assert_mem_eq(rest.bytes, expected.bytes + gone, out);
        backlog_consume(b, out);
        gone += out;
        ck_assert_uint_eq(backlog_len(b), expected.len - gone);
    }
    backlog_free(b);
    text_release(&expected);
    text_release(&rest);
}
END_TEST

/* A reader that is slow but steady must not make the memory grow for ever. */
START_TEST(room_that_was_sent_is_used_again)
{
    struct backlog *b = backlog_new();
    struct value *v = letters('v', 1000);
    char chunk[1000];

    memset(chunk, 'x', sizeof chunk);
    text_add(&b->text, chunk, sizeof chunk);
    for (int i = 0; i < 10000; i++) {
        text_add(&b->text, chunk, sizeof chunk);
        backlog_hold(b, v);
        backlog_consume(b, sizeof chunk + v->len);
        ck_assert_uint_eq(backlog_len(b), sizeof chunk);
    }
    ck_assert_int_lt(backlog_weight(b), 16 * (int64_t)sizeof chunk);
    ck_assert_uint_le(refs(v), 2);
    backlog_free(b);
    value_drop(v);
}
END_TEST

START_TEST(the_memory_of_a_burst_is_given_back_before_its_last_byte_has_gone)
{
    struct backlog *b = backlog_new();

    for (int i = 0; i < 100000; i++)
        text_lit(&b->text, "0123456789");
    backlog_consume(b, 999000);
    ck_assert_uint_eq(backlog_len(b), 1000);
    ck_assert_int_lt(backlog_weight(b), 2000);
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
          what_is_added_comes_behind_what_waits, a_value_is_held_and_not_copied,
          a_value_that_nobody_else_holds_is_given_back_when_it_was_sent,
          a_backlog_weighs_what_it_takes_and_values_weigh_elsewhere,
          what_is_left_of_what_was_gathered_begins_at_any_byte,
          random_pieces_come_out_in_order, room_that_was_sent_is_used_again,
          the_memory_of_a_burst_is_given_back_before_its_last_byte_has_gone,
          without_memory_there_is_none)
