/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "gather.h"

/* The pieces put together. */
static void join(const struct gather *g, struct text *out)
{
    struct iovec pieces[GATHER_PIECES];
    const size_t n = gather_list(g, pieces);

    ck_assert_uint_le(n, GATHER_PIECES);
    text_clear(out);
    for (size_t i = 0; i < n; i++) {
        ck_assert_uint_gt(pieces[i].iov_len, 0);
        text_add(out, pieces[i].iov_base, pieces[i].iov_len);
    }
}

static void expect_joined(const struct gather *g, const char *want)
{
    struct text all = {0};

    join(g, &all);
    ck_assert_uint_eq(gather_len(g), strlen(want));
    ck_assert(slice_equal(slice_of(all.bytes, all.len), slice_text(want)));
    text_release(&all);
}

START_TEST(an_empty_one_has_no_pieces)
{
    struct gather g = {0};
    struct iovec pieces[GATHER_PIECES];

    ck_assert_uint_eq(gather_list(&g, pieces), 0);
    ck_assert_uint_eq(gather_len(&g), 0);
    gather_release(&g);
}
END_TEST

START_TEST(what_is_borrowed_stands_where_it_was_added)
{
    struct gather g = {0};

    gather_borrow(&g, slice_text("one"));
    text_lit(&g.text, " and ");
    gather_borrow(&g, slice_text("two"));
    gather_borrow(&g, slice_text("three"));
    expect_joined(&g, "one and twothree");
    text_lit(&g.text, ".");
    expect_joined(&g, "one and twothree.");
    gather_release(&g);
}
END_TEST

START_TEST(what_is_borrowed_is_not_copied)
{
    struct gather g = {0};
    struct iovec pieces[GATHER_PIECES];
    const char value[] = "value";

    text_lit(&g.text, "a");
    gather_borrow(&g, slice_text(value));
    ck_assert_uint_eq(gather_list(&g, pieces), 2);
    ck_assert_ptr_eq(pieces[1].iov_base, value);
    gather_release(&g);
}
END_TEST

START_TEST(a_full_one_has_as_many_pieces_as_there_can_be)
{
    struct gather g = {0};
    struct iovec pieces[GATHER_PIECES];

    while (!gather_is_full(&g)) {
        text_lit(&g.text, "-");
        gather_borrow(&g, slice_text("x"));
    }
    text_lit(&g.text, "-");
    ck_assert_uint_eq(gather_list(&g, pieces), GATHER_PIECES);
    gather_clear(&g);
    ck_assert(!gather_is_full(&g));
    expect_joined(&g, "");
    gather_release(&g);
}
END_TEST

START_TEST(what_is_left_can_be_copied_from_any_byte)
{
    static const char whole[] = "head, first long, between, second long, tail";
    struct gather g = {0};
    struct text rest = {0};

    text_lit(&g.text, "head, ");
    gather_borrow(&g, slice_text("first long"));
    text_lit(&g.text, ", between, ");
    gather_borrow(&g, slice_text("second long"));
    text_lit(&g.text, ", tail");
    for (size_t sent = 0; sent <= strlen(whole); sent++) {
        text_clear(&rest);
        gather_copy(&g, sent, &rest);
        ck_assert(slice_equal(slice_of(rest.bytes, rest.len), slice_text(whole + sent)));
    }
    text_release(&rest);
    gather_release(&g);
}
END_TEST

UNIT_MAIN("gather", an_empty_one_has_no_pieces,
          what_is_borrowed_stands_where_it_was_added, what_is_borrowed_is_not_copied,
          a_full_one_has_as_many_pieces_as_there_can_be,
          what_is_left_can_be_copied_from_any_byte)
