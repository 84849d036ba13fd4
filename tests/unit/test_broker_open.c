/* SPDX-License-Identifier: MIT */
/* Channels that are opened, once or again. */
#include "broker.h"

#include "booth.h"
#include "unit.h"

START_TEST(an_opened_channel_stays_until_it_is_deleted)
{
    struct booth *b = booth_new();

    ck_assert_int_eq(open_as(b, "a", open_of(KIND_FIXED, 3)), 1);
    put_in(b, "a", "v");
    take_out(b, "a", "v");
    until(b, INT64_MAX / 2);
    ck_assert_uint_eq(stat_of(b, "a").takes, 1);
    delete_it(b, "a");
    ck_assert(!is_known(b, "a"));
    delete_it(b, "a");
    ck_assert_int_eq(broker_totals(b->broker).channels, 0);
    booth_free(b);
}
END_TEST

START_TEST(opening_a_channel_made_by_use_keeps_it)
{
    struct booth *b = booth_new();

    put_in(b, "f/1", "v");
    ck_assert_int_eq(open_as(b, "f/1", any), 0);
    take_out(b, "f/1", "v");
    ck_assert(is_known(b, "f/1"));
    booth_free(b);
}
END_TEST

START_TEST(open_creates_once_with_what_it_names)
{
    struct booth *b = booth_new();
    struct broker_open open = open_of(KIND_SLIDING, 7);
    struct channel_stat stat;

    open.max_parked = 3;
    open.close_after_ms = 60;
    ck_assert_int_eq(open_as(b, "a", open), 1);
    ck_assert_int_eq(open_as(b, "a", open), 0);
    stat = stat_of(b, "a");
    ck_assert_int_eq(stat.settings.kind, KIND_SLIDING);
    ck_assert_uint_eq(stat.settings.size, 7);
    ck_assert_uint_eq(stat.settings.max_parked, 3);
    ck_assert_int_eq(stat.settings.close_after_ms, 60);
    booth_free(b);
}
END_TEST

START_TEST(open_takes_from_the_template_what_it_does_not_name)
{
    struct booth *b = booth_new();
    struct broker_open two = {.max_parked = 2, .close_after_ms = -1};

    ck_assert_int_eq(open_as(b, "f/1", any), 1);
    ck_assert_int_eq(stat_of(b, "f/1").settings.kind, KIND_FIXED);
    ck_assert_uint_eq(stat_of(b, "f/1").settings.max_parked, 4);
    ck_assert_int_eq(open_as(b, "f/2", two), 1);
    ck_assert_uint_eq(stat_of(b, "f/2").settings.size, 2);
    ck_assert_uint_eq(stat_of(b, "f/2").settings.max_parked, 2);
    ck_assert_int_eq(open_as(b, "f/3", open_of(KIND_NONE, 0)), 1);
    ck_assert_int_eq(stat_of(b, "f/3").settings.kind, KIND_NONE);
    ck_assert_uint_eq(stat_of(b, "f/3").settings.size, 0);
    booth_free(b);
}
END_TEST

START_TEST(open_refuses_what_differs_and_accepts_what_it_does_not_name)
{
    struct booth *b = booth_new();
    struct broker_open max_3 = {.max_parked = 3, .close_after_ms = -1};
    struct broker_open max_9 = {.max_parked = 9, .close_after_ms = -1};
    struct broker_open after_5 = {.close_after_ms = 5};

    ck_assert_int_eq(open_as(b, "a", open_of(KIND_FIXED, 3)), 1);
    ck_assert_int_eq(open_as(b, "a", any), 0);
    ck_assert_int_eq(open_as(b, "a", open_of(KIND_FIXED, 4)), -ERR_EXISTS);
    ck_assert_int_eq(open_as(b, "a", open_of(KIND_SLIDING, 3)), -ERR_EXISTS);
    ck_assert_int_eq(open_as(b, "a", open_of(KIND_NONE, 0)), -ERR_EXISTS);
    ck_assert_int_eq(open_as(b, "a", max_3), -ERR_EXISTS);
    ck_assert_int_eq(open_as(b, "a", max_9), 0); /* the broker's own limit */
    ck_assert_int_eq(open_as(b, "a", after_5), -ERR_EXISTS);
    ck_assert_int_eq(stat_of(b, "a").settings.kind, KIND_FIXED);
    booth_free(b);
}
END_TEST

START_TEST(open_knows_its_limits)
{
    struct booth *b = booth_new();

    b->settings.limits.buffer_size = 10;
    b->settings.limits.channels = 2;
    configure(b);
    ck_assert_int_eq(open_as(b, "a", open_of(KIND_FIXED, 11)), -ERR_LIMIT_BUFFER_SIZE);
    ck_assert_int_eq(broker_totals(b->broker).channels, 0);
    ck_assert_int_eq(open_as(b, "a", open_of(KIND_FIXED, 10)), 1);
    ck_assert_int_eq(open_as(b, "b", open_of(KIND_PROMISE, 0)), 1);
    ck_assert_int_eq(open_as(b, "c", any), -ERR_LIMIT_CHANNELS);
    ck_assert(!is_known(b, "c"));
    ck_assert_int_eq(open_as(b, "a", any), 0);
    delete_it(b, "b");
    ck_assert_int_eq(open_as(b, "c", any), 1);
    booth_free(b);
}
END_TEST

START_TEST(a_line_of_an_opened_channel_has_its_own_most)
{
    struct booth *b = booth_new();
    struct place *p = &b->place;
    struct broker_open two = {.max_parked = 2, .close_after_ms = -1};

    ck_assert_int_eq(open_as(b, "a", two), 1);
    ck_assert(!ask_take(p, NULL, "a"));
    ck_assert(!ask_take(p, NULL, "a"));
    ck_assert(ask_take(p, "x", "a"));
    expect(p, "x", ERR_LIMIT_PARKED_CHANNEL, NULL);
    ck_assert(ask_for(b, ALT_NO_PARK, "y", take_of("a")));
    expect(p, "y", ERR_TIMEOUT, NULL);
    booth_free(b);
}
END_TEST

START_TEST(a_closed_channel_with_nothing_left_is_opened_anew)
{
    struct booth *b = booth_new();

    ck_assert_int_eq(open_as(b, "a", open_of(KIND_FIXED, 2)), 1);
    put_in(b, "a", "v");
    ck_assert_int_eq(close_it(b, "a"), ERR_OK);
    ck_assert_int_eq(open_as(b, "a", any), 0);
    ck_assert_int_eq(open_as(b, "a", open_of(KIND_FIXED, 3)), -ERR_EXISTS);
    ck_assert(stat_of(b, "a").closed);
    take_out(b, "a", "v");
    ck_assert_int_eq(open_as(b, "a", open_of(KIND_SLIDING, 3)), 1);
    ck_assert(!stat_of(b, "a").closed);
    ck_assert_uint_eq(stat_of(b, "a").puts, 0);
    ck_assert_int_eq(broker_deadline(b->broker), INT64_MAX);
    put_in(b, "a", "w");
    booth_free(b);
}
END_TEST

START_TEST(opening_anew_needs_no_room_among_the_channels)
{
    struct booth *b = booth_new();

    ck_assert_int_eq(open_as(b, "a", any), 1);
    ck_assert_int_eq(open_as(b, "b", any), 1);
    ck_assert_int_eq(close_it(b, "a"), ERR_OK);
    b->settings.limits.channels = 1;
    configure(b);
    ck_assert_int_eq(open_as(b, "a", any), 1);
    ck_assert_int_eq(broker_totals(b->broker).channels, 2);
    booth_free(b);
}
END_TEST

START_TEST(a_channel_that_closes_at_once_can_be_opened_again_and_again)
{
    struct booth *b = booth_new();
    struct broker_open at_once = {.close_after_ms = 0};

    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(open_as(b, "a", at_once), 1);
        ck_assert(stat_of(b, "a").closed);
        ck_assert_int_eq(broker_deadline(b->broker), 1000 + LINGER);
    }
    booth_free(b);
}
END_TEST

UNIT_MAIN("broker_open", an_opened_channel_stays_until_it_is_deleted,
          opening_a_channel_made_by_use_keeps_it, open_creates_once_with_what_it_names,
          open_takes_from_the_template_what_it_does_not_name,
          open_refuses_what_differs_and_accepts_what_it_does_not_name,
          open_knows_its_limits, a_line_of_an_opened_channel_has_its_own_most,
          a_closed_channel_with_nothing_left_is_opened_anew,
          opening_anew_needs_no_room_among_the_channels,
          a_channel_that_closes_at_once_can_be_opened_again_and_again)
