/* SPDX-License-Identifier: MIT */
/* Of the clauses of an alts exactly one completes. */
#include "alt.h"

#include "ground.h"
#include "unit.h"

START_TEST(exactly_one_clause_completes_and_the_others_are_gone)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(!ask_alts(p, "x", take_of("a"), put_of("b", "v"), take_of("c")));
    check_stat(g, "a", 0, 0, 1);
    check_stat(g, "b", 0, 1, 0);
    check_stat(g, "c", 0, 0, 1);
    ck_assert_int_eq(g->ex.parked, 1);
    ck_assert(ask_take(p, "t", "b"));
    expect_clause(p, "x", ERR_OK, 1, "b", NULL);
    expect(p, "t", ERR_OK, "v");
    check_stat(g, "a", 0, 0, 0);
    check_stat(g, "c", 0, 0, 0);
    ck_assert(!ask_put(p, "p", "a", "nobody waits"));
    expect_nothing(p);
    ground_free(g);
}
END_TEST

START_TEST(a_ready_clause_completes_at_once)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(ask_put(p, "p", "f", "v"));
    expect_put(p, "p", false);
    ck_assert(ask_alts(p, "x", take_of("a"), take_of("b"), take_of("f")));
    expect_clause(p, "x", ERR_OK, 2, "f", "v");
    check_stat(g, "a", 0, 0, 0);
    ck_assert_int_eq(g->ex.known, 1);
    ground_free(g);
}
END_TEST

START_TEST(with_priority_the_first_ready_clause_wins)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct offer offers[] = {take_of("a"), put_of("f", "1"), put_of("d", "2")};
    struct manner manner = {.wait_ns = ALT_FOREVER, .priority = true};

    for (int i = 0; i < 2; i++) {
        ck_assert(ask_as(p, manner, "x", offers, 3));
        expect_clause(p, "x", ERR_OK, 1, "f", NULL);
    }
    ck_assert(ask_as(p, manner, "x", offers, 3));
    expect_clause(p, "x", ERR_OK, 2, "d", NULL);
    ground_free(g);
}
END_TEST

START_TEST(without_priority_every_ready_clause_has_its_turn)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    int seen[4] = {0};

    for (int i = 0; i < 200; i++) {
        struct completion *c;

        ck_assert(ask_alts(p, "x", take_of("a"), put_of("s", "1"), take_of("b"),
                           put_of("s2", "2")));
        c = place_next(p);
        seen[c->index]++;
        p->freed += completion_release(c);
    }
    ck_assert_int_eq(seen[0] + seen[2], 0);
    ck_assert_int_gt(seen[1], 50);
    ck_assert_int_gt(seen[3], 50);
    ground_free(g);
}
END_TEST

START_TEST(clauses_of_one_alts_never_meet_each_other)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(!ask_alts(p, "x", put_of("a", "mine"), take_of("a")));
    check_stat(g, "a", 0, 1, 1);
    ck_assert(ask_alts(p, "y", take_of("a")));
    expect_clause(p, "x", ERR_OK, 0, "a", NULL);
    expect_clause(p, "y", ERR_OK, 0, "a", "mine");
    check_stat(g, "a", 0, 0, 0);
    ground_free(g);
}
END_TEST

START_TEST(a_channel_may_stand_in_several_clauses)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(!ask_alts(p, "x", take_of("a"), take_of("a"), take_of("b"), take_of("a")));
    check_stat(g, "a", 0, 0, 3);
    ck_assert(ask_put(p, "p", "a", "v"));
    expect_clause(p, "x", ERR_OK, 0, "a", "v");
    expect_put(p, "p", false);
    check_stat(g, "a", 0, 0, 0);
    check_stat(g, "b", 0, 0, 0);
    ground_free(g);
}
END_TEST

START_TEST(a_promise_serves_an_alts_once)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(!ask_alts(p, "x", take_of("p"), take_of("p")));
    ck_assert(!ask_take(p, "t", "p"));
    ck_assert(ask_put(p, "p", "p", "v"));
    expect_clause(p, "x", ERR_OK, 0, "p", "v");
    expect(p, "t", ERR_OK, "v");
    expect_put(p, "p", false);
    ground_free(g);
}
END_TEST

START_TEST(a_closed_channel_completes_an_alts)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert_int_eq(exchange_know(&g->ex, channel(g, "a")), ERR_OK);
    exchange_close(&g->ex, channel(g, "a"));
    ck_assert(ask_alts(p, "x", take_of("b"), put_of("a", "v")));
    expect_clause(p, "x", ERR_CLOSED, 1, "a", NULL);
    ck_assert(ask_alts(p, "x", take_of("a"), put_of("b", "v")));
    expect_clause(p, "x", ERR_CLOSED, 0, "a", NULL);
    ground_free(g);
}
END_TEST

UNIT_MAIN("alt_clauses", exactly_one_clause_completes_and_the_others_are_gone,
          a_ready_clause_completes_at_once, with_priority_the_first_ready_clause_wins,
          without_priority_every_ready_clause_has_its_turn,
          clauses_of_one_alts_never_meet_each_other,
          a_channel_may_stand_in_several_clauses, a_promise_serves_an_alts_once,
          a_closed_channel_completes_an_alts)
