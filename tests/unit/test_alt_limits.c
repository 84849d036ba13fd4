/* SPDX-License-Identifier: MIT */
/* What is over a limit, or finds no memory, is refused and leaves no trace. */
#include "alt.h"

#include "account.h"
#include "ground.h"
#include "starve.h"
#include "unit.h"

/* ---- limits: each names itself ---- */

static void check_no_trace(struct ground *g, const char *name, int64_t parked)
{
    check_stat(g, name, 0, 0, 0);
    ck_assert_int_eq(g->ex.parked, parked);
    ck_assert_uint_eq(g->ex.timers.count, 0);
}

START_TEST(a_line_has_a_most)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    g->ex.parked_channel_max = 3;
    for (int i = 0; i < 3; i++)
        ck_assert(!ask_put(p, NULL, "a", "v"));
    ck_assert(ask_put(p, "x", "a", "v"));
    expect_clause(p, "x", ERR_LIMIT_PARKED_CHANNEL, 0, "a", NULL);
    check_stat(g, "a", 0, 3, 0);
    ck_assert_int_eq(g->ex.bytes, 3);
    ground_free(g);
}
END_TEST

START_TEST(each_side_of_a_channel_has_its_own_most)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(!ask_alts(p, "x", take_of("m"), put_of("m", "v"), put_of("m", "v"),
                        take_of("m")));
    check_stat(g, "m", 0, 2, 2);
    ground_free(g);
}
END_TEST

START_TEST(the_smaller_of_two_mosts_counts)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(ask_alts(p, "x", take_of("b"), take_of("m"), take_of("m"), take_of("m")));
    expect_clause(p, "x", ERR_LIMIT_PARKED_CHANNEL, 0, "m", NULL);
    check_no_trace(g, "m", 0);
    check_no_trace(g, "b", 0);
    g->ex.parked_channel_max = 1;
    ck_assert(ask_alts(p, "x", take_of("m"), take_of("m")));
    expect_clause(p, "x", ERR_LIMIT_PARKED_CHANNEL, 0, "m", NULL);
    ground_free(g);
}
END_TEST

START_TEST(a_peer_has_a_most)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct offer take = take_of("b");

    g->ex.parked_peer_max = 2;
    ck_assert(!ask_alts(p, "1", take_of("a"), take_of("a")));
    ck_assert(!ask_take(p, "2", "a"));
    ck_assert(ask_take(p, "x", "b"));
    expect(p, "x", ERR_LIMIT_PARKED_CONNECTION, NULL);
    check_no_trace(g, "b", 2);
    ck_assert(
        !ask_as(p, (struct manner){.wait_ns = ALT_FOREVER, .peer = 1}, "3", &take, 1));
    ground_free(g);
}
END_TEST

START_TEST(memory_has_a_most_for_what_parks)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct offer offers[] = {take_of("a"), put_of("b", "123456"), put_of("c", "12345")};

    g->ex.bytes_max = 10;
    ck_assert(ask_as(p, (struct manner){.wait_ns = 50}, "x", offers, 3));
    expect_clause(p, "x", ERR_LIMIT_MEMORY, 0, "c", NULL);
    check_no_trace(g, "a", 0);
    check_no_trace(g, "b", 0);
    ck_assert_int_eq(g->ex.bytes, 0);
    ck_assert(!ask_put(p, "y", "b", "1234567890"));
    ground_free(g);
}
END_TEST

START_TEST(memory_has_a_most_for_what_is_buffered)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    g->ex.bytes_max = 10;
    ck_assert(ask_put(p, "1", "f", "123456"));
    expect_put(p, "1", false);
    ck_assert(ask_put(p, "2", "f", "12345"));
    expect(p, "2", ERR_LIMIT_MEMORY, NULL);
    ck_assert(ask_put(p, "3", "f", "1234"));
    expect_put(p, "3", false);
    ck_assert_int_eq(g->ex.bytes, 10);
    check_totals(g, "f", 2, 0, 0);
    ground_free(g);
}
END_TEST

START_TEST(what_slides_out_makes_room_in_memory_too)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    g->ex.bytes_max = 10;
    for (int i = 0; i < 2; i++) {
        ck_assert(ask_put(p, "1", "s", "12345"));
        expect_put(p, "1", false);
    }
    ck_assert(ask_put(p, "2", "s", "abcde"));
    expect_put(p, "2", false);
    ck_assert(ask_put(p, "3", "s", "123456"));
    expect(p, "3", ERR_LIMIT_MEMORY, NULL);
    ck_assert_int_eq(g->ex.bytes, 10);
    check_totals(g, "s", 3, 0, 1);
    ground_free(g);
}
END_TEST

START_TEST(from_hand_to_hand_no_memory_is_held)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    g->ex.bytes_max = 3;
    ck_assert(!ask_take(p, "t", "a"));
    ck_assert(ask_put(p, "p", "a", "longer than that"));
    expect(p, "t", ERR_OK, "longer than that");
    expect_put(p, "p", false);
    ground_free(g);
}
END_TEST

START_TEST(unread_output_counts_for_what_is_held_and_not_from_hand_to_hand)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    g->ex.bytes_max = 10;
    g->ex.outside = 7;
    ck_assert(!ask_take(p, "t", "a"));
    ck_assert(ask_put(p, "1", "f", "1234"));
    expect(p, "1", ERR_LIMIT_MEMORY, NULL);
    ck_assert(ask_put(p, "2", "b", "1234"));
    expect_clause(p, "2", ERR_LIMIT_MEMORY, 0, "b", NULL);
    ck_assert(ask_put(p, "3", "f", "123"));
    expect_put(p, "3", false);
    ck_assert(ask_put(p, "4", "a", "1234"));
    expect(p, "t", ERR_OK, "1234");
    expect_put(p, "4", false);
    ground_free(g);
}
END_TEST

START_TEST(channels_have_a_most_which_waiting_and_buffering_meet)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct offer take = take_of("b");

    g->ex.known_max = 2;
    ck_assert(!ask_take(p, "t", "a"));
    ck_assert(ask_alts(p, "x", take_of("a"), take_of("b"), take_of("c")));
    expect_clause(p, "x", ERR_LIMIT_CHANNELS, 0, "c", NULL);
    check_stat(g, "a", 0, 0, 1);
    check_stat(g, "b", 0, 0, 0);
    ck_assert(!ask_take(p, "t", "b"));
    ck_assert(ask_put(p, "x", "f", "v"));
    expect(p, "x", ERR_LIMIT_CHANNELS, NULL);
    ck_assert(ask_as(p, (struct manner){.wait_ns = ALT_NO_PARK}, "y", &take, 1));
    expect(p, "y", ERR_TIMEOUT, NULL);
    ck_assert_int_eq(g->ex.known, 2);
    ground_free(g);
}
END_TEST

/* ---- memory ---- */

START_TEST(without_memory_nothing_parks_and_nothing_is_left)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct offer offers[] = {put_of("a", "v"), take_of("b"), put_of("f", "v")};
    long refused = 1;

    for (int i = 0; i < 2; i++) {
        ck_assert(ask_put(p, NULL, "f", "v"));
        expect_put(p, NULL, false);
    }
    channel(g, "a");
    channel(g, "b");
    for (long n = 0; refused > 0; n++) {
        bool done;

        starve_after(n);
        done = ask_as(p, (struct manner){.wait_ns = 9}, "x", offers, 3);
        refused = starve_end();
        ck_assert_int_eq(done, refused > 0);
        if (!done)
            break;
        expect(p, "x", ERR_NO_MEMORY, NULL);
        check_no_trace(g, "a", 0);
        check_stat(g, "f", 2, 0, 0);
        ck_assert_int_eq(g->ex.bytes, 2);
    }
    check_stat(g, "f", 2, 1, 0);
    ground_free(g);
}
END_TEST

/* ---- accounts ---- */

START_TEST(an_account_has_so_many_parked_by_all_its_peers)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct account account = {.parked_max = 2};
    const struct offer take = take_of("a");

    peer_charge(&p->peers[0], &account);
    peer_charge(&p->peers[1], &account);
    ck_assert(!ask_take(p, "t1", "a"));
    ck_assert(
        !ask_as(p, (struct manner){.wait_ns = ALT_FOREVER, .peer = 1}, "t2", &take, 1));
    ck_assert(ask_take(p, "t3", "a"));
    expect(p, "t3", ERR_LIMIT_USER_PARKED, NULL);
    ck_assert(ask_as(p, (struct manner){.wait_ns = ALT_NO_PARK}, "t4", &take, 1));
    expect(p, "t4", ERR_TIMEOUT, NULL);
    exchange_leave(&g->ex, &p->peers[1]);
    expect(p, "t2", ERR_CANCELLED, NULL);
    ck_assert(!ask_take(p, "t5", "a"));
    exchange_leave(&g->ex, &p->peers[0]);
    expect(p, "t1", ERR_CANCELLED, NULL);
    expect(p, "t5", ERR_CANCELLED, NULL);
    ck_assert_int_eq(atomic_load(&account.parked), 0);
    ground_free(g);
}
END_TEST

START_TEST(an_account_has_so_many_bytes_buffered_and_parked)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct account account = {.bytes_max = 6};

    peer_charge(&p->peers[0], &account);
    ck_assert(ask_put(p, "p1", "f", "123"));
    ck_assert(!ask_put(p, "p2", "a", "456"));
    expect(p, "p1", ERR_OK, NULL);
    ck_assert(ask_put(p, "p3", "f", "7"));
    expect(p, "p3", ERR_LIMIT_USER_BYTES, NULL);
    ck_assert(ask_put(p, "p4", "b", "8"));
    expect(p, "p4", ERR_LIMIT_USER_BYTES, NULL);
    ck_assert(ask_take(p, "t1", "f"));
    ck_assert_int_eq(atomic_load(&account.bytes), 3);
    expect(p, "t1", ERR_OK, "123");
    ck_assert(ask_put(p, "p5", "f", "789"));
    expect(p, "p5", ERR_OK, NULL);
    exchange_leave(&g->ex, &p->peers[0]);
    expect(p, "p2", ERR_CANCELLED, NULL);
    ck_assert_int_eq(atomic_load(&account.bytes), 3);
    ground_free(g);
    ck_assert_int_eq(atomic_load(&account.bytes), 0);
}
END_TEST

START_TEST(a_dropped_value_is_on_nobodys_account)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct account account = {0};

    peer_charge(&p->peers[0], &account);
    for (int i = 0; i < 5; i++) {
        ck_assert(ask_put(p, "p", "s", "12"));
        expect(p, "p", ERR_OK, NULL);
    }
    ck_assert_int_eq(atomic_load(&account.bytes), 4);
    ground_free(g);
    ck_assert_int_eq(atomic_load(&account.bytes), 0);
}
END_TEST

UNIT_MAIN("alt_limits", a_line_has_a_most, each_side_of_a_channel_has_its_own_most,
          the_smaller_of_two_mosts_counts, a_peer_has_a_most,
          memory_has_a_most_for_what_parks, memory_has_a_most_for_what_is_buffered,
          what_slides_out_makes_room_in_memory_too, from_hand_to_hand_no_memory_is_held,
          unread_output_counts_for_what_is_held_and_not_from_hand_to_hand,
          channels_have_a_most_which_waiting_and_buffering_meet,
          without_memory_nothing_parks_and_nothing_is_left,
          an_account_has_so_many_parked_by_all_its_peers,
          an_account_has_so_many_bytes_buffered_and_parked,
          a_dropped_value_is_on_nobodys_account)
