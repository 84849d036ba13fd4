/* SPDX-License-Identifier: MIT */
/* What becomes of puts and takes on channels with buffers, and on closed ones. */
#include "alt.h"

#include "ground.h"
#include "unit.h"

/* ---- buffers ---- */

START_TEST(a_full_fixed_buffer_parks_puts_and_lets_them_in_in_order)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    for (int i = 0; i < 2; i++) {
        ck_assert(ask_put(p, "b", "f", i ? "2" : "1"));
        expect_put(p, "b", false);
    }
    ck_assert(!ask_put(p, "p3", "f", "3"));
    ck_assert(!ask_put(p, "p4", "f", "4"));
    check_stat(g, "f", 2, 2, 0);
    check_totals(g, "f", 2, 0, 0);
    ck_assert(ask_take(p, "t", "f"));
    expect(p, "t", ERR_OK, "1");
    expect_put(p, "p3", false);
    expect_nothing(p);
    check_stat(g, "f", 2, 1, 0);
    check_totals(g, "f", 3, 1, 0);
    for (int i = 2; i <= 4; i++) {
        char value[2] = {(char)('0' + i), '\0'};

        ck_assert(ask_take(p, "t", "f"));
        expect(p, "t", ERR_OK, value);
        if (i == 2)
            expect_put(p, "p4", false);
    }
    check_totals(g, "f", 4, 4, 0);
    ground_free(g);
}
END_TEST

START_TEST(a_sliding_buffer_drops_the_oldest_silently)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    for (int i = 1; i <= 3; i++) {
        char value[2] = {(char)('0' + i), '\0'};

        ck_assert(ask_put(p, "p", "s", value));
        expect_put(p, "p", false);
    }
    check_totals(g, "s", 3, 0, 1);
    ck_assert_int_eq(g->ex.bytes, 2);
    ck_assert(ask_take(p, "t", "s"));
    expect(p, "t", ERR_OK, "2");
    ck_assert(ask_take(p, "t", "s"));
    expect(p, "t", ERR_OK, "3");
    ground_free(g);
}
END_TEST

START_TEST(a_dropping_buffer_drops_the_newest_and_says_so)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    for (int i = 1; i <= 3; i++) {
        char value[2] = {(char)('0' + i), '\0'};

        ck_assert(ask_put(p, "p", "d", value));
        expect_put(p, "p", i == 3);
    }
    check_totals(g, "d", 3, 0, 1);
    ck_assert(ask_take(p, "t", "d"));
    expect(p, "t", ERR_OK, "1");
    ck_assert(ask_take(p, "t", "d"));
    expect(p, "t", ERR_OK, "2");
    ground_free(g);
}
END_TEST

START_TEST(buffers_hand_over_to_those_who_wait)
{
    static const char *const names[] = {"f", "s", "d"};

    for (int i = 0; i < 3; i++) {
        struct ground *g = ground_new();
        struct place *p = &g->place;

        ck_assert(!ask_take(p, "t", names[i]));
        ck_assert(ask_put(p, "p", names[i], "v"));
        expect(p, "t", ERR_OK, "v");
        expect_put(p, "p", false);
        check_stat(g, names[i], 0, 0, 0);
        check_totals(g, names[i], 1, 1, 0);
        ground_free(g);
    }
}
END_TEST

START_TEST(a_promise_serves_all_who_wait_and_all_who_come)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(!ask_take(p, "t1", "p"));
    ck_assert(!ask_take(p, "t2", "p"));
    ck_assert(ask_put(p, "p1", "p", "kept"));
    expect(p, "t1", ERR_OK, "kept");
    expect(p, "t2", ERR_OK, "kept");
    expect_put(p, "p1", false);
    ck_assert(ask_put(p, "p2", "p", "late"));
    expect_put(p, "p2", true);
    ck_assert(ask_take(p, "t3", "p"));
    expect(p, "t3", ERR_OK, "kept");
    check_stat(g, "p", 1, 0, 0);
    check_totals(g, "p", 2, 3, 1);
    ck_assert_int_eq(g->ex.bytes, 4);
    ground_free(g);
}
END_TEST

START_TEST(a_promised_value_outlives_its_channel)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct completion *take;

    ck_assert(ask_put(p, "p", "p", "kept"));
    expect_put(p, "p", false);
    ck_assert(ask_take(p, "t", "p"));
    take = place_next(p);
    exchange_clear(&g->ex, channel(g, "p"));
    check_slice(take->value, "kept");
    p->freed += completion_release(take);
    ground_free(g);
}
END_TEST

/* ---- closed channels ---- */

START_TEST(put_on_closed_channel_says_closed)
{
    static const char *const names[] = {"a", "f", "s", "d", "p"};

    for (int i = 0; i < 5; i++) {
        struct ground *g = ground_new();
        struct place *p = &g->place;

        ck_assert_int_eq(exchange_know(&g->ex, channel(g, names[i])), ERR_OK);
        exchange_close(&g->ex, channel(g, names[i]));
        ck_assert(ask_put(p, "p", names[i], "v"));
        expect(p, "p", ERR_CLOSED, NULL);
        check_totals(g, names[i], 0, 0, 0);
        ground_free(g);
    }
}
END_TEST

START_TEST(take_on_closed_channel_drains_then_says_closed)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    for (int i = 1; i <= 4; i++) {
        char value[2] = {(char)('0' + i), '\0'};

        ck_assert_int_eq(ask_put(p, "p", "f", value), i <= 2);
        if (i <= 2)
            expect_put(p, "p", false);
    }
    exchange_close(&g->ex, channel(g, "f"));
    expect_nothing(p);
    for (int i = 1; i <= 4; i++) {
        char value[2] = {(char)('0' + i), '\0'};

        ck_assert(ask_take(p, "t", "f"));
        expect(p, "t", ERR_OK, value);
        if (i <= 2)
            expect_put(p, "p", false);
    }
    ck_assert(ask_take(p, "t", "f"));
    expect(p, "t", ERR_CLOSED, NULL);
    ground_free(g);
}
END_TEST

START_TEST(a_closed_promise_goes_on_giving)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(ask_put(p, "p", "p", "kept"));
    expect_put(p, "p", false);
    exchange_close(&g->ex, channel(g, "p"));
    for (int i = 0; i < 3; i++) {
        ck_assert(ask_take(p, "t", "p"));
        expect(p, "t", ERR_OK, "kept");
    }
    ck_assert(ask_put(p, "p", "p", "v"));
    expect(p, "p", ERR_CLOSED, NULL);
    ground_free(g);
}
END_TEST

UNIT_MAIN("alt_buffers", a_full_fixed_buffer_parks_puts_and_lets_them_in_in_order,
          a_sliding_buffer_drops_the_oldest_silently,
          a_dropping_buffer_drops_the_newest_and_says_so,
          buffers_hand_over_to_those_who_wait,
          a_promise_serves_all_who_wait_and_all_who_come,
          a_promised_value_outlives_its_channel, put_on_closed_channel_says_closed,
          take_on_closed_channel_drains_then_says_closed, a_closed_promise_goes_on_giving)
