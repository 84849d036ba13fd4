/* SPDX-License-Identifier: MIT */
#include "alt_memory.h"

#include "ground.h"
#include "starve.h"
#include "unit.h"

static struct alt *first_parked(const struct place *p)
{
    return container_of(p->peers[0].parked.next, struct alt, mates);
}

/* What is held on top of the channel, which weighs what it weighs. */
static int64_t held_beside(struct ground *g, const char *name)
{
    return g->ex.memory - g->place.freed - channel_weight(channel(g, name));
}

START_TEST(a_retired_completion_is_memory_for_the_next_alt)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct completion *c;
    struct list retired;

    list_init(&retired);
    ck_assert(!ask_take(p, "t", "a"));
    ck_assert(ask_put(p, "p", "a", "v"));
    c = place_next(p);
    ck_assert(completion_retire(c, &p->freed));
    list_push(&retired, &c->link);
    ck_assert(!completion_retire(place_next(p), &p->freed));
    alt_recycle(&g->ex, &retired);
    ck_assert(list_is_empty(&retired));
    ck_assert(!ask_take(p, "t2", "a"));
    ck_assert_ptr_eq(&first_parked(p)->done, c);
    ck_assert(ask_put(p, "p2", "a", "w"));
    expect(p, "t2", ERR_OK, "w");
    expect_put(p, "p2", false);
    ground_free(g);
}
END_TEST

START_TEST(no_more_are_kept_for_reuse_than_have_a_place)
{
    enum { MANY = 3000 };
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct list retired, *link;

    list_init(&retired);
    g->ex.parked_channel_max = g->ex.parked_peer_max = MANY;
    for (int i = 0; i < MANY; i++)
        ck_assert(!ask_take(p, NULL, "a"));
    exchange_leave(&g->ex, &p->peers[0]);
    while ((link = list_pop(p->done))) {
        ck_assert(
            completion_retire(container_of(link, struct completion, link), &p->freed));
        list_push(&retired, link);
    }
    alt_recycle(&g->ex, &retired);
    ck_assert_uint_eq(g->ex.spare_count, 1024);
    ground_free(g);
}
END_TEST

START_TEST(an_alt_is_counted_until_its_completion_is_given_back)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    int64_t one;

    ck_assert(!ask_take(p, "1", "a"));
    one = held_beside(g, "a");
    ck_assert_int_ge(one, weight_of(sizeof(struct alt) + sizeof(struct clause)));
    ck_assert(!ask_take(p, "2", "a"));
    ck_assert_int_eq(held_beside(g, "a"), 2 * one);
    exchange_leave(&g->ex, &p->peers[0]);
    ck_assert_int_eq(held_beside(g, "a"), 2 * one);
    expect(p, "1", ERR_CANCELLED, NULL);
    ck_assert_int_eq(held_beside(g, "a"), one);
    expect(p, "2", ERR_CANCELLED, NULL);
    ck_assert_int_eq(held_beside(g, "a"), 0);
    ground_free(g);
}
END_TEST

START_TEST(many_clauses_weigh_what_they_take)
{
    enum { CLAUSES = 5 };
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct offer offers[CLAUSES];
    struct manner for_ever = {.wait_ns = ALT_FOREVER};

    for (int i = 0; i < CLAUSES; i++)
        offers[i] = take_of("a");
    ck_assert(!ask_as(p, for_ever, "x", offers, CLAUSES));
    ck_assert_int_ge(held_beside(g, "a"),
                     weight_of(sizeof(struct alt) + CLAUSES * sizeof(struct clause)));
    ck_assert(!first_parked(p)->is_block);
    ground_free(g);
}
END_TEST

/* ---- the most that may be held ---- */

static void leave_room(struct ground *g, enum reserve reserve, int64_t room)
{
    g->ex.memory_outside = g->ex.bytes_max + (int64_t)reserve - g->ex.memory - room;
}

START_TEST(requests_park_where_there_is_no_room_for_values_any_more)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    leave_room(g, RESERVE_VALUES, 0);
    ck_assert(ask_put(p, "p", "f", "v"));
    expect(p, "p", ERR_LIMIT_MEMORY, NULL);
    ck_assert(ask_put(p, "p", "a", "v"));
    expect_clause(p, "p", ERR_LIMIT_MEMORY, 0, "a", NULL);
    ck_assert(!ask_take(p, "t", "f"));
    ck_assert(ask_put(p, "p", "f", "from hand to hand"));
    expect(p, "t", ERR_OK, "from hand to hand");
    expect_put(p, "p", false);
    ground_free(g);
}
END_TEST

START_TEST(one_alt_too_many_is_refused_and_what_is_ready_is_not)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    int64_t before;

    ck_assert(!ask_take(p, "1", "a"));
    ck_assert(ask_put(p, "p", "f", "buffered"));
    expect_put(p, "p", false);
    before = g->ex.memory;
    leave_room(g, RESERVE_REQUESTS, first_parked(p)->weight + CHANNEL_WEIGHT_MAX);
    ck_assert(!ask_take(p, "2", "a"));
    ck_assert(ask_take(p, "3", "a"));
    expect(p, "3", ERR_LIMIT_MEMORY, NULL);
    ck_assert(ask_take(p, "4", "f"));
    expect(p, "4", ERR_OK, "buffered");
    exchange_leave(&g->ex, &p->peers[0]);
    expect(p, "1", ERR_CANCELLED, NULL);
    expect(p, "2", ERR_CANCELLED, NULL);
    ck_assert_int_lt(g->ex.memory - p->freed, before);
    g->ex.memory_outside -= p->freed;
    ck_assert(!ask_take(p, "5", "a"));
    ground_free(g);
}
END_TEST

START_TEST(there_is_room_for_the_channels_of_an_alts_or_nothing_is_done)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    int64_t two;

    ck_assert(!ask_alts(p, "x", take_of("a"), take_of("b")));
    two = first_parked(p)->weight + 2 * CHANNEL_WEIGHT_MAX;
    exchange_leave(&g->ex, &p->peers[0]);
    expect(p, "x", ERR_CANCELLED, NULL);
    leave_room(g, RESERVE_REQUESTS, two - 1);
    ck_assert(ask_alts(p, "y", take_of("c"), take_of("d")));
    expect(p, "y", ERR_LIMIT_MEMORY, NULL);
    ck_assert(!channel(g, "c")->known && !channel(g, "d")->known);
    leave_room(g, RESERVE_REQUESTS, two);
    ck_assert(!ask_alts(p, "z", take_of("c"), take_of("d")));
    ground_free(g);
}
END_TEST

/* ---- values and their room ---- */

START_TEST(a_buffered_value_is_counted_until_nobody_holds_it)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    int64_t empty;

    ck_assert(ask_put(p, "p", "f", "value"));
    expect_put(p, "p", false);
    empty = buffer_room(channel(g, "f")->buffer.cap);
    ck_assert_int_gt(empty, 0);
    ck_assert_int_eq(held_beside(g, "f"), empty + weight_of(sizeof(struct value) + 5));
    ck_assert(ask_take(p, "t", "f"));
    ck_assert_int_eq(held_beside(g, "f"), empty + weight_of(sizeof(struct value) + 5));
    expect(p, "t", ERR_OK, "value");
    ck_assert_int_eq(held_beside(g, "f"), empty);
    ground_free(g);
}
END_TEST

START_TEST(the_room_of_a_large_buffer_counts_and_goes_with_the_last_value)
{
    enum { MANY = 1000 };
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct channel *ch = channel(g, "f");

    channel_reset(ch, &(struct channel_settings){KIND_FIXED, MANY, 0, -1});
    g->ex.bytes_max = 1000000;
    for (int i = 0; i < MANY; i++) {
        ck_assert(ask_put(p, NULL, "f", "v"));
        expect_put(p, NULL, false);
    }
    ck_assert_int_eq(held_beside(g, "f"),
                     buffer_room(MANY) + MANY * weight_of(sizeof(struct value) + 1));
    for (int i = 0; i < MANY; i++) {
        ck_assert(ask_take(p, NULL, "f"));
        expect(p, NULL, ERR_OK, "v");
    }
    ck_assert_int_eq(held_beside(g, "f"), 0);
    ground_free(g);
}
END_TEST

START_TEST(what_slides_out_or_is_dropped_is_counted_no_more)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    int64_t full;

    for (int i = 0; i < 2; i++) {
        ck_assert(ask_put(p, NULL, "s", "value"));
        expect_put(p, NULL, false);
    }
    full = held_beside(g, "s");
    leave_room(g, RESERVE_VALUES, 0); /* one takes the other's place */
    ck_assert(ask_put(p, NULL, "s", "valve"));
    expect_put(p, NULL, false);
    ck_assert_int_eq(held_beside(g, "s"), full);
    exchange_clear(&g->ex, channel(g, "s"));
    ck_assert_int_eq(held_beside(g, "s"), 0);
    ground_free(g);
}
END_TEST

START_TEST(a_promise_is_counted_once_whoever_got_it)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    int64_t kept;

    ck_assert(ask_put(p, "p", "p", "promised"));
    expect_put(p, "p", false);
    kept = g->ex.memory;
    for (int i = 0; i < 3; i++) {
        ck_assert(ask_take(p, "t", "p"));
        ck_assert_int_eq(g->ex.memory, kept);
    }
    exchange_clear(&g->ex, channel(g, "p"));
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(held_beside(g, "p"), weight_of(sizeof(struct value) + 8));
        expect(p, "t", ERR_OK, "promised");
    }
    ck_assert_int_eq(held_beside(g, "p"), 0);
    ground_free(g);
}
END_TEST

/* Each of them may turn out not to be read. */
/* For somebody does not read, and what is handed over may be for him. */
START_TEST(from_hand_to_hand_there_must_be_room_while_output_waits)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;

    g->ex.outside = 1;
    ck_assert(!ask_take(p, "t", "a"));
    leave_room(g, RESERVE_OUTPUT, 3);
    ck_assert(ask_put(p, "1", "a", "1234"));
    expect(p, "1", ERR_LIMIT_MEMORY, NULL);
    ck_assert_uint_eq(channel(g, "a")->take_count, 1);
    ck_assert(ask_put(p, "2", "a", "123"));
    expect(p, "t", ERR_OK, "123");
    expect_put(p, "2", false);
    ground_free(g);
}
END_TEST

START_TEST(long_values_from_hand_to_hand_are_limited_in_what_happens_at_once)
{
    enum { LONG = 4096 };
    struct ground *g = ground_new();
    struct place *p = &g->place;
    char value[LONG + 1];

    memset(value, 'v', LONG);
    value[LONG] = '\0';
    for (int i = 0; i < 2; i++)
        ck_assert(!ask_take(p, "t", "a"));
    leave_room(g, RESERVE_OUTPUT, LONG + 4000);
    ck_assert(ask_put(p, "1", "a", value));
    expect(p, "t", ERR_OK, value);
    expect_put(p, "1", false);
    ck_assert(ask_put(p, "2", "a", value));
    expect(p, "2", ERR_LIMIT_MEMORY, NULL);
    value[LONG - 1] = '\0';
    ck_assert(ask_put(p, "3", "a", value));
    expect(p, "t", ERR_OK, value);
    expect_put(p, "3", false);
    ground_free(g);
}
END_TEST

START_TEST(what_found_no_memory_is_not_counted)
{
    struct ground *g = ground_new();
    struct place *p = &g->place;
    struct offer offers[] = {put_of("a", "v"), take_of("b"), put_of("c", "v")};
    struct manner a_while = {.wait_ns = 9};
    long refused = 1;

    channel(g, "a");
    channel(g, "b");
    channel(g, "c");
    for (long n = 0; refused > 0; n++) {
        starve_after(n);
        ask_as(p, a_while, "x", offers, 3);
        refused = starve_end();
        if (refused == 0)
            break;
        expect(p, "x", ERR_NO_MEMORY, NULL);
        for (struct list *l = g->ex.quiet.next; l != &g->ex.quiet; l = l->next)
            g->ex.memory -= channel_weight(container_of(l, struct channel, quiet));
        ck_assert_int_eq(g->ex.memory, p->freed);
        for (struct list *l = g->ex.quiet.next; l != &g->ex.quiet; l = l->next)
            g->ex.memory += channel_weight(container_of(l, struct channel, quiet));
    }
    ground_free(g);
}
END_TEST

UNIT_MAIN("alt_memory", a_retired_completion_is_memory_for_the_next_alt,
          no_more_are_kept_for_reuse_than_have_a_place,
          an_alt_is_counted_until_its_completion_is_given_back,
          many_clauses_weigh_what_they_take,
          requests_park_where_there_is_no_room_for_values_any_more,
          one_alt_too_many_is_refused_and_what_is_ready_is_not,
          there_is_room_for_the_channels_of_an_alts_or_nothing_is_done,
          a_buffered_value_is_counted_until_nobody_holds_it,
          the_room_of_a_large_buffer_counts_and_goes_with_the_last_value,
          what_slides_out_or_is_dropped_is_counted_no_more,
          a_promise_is_counted_once_whoever_got_it,
          from_hand_to_hand_there_must_be_room_while_output_waits,
          long_values_from_hand_to_hand_are_limited_in_what_happens_at_once,
          what_found_no_memory_is_not_counted)
