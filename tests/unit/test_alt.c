/* SPDX-License-Identifier: MIT */
#include "alt.h"

#include "account.h"
#include "ground.h"
#include "starve.h"
#include "unit.h"

static void check_stat(struct ground *g, const char *name, uint32_t buffered,
                       uint32_t parked_puts, uint32_t parked_takes)
{
    struct channel_stat stat;

    channel_stat(channel(g, name), &stat);
    ck_assert_uint_eq(stat.buffered, buffered);
    ck_assert_uint_eq(stat.parked_puts, parked_puts);
    ck_assert_uint_eq(stat.parked_takes, parked_takes);
}

static void check_totals(struct ground *g, const char *name, uint64_t puts,
                         uint64_t takes, uint64_t dropped)
{
    struct channel_stat stat;

    channel_stat(channel(g, name), &stat);
    ck_assert_uint_eq(stat.puts, puts);
    ck_assert_uint_eq(stat.takes, takes);
    ck_assert_uint_eq(stat.dropped, dropped);
}

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

/* ---- alts ---- */

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

/* ---- limits: each refuses, names itself and leaves no trace ---- */

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

/* ---- memory that runs out, and is used again ---- */

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

UNIT_MAIN(
    "alt", a_put_meets_the_take_that_was_parked_first,
    a_take_meets_the_put_that_was_parked_first, a_value_from_hand_to_hand_is_not_copied,
    what_stays_is_a_copy, a_completion_says_who_asked_what,
    a_full_fixed_buffer_parks_puts_and_lets_them_in_in_order,
    a_sliding_buffer_drops_the_oldest_silently,
    a_dropping_buffer_drops_the_newest_and_says_so, buffers_hand_over_to_those_who_wait,
    a_promise_serves_all_who_wait_and_all_who_come, a_promised_value_outlives_its_channel,
    put_on_closed_channel_says_closed, take_on_closed_channel_drains_then_says_closed,
    a_closed_promise_goes_on_giving, exactly_one_clause_completes_and_the_others_are_gone,
    a_ready_clause_completes_at_once, with_priority_the_first_ready_clause_wins,
    without_priority_every_ready_clause_has_its_turn,
    clauses_of_one_alts_never_meet_each_other, a_channel_may_stand_in_several_clauses,
    a_promise_serves_an_alts_once, a_closed_channel_completes_an_alts,
    an_unnamed_alt_needs_no_room_for_names, without_parking_what_is_not_ready_times_out,
    an_alt_that_is_ended_is_off_all_its_channels,
    a_clause_that_is_ended_ends_its_alt_and_names_itself, a_refusal_names_the_culprit,
    who_waits_for_a_time_has_a_deadline_until_the_end,
    a_deadline_behind_the_end_of_time_is_none, a_line_has_a_most,
    each_side_of_a_channel_has_its_own_most, the_smaller_of_two_mosts_counts,
    a_peer_has_a_most, memory_has_a_most_for_what_parks,
    memory_has_a_most_for_what_is_buffered, what_slides_out_makes_room_in_memory_too,
    from_hand_to_hand_no_memory_is_held,
    unread_output_counts_for_what_is_held_and_not_from_hand_to_hand,
    channels_have_a_most_which_waiting_and_buffering_meet,
    without_memory_nothing_parks_and_nothing_is_left,
    an_account_has_so_many_parked_by_all_its_peers,
    an_account_has_so_many_bytes_buffered_and_parked,
    a_dropped_value_is_on_nobodys_account)
