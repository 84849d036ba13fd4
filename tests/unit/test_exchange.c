/* SPDX-License-Identifier: MIT */
#include "exchange.h"

#include "ground.h"
#include "unit.h"

static bool is_quiet(struct ground *g, const char *name)
{
    const struct channel *ch = channel(g, name);

    for (const struct list *l = g->ex.quiet.next; l != &g->ex.quiet; l = l->next)
        if (l == &ch->quiet)
            return true;
    return false;
}

START_TEST(a_new_exchange_holds_nothing)
{
    struct exchange ex;

    exchange_init(&ex, (struct hash_key){1, 2}, 1);
    ck_assert(list_is_empty(&ex.done) && list_is_empty(&ex.quiet));
    ck_assert_int_eq(ex.known + ex.parked + ex.bytes + ex.outside, 0);
    ck_assert_ptr_null(heap_first(&ex.timers));
    exchange_release(&ex);
}
END_TEST

/* ---- random numbers ---- */

START_TEST(random_numbers_are_below_what_was_asked_and_reach_all_of_it)
{
    struct exchange ex;

    exchange_init(&ex, (struct hash_key){1, 2}, 1);
    for (uint32_t below = 1; below <= 17; below++) {
        uint32_t counts[17] = {0};

        for (int i = 0; i < 17000; i++) {
            uint32_t n = exchange_random(&ex, below);

            ck_assert_uint_lt(n, below);
            counts[n]++;
        }
        for (uint32_t n = 0; n < below; n++) {
            ck_assert_uint_gt(counts[n], 17000 / below * 8 / 10);
            ck_assert_uint_lt(counts[n], 17000 / below * 12 / 10 + 1);
        }
    }
    exchange_release(&ex);
}
END_TEST

START_TEST(the_same_seed_gives_the_same_numbers_and_another_others)
{
    struct exchange a, b, c;
    int same = 0;

    exchange_init(&a, (struct hash_key){1, 2}, 77);
    exchange_init(&b, (struct hash_key){3, 4}, 77);
    exchange_init(&c, (struct hash_key){1, 2}, 78);
    for (int i = 0; i < 100; i++) {
        uint32_t n = exchange_random(&a, UINT32_MAX);

        ck_assert_uint_eq(exchange_random(&b, UINT32_MAX), n);
        same += exchange_random(&c, UINT32_MAX) == n;
    }
    ck_assert_int_eq(same, 0);
    exchange_release(&a);
    exchange_release(&b);
    exchange_release(&c);
}
END_TEST

/* ---- known, and quiet ---- */

START_TEST(channels_are_known_once_and_up_to_the_limit)
{
    struct ground *g = ground_new();
    size_t unknown;

    g->ex.known_max = 3;
    channel(g, "a");
    channel(g, "d");
    unknown = g->ex.unknown_count;
    ck_assert_int_eq(exchange_know(&g->ex, channel(g, "a")), ERR_OK);
    ck_assert_int_eq(exchange_know(&g->ex, channel(g, "a")), ERR_OK);
    ck_assert(channel(g, "a")->known);
    ck_assert_int_eq(g->ex.known, 1);
    ck_assert_uint_eq(g->ex.unknown_count, unknown - 1);
    ck_assert_int_eq(exchange_know(&g->ex, channel(g, "b")), ERR_OK);
    ck_assert_int_eq(exchange_know(&g->ex, channel(g, "c")), ERR_OK);
    ck_assert_int_eq(exchange_know(&g->ex, channel(g, "d")), ERR_LIMIT_CHANNELS);
    ck_assert(!channel(g, "d")->known);
    ck_assert_int_eq(g->ex.known, 3);
    ground_free(g);
}
END_TEST

START_TEST(who_may_have_to_go_is_quiet)
{
    struct ground *g = ground_new();

    exchange_touch(&g->ex, channel(g, "a"));
    ck_assert(!is_quiet(g, "a")); /* not known */
    exchange_know(&g->ex, channel(g, "a"));
    exchange_touch(&g->ex, channel(g, "a"));
    exchange_touch(&g->ex, channel(g, "a"));
    ck_assert(is_quiet(g, "a"));
    exchange_know(&g->ex, channel(g, "b"));
    channel(g, "b")->opened = true;
    exchange_touch(&g->ex, channel(g, "b"));
    ck_assert(!is_quiet(g, "b")); /* stays until it is deleted */
    channel(g, "b")->closed = true;
    exchange_touch(&g->ex, channel(g, "b"));
    ck_assert(is_quiet(g, "b")); /* closed: it lingers for a time */
    ground_free(g);
}
END_TEST

START_TEST(who_has_something_or_somebody_is_not_quiet)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(ask_put(p, "p", "f", "v"));
    expect_put(p, "p", false);
    ck_assert(!ask_take(p, "t", "a"));
    exchange_touch(&g->ex, channel(g, "f"));
    exchange_touch(&g->ex, channel(g, "a"));
    ck_assert(!is_quiet(g, "f") && !is_quiet(g, "a"));
    ck_assert(ask_take(p, "t2", "f"));
    expect(p, "t2", ERR_OK, "v");
    ck_assert(is_quiet(g, "f"));
    ck_assert(ask_put(p, "p2", "a", "v"));
    expect(p, "t", ERR_OK, "v");
    expect_put(p, "p2", false);
    ck_assert(is_quiet(g, "a"));
    ground_free(g);
}
END_TEST

/* ---- a channel as a whole ---- */

START_TEST(close_ends_parked_takes_in_order_and_leaves_parked_puts)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(!ask_take(p, "1", "a"));
    ck_assert(!ask_alts(p, "2", take_of("b"), take_of("a"), put_of("c", "v")));
    ck_assert(!ask_take(p, "3", "a"));
    exchange_close(&g->ex, channel(g, "a"));
    expect(p, "1", ERR_CLOSED, NULL);
    expect_clause(p, "2", ERR_CLOSED, 1, "a", NULL);
    expect(p, "3", ERR_CLOSED, NULL);
    ck_assert_uint_eq(channel(g, "b")->take_count + channel(g, "c")->put_count, 0);
    ck_assert(is_quiet(g, "a"));
    ck_assert(!ask_put(p, "p", "e", "v"));
    exchange_close(&g->ex, channel(g, "e"));
    expect_nothing(p);
    ck_assert_uint_eq(channel(g, "e")->put_count, 1);
    ck_assert(!is_quiet(g, "e"));
    ground_free(g);
}
END_TEST

START_TEST(close_ends_an_alts_that_would_also_put_there)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(!ask_alts(p, "x", put_of("a", "v"), take_of("a")));
    exchange_close(&g->ex, channel(g, "a"));
    expect_clause(p, "x", ERR_CLOSED, 1, "a", NULL);
    ck_assert_uint_eq(channel(g, "a")->put_count, 0);
    ck_assert_int_eq(g->ex.bytes, 0);
    ground_free(g);
}
END_TEST

START_TEST(close_takes_the_deadline_off_an_open_channel_only)
{
    struct ground *g = ground_new();
    struct channel *ch = channel(g, "a");

    exchange_know(&g->ex, ch);
    ck_assert(heap_add(&g->ex.timers, &ch->timer.node, 100));
    exchange_close(&g->ex, ch);
    ck_assert(!heap_holds(&ch->timer.node));
    ck_assert(heap_add(&g->ex.timers, &ch->timer.node, 200));
    exchange_close(&g->ex, ch);
    ck_assert(heap_holds(&ch->timer.node));
    heap_remove(&g->ex.timers, &ch->timer.node);
    ground_free(g);
}
END_TEST

START_TEST(clear_cancels_all_and_drops_what_is_buffered)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(ask_put(p, i ? "more" : "first", "f", "v"), i < 2);
    expect_put(p, "first", false);
    expect_put(p, "more", false);
    ck_assert_int_eq(g->ex.bytes, 4);
    exchange_clear(&g->ex, channel(g, "f"));
    expect(p, "more", ERR_CANCELLED, NULL);
    expect(p, "more", ERR_CANCELLED, NULL);
    ck_assert_int_eq(g->ex.bytes, 0);
    ck_assert(channel_is_idle(channel(g, "f")));
    ground_free(g);
}
END_TEST

START_TEST(clear_cancels_an_alts_as_a_whole)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    ck_assert(!ask_alts(p, "x", take_of("b"), take_of("a"), put_of("a", "v")));
    ck_assert(!ask_take(p, "t", "b"));
    exchange_clear(&g->ex, channel(g, "a"));
    expect(p, "x", ERR_CANCELLED, NULL);
    ck_assert_uint_eq(channel(g, "b")->take_count, 1);
    ck_assert_int_eq(g->ex.parked, 1);
    ground_free(g);
}
END_TEST

START_TEST(leave_cancels_all_of_one_peer_in_order_and_nothing_else)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct offer take = take_of("a");

    ck_assert(!ask_take(p, "1", "a"));
    ck_assert(!ask_as(p, (struct manner){.wait_ns = 50, .peer = 1}, "other", &take, 1));
    ck_assert(!ask_put(p, "2", "b", "value"));
    exchange_leave(&g->ex, &p->peers[0]);
    expect(p, "1", ERR_CANCELLED, NULL);
    expect(p, "2", ERR_CANCELLED, NULL);
    expect_nothing(p);
    ck_assert_uint_eq(p->peers[0].count, 0);
    ck_assert_uint_eq(p->peers[1].count, 1);
    ck_assert_int_eq(g->ex.bytes, 0);
    ck_assert(ask_put(p, "3", "a", "v"));
    expect(p, "other", ERR_OK, "v");
    expect_put(p, "3", false);
    ground_free(g);
}
END_TEST

UNIT_MAIN("exchange", a_new_exchange_holds_nothing,
          random_numbers_are_below_what_was_asked_and_reach_all_of_it,
          the_same_seed_gives_the_same_numbers_and_another_others,
          channels_are_known_once_and_up_to_the_limit, who_may_have_to_go_is_quiet,
          who_has_something_or_somebody_is_not_quiet,
          close_ends_parked_takes_in_order_and_leaves_parked_puts,
          close_ends_an_alts_that_would_also_put_there,
          close_takes_the_deadline_off_an_open_channel_only,
          clear_cancels_all_and_drops_what_is_buffered, clear_cancels_an_alts_as_a_whole,
          leave_cancels_all_of_one_peer_in_order_and_nothing_else)
