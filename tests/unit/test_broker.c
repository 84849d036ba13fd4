/* SPDX-License-Identifier: MIT */
#include "broker.h"

#include <stdio.h>
#include "booth.h"
#include "starve.h"
#include "unit.h"

/* ---- known and forgotten ---- */

START_TEST(a_new_broker_knows_nothing)
{
    struct booth *b = booth_new();
    struct broker_stat totals = broker_totals(b->broker);

    ck_assert_int_eq(totals.channels + totals.parked + totals.bytes + totals.output_bytes,
                     0);
    ck_assert_int_eq(broker_deadline(b->broker), INT64_MAX);
    ck_assert(!is_known(b, "a"));
    broker_expire(b->broker, INT64_MAX);
    expect_nothing(&b->place);
    booth_free(b);
}
END_TEST

START_TEST(who_waits_makes_a_channel_known_and_who_goes_lets_it_be_forgotten)
{
    struct booth *b = booth_new();
    struct place *p = &b->place;

    ck_assert(!ask_take(p, "1", "a"));
    ck_assert_uint_eq(stat_of(b, "a").parked_takes, 1);
    ck_assert_int_eq(broker_totals(b->broker).channels, 1);
    ck_assert_int_eq(broker_totals(b->broker).parked, 1);
    ck_assert_int_eq(broker_cancel(b->broker, &p->peers[0], slice_text("1"), 0), ERR_OK);
    expect(p, "1", ERR_CANCELLED, NULL);
    ck_assert(!is_known(b, "a"));
    ck_assert_int_eq(broker_totals(b->broker).channels, 0);
    booth_free(b);
}
END_TEST

START_TEST(what_is_buffered_keeps_a_channel_known_until_it_is_taken)
{
    struct booth *b = booth_new();

    put_in(b, "f/1", "v");
    ck_assert_uint_eq(stat_of(b, "f/1").buffered, 1);
    ck_assert_uint_eq(stat_of(b, "f/1").bytes, 1);
    take_out(b, "f/1", "v");
    ck_assert(!is_known(b, "f/1"));
    put_in(b, "f/1", "w");
    ck_assert_uint_eq(stat_of(b, "f/1").puts, 1); /* the totals have started anew */
    take_out(b, "f/1", "w");
    booth_free(b);
}
END_TEST

START_TEST(a_rendezvous_leaves_no_channel_behind)
{
    struct booth *b = booth_new();
    struct place *p = &b->place;

    ck_assert(!ask_take(p, "t", "a"));
    ck_assert(ask_put(p, "p", "a", "v"));
    expect(p, "t", ERR_OK, "v");
    expect_put(p, "p", false);
    ck_assert(!is_known(b, "a"));
    booth_free(b);
}
END_TEST

START_TEST(without_parking_no_channel_is_made)
{
    struct booth *b = booth_new();

    b->settings.limits.channels = 1;
    configure(b);
    ck_assert_int_eq(open_as(b, "full", any), 1);
    ck_assert(ask_for(b, ALT_NO_PARK, "t", take_of("a")));
    expect(&b->place, "t", ERR_TIMEOUT, NULL);
    ck_assert(ask_for(b, ALT_NO_PARK, "p", put_of("a", "v")));
    expect(&b->place, "p", ERR_TIMEOUT, NULL);
    ck_assert(!is_known(b, "a"));
    booth_free(b);
}
END_TEST

/* ---- auto_create ---- */

START_TEST(without_auto_create_only_what_was_opened_is_there)
{
    struct booth *b = booth_new();
    struct place *p = &b->place;

    b->settings.auto_create = false;
    configure(b);
    ck_assert_int_eq(open_as(b, "a", any), 1);
    ck_assert(ask_take(p, "1", "b"));
    expect_clause(p, "1", ERR_NO_CHANNEL, 0, "b", NULL);
    ck_assert(ask_put(p, "2", "f/1", "v"));
    expect(p, "2", ERR_NO_CHANNEL, NULL);
    ck_assert(ask_alts(p, "3", take_of("a"), take_of("c"), take_of("d")));
    expect_clause(p, "3", ERR_NO_CHANNEL, 0, "c", NULL);
    ck_assert(ask_for(b, ALT_NO_PARK, "4", take_of("b")));
    expect(p, "4", ERR_NO_CHANNEL, NULL);
    ck_assert_int_eq(close_it(b, "b"), ERR_NO_CHANNEL);
    ck_assert(!ask_take(p, "5", "a"));
    ck_assert_int_eq(broker_totals(b->broker).channels, 1);
    booth_free(b);
}
END_TEST

/* ---- waits, cancel and leave ---- */

START_TEST(a_wait_ends_when_its_time_is_up_and_not_before)
{
    struct booth *b = booth_new();

    ck_assert(!ask_for(b, 300, "3", take_of("a")));
    ck_assert(!ask_for(b, 100, "1", take_of("a")));
    ck_assert(!ask_for(b, 200, "2", put_of("b", "v")));
    ck_assert_int_eq(broker_deadline(b->broker), 1100);
    until(b, 1099);
    expect_nothing(&b->place);
    until(b, 1100);
    expect(&b->place, "1", ERR_TIMEOUT, NULL);
    expect_nothing(&b->place);
    until(b, 9999);
    expect(&b->place, "2", ERR_TIMEOUT, NULL);
    expect(&b->place, "3", ERR_TIMEOUT, NULL);
    ck_assert_int_eq(broker_totals(b->broker).channels, 0);
    ck_assert_int_eq(broker_totals(b->broker).bytes, 0);
    booth_free(b);
}
END_TEST

START_TEST(cancel_ends_the_request_of_that_tag_and_peer_only)
{
    struct booth *b = booth_new();
    struct place *p = &b->place;
    struct offer take = take_of("a");

    ck_assert(!ask_take(p, "7", "a"));
    ck_assert(!ask_take(p, "\"7\"", "a"));
    ck_assert(
        !ask_as(p, (struct manner){.wait_ns = ALT_FOREVER, .peer = 1}, "7", &take, 1));
    ck_assert(!ask_take(p, NULL, "a"));
    ck_assert(broker_is_parked(b->broker, &p->peers[0], slice_text("7")));
    ck_assert(!broker_is_parked(b->broker, &p->peers[0], slice_text("8")));
    ck_assert(!broker_is_parked(b->broker, &p->peers[0], (struct slice){0}));
    ck_assert_int_eq(broker_cancel(b->broker, &p->peers[0], slice_text("7"), 0), ERR_OK);
    expect(p, "7", ERR_CANCELLED, NULL);
    expect_nothing(p);
    ck_assert_int_eq(broker_cancel(b->broker, &p->peers[0], slice_text("7"), 0),
                     ERR_NOT_PARKED);
    ck_assert_int_eq(broker_cancel(b->broker, &p->peers[2], slice_text("7"), 0),
                     ERR_NOT_PARKED);
    ck_assert_uint_eq(stat_of(b, "a").parked_takes, 3);
    booth_free(b);
}
END_TEST

START_TEST(leave_ends_all_of_a_peer)
{
    struct booth *b = booth_new();
    struct place *p = &b->place;

    ck_assert(!ask_take(p, "1", "a"));
    ck_assert(!ask_for(b, 50, "2", put_of("b", "v")));
    broker_leave(b->broker, &p->peers[0], 1000);
    expect(p, "1", ERR_CANCELLED, NULL);
    expect(p, "2", ERR_CANCELLED, NULL);
    ck_assert_int_eq(broker_totals(b->broker).channels, 0);
    ck_assert_int_eq(broker_deadline(b->broker), INT64_MAX);
    broker_leave(b->broker, &p->peers[0], 1000);
    booth_free(b);
}
END_TEST

/* ---- settings that change ---- */

START_TEST(other_settings_are_for_what_comes)
{
    static const struct channel_template other = {
        "f/*", {.kind = KIND_DROPPING, .size = 1, .close_after_ms = -1}};
    struct booth *b = booth_new();

    put_in(b, "f/1", "v");
    b->settings.templates = &other;
    b->settings.template_count = 1;
    b->settings.limits.memory_bytes = 2;
    configure(b);
    ck_assert_int_eq(stat_of(b, "f/1").settings.kind, KIND_FIXED);
    put_in(b, "f/2", "w");
    ck_assert_int_eq(stat_of(b, "f/2").settings.kind, KIND_DROPPING);
    ck_assert(ask_put(&b->place, "x", "f/3", "y"));
    expect(&b->place, "x", ERR_LIMIT_MEMORY, NULL);
    take_out(b, "f/1", "v");
    put_in(b, "f/1", "z"); /* it was forgotten in between */
    ck_assert_int_eq(stat_of(b, "f/1").settings.kind, KIND_DROPPING);
    booth_free(b);
}
END_TEST

START_TEST(output_that_waits_counts_as_memory)
{
    struct booth *b = booth_new();

    b->settings.limits.memory_bytes = 10;
    configure(b);
    broker_set_outside(b->broker, 9, 0);
    ck_assert_int_eq(broker_totals(b->broker).output_bytes, 9);
    ck_assert(ask_put(&b->place, "x", "f/1", "12"));
    expect(&b->place, "x", ERR_LIMIT_MEMORY, NULL);
    broker_set_outside(b->broker, 0, 0);
    put_in(b, "f/1", "12");
    booth_free(b);
}
END_TEST

START_TEST(a_channel_is_made_while_there_is_room_for_it)
{
    enum { BYTES_MAX = 1000 };
    const int64_t most = BYTES_MAX + RESERVE_REQUESTS;
    struct booth *b = booth_new();
    struct broker_open open = {.close_after_ms = -1};
    bool created;

    b->settings.limits.memory_bytes = BYTES_MAX;
    configure(b);
    broker_set_outside(b->broker, 0, most - CHANNEL_WEIGHT_MAX + 1);
    ck_assert_int_eq(broker_open(b->broker, slice_text("a"), &open, 0, &created),
                     ERR_LIMIT_MEMORY);
    ck_assert_int_eq(broker_close(b->broker, slice_text("a"), 0), ERR_LIMIT_MEMORY);
    broker_set_outside(b->broker, 0, most - CHANNEL_WEIGHT_MAX);
    ck_assert_int_eq(broker_open(b->broker, slice_text("a"), &open, 0, &created), ERR_OK);
    ck_assert_int_eq(broker_memory(b->broker), CHANNEL_WEIGHT + 1);
    ck_assert_int_eq(broker_totals(b->broker).memory,
                     most - CHANNEL_WEIGHT_MAX + CHANNEL_WEIGHT + 1);
    ck_assert_int_eq(broker_open(b->broker, slice_text("b"), &open, 0, &created),
                     ERR_LIMIT_MEMORY);
    broker_delete(b->broker, slice_text("a"), 0);
    ck_assert_int_eq(broker_memory(b->broker), 0);
    booth_free(b);
}
END_TEST

/* ---- requests that come to nothing ---- */

/* Else they could be sent until the memory is full: no limit counts them. */
START_TEST(a_refused_size_costs_no_memory)
{
    struct booth *b = booth_new();
    char name[32];
    long refused = 0;

    b->settings.limits.buffer_size = 1;
    configure(b);
    for (int i = 0; i < 100; i++) {
        int result;

        snprintf(name, sizeof name, "name/%d", i);
        starve_after(0);
        result = open_as(b, name, open_of(KIND_FIXED, 2));
        refused += starve_end();
        ck_assert_int_eq(result, -ERR_LIMIT_BUFFER_SIZE);
    }
    ck_assert_int_eq(refused, 0);
    booth_free(b);
}
END_TEST

/* ---- memory that runs out ---- */

START_TEST(without_memory_there_is_no_broker)
{
    struct broker_settings s = {.limits = limits_default(), .templates = booth_templates};
    struct broker *broker = NULL;

    s.template_count = 2;
    for (long n = 0; !broker; n++) {
        starve_after(n);
        broker = broker_new(&s, (struct hash_key){1, 2}, 3);
        ck_assert_int_eq(starve_end() > 0, !broker);
    }
    broker_free(broker);
    broker_free(NULL);
}
END_TEST

START_TEST(without_memory_requests_are_refused_and_nothing_is_known)
{
    struct booth *b = booth_new();
    struct broker_open after_2 = {.close_after_ms = 2};
    int opened;
    enum err closed;

    starve_after(0);
    opened = open_as(b, "a", after_2);
    closed = close_it(b, "b");
    ck_assert_int_eq(ask_take(&b->place, "t", "c") + (int)starve_end(), 4);
    ck_assert_int_eq(opened, -ERR_NO_MEMORY);
    ck_assert_int_eq(closed, ERR_NO_MEMORY);
    expect(&b->place, "t", ERR_NO_MEMORY, NULL);
    ck_assert_int_eq(broker_totals(b->broker).channels, 0);
    starve_after(1); /* the channel; and none for its deadline */
    opened = open_as(b, "a", after_2);
    starve_end();
    ck_assert_int_eq(opened, -ERR_NO_MEMORY);
    ck_assert_int_eq(broker_totals(b->broker).channels, 0);
    ck_assert_int_eq(open_as(b, "a", after_2), 1);
    booth_free(b);
}
END_TEST

START_TEST(a_closed_channel_that_found_no_memory_goes_a_little_later)
{
    struct booth *b = booth_new();
    enum err err;

    starve_after(1); /* the channel; and none for its deadline */
    err = close_it(b, "a");
    starve_end();
    ck_assert_int_eq(err, ERR_OK);
    ck_assert_int_eq(broker_deadline(b->broker), INT64_MAX);
    b->place.now_ns = 2000;
    ck_assert_int_eq(close_it(b, "b"), ERR_OK);
    until(b, 2000 + LINGER);
    ck_assert(!is_known(b, "a"));
    booth_free(b);
}
END_TEST

/* ---- list ---- */

START_TEST(list_shows_what_stat_shows)
{
    struct booth *b = booth_new();
    struct channel_stat page[3];
    struct catalog_query query = {.limit = 2};
    bool more = false;

    put_in(b, "f/1", "value");
    ck_assert(!ask_take(&b->place, "t", "a"));
    ck_assert_int_eq(close_it(b, "x"), ERR_OK);
    ck_assert_uint_eq(broker_list(b->broker, &query, page, &more), 2);
    ck_assert(more);
    ck_assert_str_eq(page[0].name, "a");
    ck_assert_uint_eq(page[0].parked_takes, 1);
    ck_assert_str_eq(page[1].name, "f/1");
    ck_assert_uint_eq(page[1].bytes, 5);
    query.after = slice_text("f/1");
    ck_assert_uint_eq(broker_list(b->broker, &query, page, &more), 1);
    ck_assert(!more && page[0].closed);
    booth_free(b);
}
END_TEST

UNIT_MAIN("broker", a_new_broker_knows_nothing,
          who_waits_makes_a_channel_known_and_who_goes_lets_it_be_forgotten,
          what_is_buffered_keeps_a_channel_known_until_it_is_taken,
          a_rendezvous_leaves_no_channel_behind, without_parking_no_channel_is_made,
          without_auto_create_only_what_was_opened_is_there,
          a_wait_ends_when_its_time_is_up_and_not_before,
          cancel_ends_the_request_of_that_tag_and_peer_only, leave_ends_all_of_a_peer,
          other_settings_are_for_what_comes, output_that_waits_counts_as_memory,
          a_channel_is_made_while_there_is_room_for_it, a_refused_size_costs_no_memory,
          without_memory_there_is_no_broker,
          without_memory_requests_are_refused_and_nothing_is_known,
          a_closed_channel_that_found_no_memory_goes_a_little_later,
          list_shows_what_stat_shows)
