/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "gather.h"
#include "starve.h"

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

    gather_borrow(&g, slice_text("one"), NULL);
    text_lit(&g.text, " and ");
    gather_borrow(&g, slice_text("two"), NULL);
    gather_borrow(&g, slice_text("three"), NULL);
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
    gather_borrow(&g, slice_text(value), NULL);
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
        gather_borrow(&g, slice_text("x"), NULL);
    }
    text_lit(&g.text, "-");
    ck_assert_uint_eq(gather_list(&g, pieces), GATHER_PIECES);
    gather_clear(&g);
    ck_assert(!gather_is_full(&g));
    expect_joined(&g, "");
    gather_release(&g);
}
END_TEST

START_TEST(it_goes_back_to_where_it_stood)
{
    struct gather g = {0};
    struct gather_mark mark;

    text_lit(&g.text, "kept");
    gather_borrow(&g, slice_text(", too"), NULL);
    mark = gather_mark(&g);
    text_lit(&g.text, "not this");
    gather_borrow(&g, slice_text("nor that"), NULL);
    gather_rewind(&g, &mark);
    expect_joined(&g, "kept, too");
    gather_release(&g);
}
END_TEST

START_TEST(one_that_could_not_grow_goes_back_and_has_room_again)
{
    static const char much[GATHER_ROOM * 2];
    struct gather g = {0};
    struct gather_mark mark;
    bool was_broken;
    size_t room;

    ck_assert(gather_prepare(&g));
    text_lit(&g.text, "kept");
    room = g.text.cap - g.text.len;
    mark = gather_mark(&g);
    starve_after(0);
    text_lit(&g.text, "not this");
    text_add(&g.text, much, sizeof much);
    was_broken = g.text.broken;
    gather_rewind(&g, &mark);
    text_add(&g.text, much, room);
    ck_assert_int_eq(starve_end(), 1);
    ck_assert(was_broken);
    ck_assert(!g.text.broken);
    ck_assert_uint_eq(gather_len(&g), 4 + room);
    gather_release(&g);
}
END_TEST

START_TEST(what_is_prepared_stays_whatever_is_given_back)
{
    static const char much[GATHER_ROOM * 4];
    struct gather g = {0};
    bool prepared;

    starve_after(0);
    prepared = gather_prepare(&g);
    starve_end();
    ck_assert(!prepared);
    gather_clear(&g);
    ck_assert(gather_prepare(&g));
    for (int starving = 0; starving < 2; starving++) {
        text_add(&g.text, much, sizeof much);
        gather_clear(&g);
        starve_after(starving ? 0 : 1);
        gather_shrink(&g);
        ck_assert_int_eq(starve_end(), starving);
        ck_assert_uint_ge(g.text.cap, starving ? sizeof much : GATHER_ROOM);
        starve_after(0);
        text_add(&g.text, much, GATHER_ROOM);
        ck_assert_int_eq(starve_end(), 0);
        gather_clear(&g);
    }
    gather_release(&g);
}
END_TEST

UNIT_MAIN("gather", an_empty_one_has_no_pieces,
          what_is_borrowed_stands_where_it_was_added, what_is_borrowed_is_not_copied,
          a_full_one_has_as_many_pieces_as_there_can_be, it_goes_back_to_where_it_stood,
          one_that_could_not_grow_goes_back_and_has_room_again,
          what_is_prepared_stays_whatever_is_given_back)
