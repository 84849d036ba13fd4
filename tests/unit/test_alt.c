/* SPDX-License-Identifier: MIT */
#include "alt.h"

#include "ground.h"
#include "unit.h"

/* ---- a rendezvous ---- */

START_TEST(a_put_meets_the_take_that_was_parked_first)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(!ask_take(p, "t1", "a"));
    ck_assert(!ask_take(p, "t2", "a"));
    ck_assert(ask_put(p, "p1", "a", "v1"));
    expect(p, "t1", ERR_OK, "v1");
    expect_put(p, "p1", false);
    check_stat(g, "a", 0, 0, 1);
    ck_assert(ask_put(p, "p2", "a", "v2"));
    expect(p, "t2", ERR_OK, "v2");
    expect_put(p, "p2", false);
    check_totals(g, "a", 2, 2, 0);
    ground_free(g);
}
END_TEST

START_TEST(a_take_meets_the_put_that_was_parked_first)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(!ask_put(p, "p1", "a", "v1"));
    ck_assert(!ask_put(p, "p2", "a", "v2"));
    check_stat(g, "a", 0, 2, 0);
    ck_assert_int_eq(g->ex.bytes, 4);
    ck_assert(ask_take(p, "t1", "a"));
    expect_put(p, "p1", false);
    expect(p, "t1", ERR_OK, "v1");
    ck_assert(ask_take(p, "t2", "a"));
    expect_put(p, "p2", false);
    expect(p, "t2", ERR_OK, "v2");
    ground_free(g);
}
END_TEST

START_TEST(a_value_from_hand_to_hand_is_not_copied)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    static const char value[] = "from here";
    struct completion *take;

    ck_assert(!ask_take(p, "t", "a"));
    ck_assert(ask_put(p, "p", "a", value));
    take = place_next(p);
    ck_assert_ptr_eq(take->value.bytes, value);
    ck_assert_ptr_null(take->held);
    p->freed += completion_release(take);
    expect_put(p, "p", false);
    ck_assert_int_eq(g->ex.bytes, 0);
    ground_free(g);
}
END_TEST

START_TEST(what_stays_is_a_copy)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    char value[] = "parked", tag[] = "tag", held[] = "buffered";

    ck_assert(!ask_put(p, tag, "a", value));
    ck_assert(ask_put(p, "b", "f", held));
    expect_put(p, "b", false);
    memset(value, 'x', strlen(value));
    memset(tag, 'x', strlen(tag));
    memset(held, 'x', strlen(held));
    ck_assert(ask_take(p, "t1", "a"));
    expect_put(p, "tag", false);
    expect(p, "t1", ERR_OK, "parked");
    ck_assert(ask_take(p, "t2", "f"));
    expect(p, "t2", ERR_OK, "buffered");
    ground_free(g);
}
END_TEST

START_TEST(a_completion_says_who_asked_what)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct offer take = take_of("a"), put = put_of("a", "v");
    struct completion *c;

    ck_assert(!ask_as(p, (struct manner){.wait_ns = ALT_FOREVER, .peer = 2, .op = 7},
                      NULL, &take, 1));
    ck_assert(ask_as(p, (struct manner){.wait_ns = ALT_FOREVER, .peer = 1, .op = 9}, "x",
                     &put, 1));
    c = place_next(p);
    ck_assert_ptr_eq(c->peer, &p->peers[2]);
    ck_assert_uint_eq(c->op, 7);
    ck_assert(c->parked);
    check_slice(c->tag, NULL);
    p->freed += completion_release(c);
    c = place_next(p);
    ck_assert_ptr_eq(c->peer, &p->peers[1]);
    ck_assert_uint_eq(c->op, 9);
    ck_assert(!c->parked);
    ck_assert_ptr_eq(c, &p->questions[1].now);
    check_slice(c->tag, "x");
    p->freed += completion_release(c);
    ground_free(g);
}
END_TEST

START_TEST(an_unnamed_alt_needs_no_room_for_names)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(!ask_take(p, "t", "a"));
    ck_assert(ask_put(p, "p", "a", "v"));
    expect_clause(p, "t", ERR_OK, 0, NULL, "v");
    expect_put(p, "p", false);
    ground_free(g);
}
END_TEST

/* ---- ends without a value ---- */

START_TEST(without_parking_what_is_not_ready_times_out)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct offer offers[] = {take_of("a"), put_of("b", "v")};

    ck_assert(ask_as(p, (struct manner){.wait_ns = ALT_NO_PARK}, "x", offers, 2));
    expect(p, "x", ERR_TIMEOUT, NULL);
    ck_assert_int_eq(g->ex.known, 0);
    ck_assert_int_eq(g->ex.parked, 0);
    ck_assert_int_eq(g->ex.bytes, 0);
    ground_free(g);
}
END_TEST

START_TEST(an_alt_that_is_ended_is_off_all_its_channels)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct alt *alt;

    ck_assert(!ask_alts(p, "x", take_of("a"), put_of("b", "value"), put_of("c", "v")));
    ck_assert_int_eq(g->ex.bytes, 6);
    alt = container_of(p->peers[0].parked.next, struct alt, mates);
    alt_end(&g->ex, alt, ERR_CANCELLED);
    expect(p, "x", ERR_CANCELLED, NULL);
    check_stat(g, "a", 0, 0, 0);
    check_stat(g, "b", 0, 0, 0);
    check_totals(g, "b", 0, 0, 0);
    ck_assert_int_eq(g->ex.bytes, 0);
    ck_assert_uint_eq(p->peers[0].count, 0);
    ground_free(g);
}
END_TEST

START_TEST(a_clause_that_is_ended_ends_its_alt_and_names_itself)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct alt *alt;

    ck_assert(!ask_alts(p, "x", take_of("a"), take_of("long/name"), put_of("c", "v")));
    alt = container_of(p->peers[0].parked.next, struct alt, mates);
    clause_end(&g->ex, &alt->clauses[1], ERR_CLOSED);
    expect_clause(p, "x", ERR_CLOSED, 1, "long/name", NULL);
    check_stat(g, "c", 0, 0, 0);
    ground_free(g);
}
END_TEST

START_TEST(a_refusal_names_the_culprit)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct offer offer = take_of("a");
    struct ask ask = {.peer = &p->peers[0], .tag = slice_text("x"), .offers = &offer};
    struct completion now;

    alt_refuse(&g->ex, &ask, ERR_NO_CHANNEL, slice_text("a"), &now);
    expect_clause(p, "x", ERR_NO_CHANNEL, 0, "a", NULL);
    ground_free(g);
}
END_TEST

/* ---- deadlines ---- */

START_TEST(who_waits_for_a_time_has_a_deadline_until_the_end)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct offer take = take_of("a");

    p->now_ns = 1000;
    ck_assert(!ask_as(p, (struct manner){.wait_ns = 500}, "x", &take, 1));
    ck_assert_int_eq(heap_first(&g->ex.timers)->key, 1500);
    ck_assert(ask_put(p, "p", "a", "v"));
    ck_assert_ptr_null(heap_first(&g->ex.timers));
    expect(p, "x", ERR_OK, "v");
    expect_put(p, "p", false);
    ground_free(g);
}
END_TEST

START_TEST(a_deadline_behind_the_end_of_time_is_none)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct offer take = take_of("a");

    p->now_ns = INT64_MAX - 10;
    ck_assert(!ask_as(p, (struct manner){.wait_ns = INT64_MAX}, "1", &take, 1));
    ck_assert(!ask_as(p, (struct manner){.wait_ns = 11}, "2", &take, 1));
    ck_assert(!ask_as(p, (struct manner){.wait_ns = ALT_FOREVER}, "3", &take, 1));
    ck_assert_ptr_null(heap_first(&g->ex.timers));
    ck_assert(!ask_as(p, (struct manner){.wait_ns = 9}, "4", &take, 1));
    ck_assert_int_eq(heap_first(&g->ex.timers)->key, INT64_MAX - 1);
    ground_free(g);
}
END_TEST

UNIT_MAIN("alt", a_put_meets_the_take_that_was_parked_first,
          a_take_meets_the_put_that_was_parked_first,
          a_value_from_hand_to_hand_is_not_copied, what_stays_is_a_copy,
          a_completion_says_who_asked_what, an_unnamed_alt_needs_no_room_for_names,
          without_parking_what_is_not_ready_times_out,
          an_alt_that_is_ended_is_off_all_its_channels,
          a_clause_that_is_ended_ends_its_alt_and_names_itself,
          a_refusal_names_the_culprit, who_waits_for_a_time_has_a_deadline_until_the_end,
          a_deadline_behind_the_end_of_time_is_none)
