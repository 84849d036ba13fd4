/* SPDX-License-Identifier: MIT */
/* Channels that are closed, by somebody or in time, linger, and go; or are deleted. */
#include "broker.h"

#include "booth.h"
#include "unit.h"

/* ---- close, and what is closed ---- */

START_TEST(a_closed_channel_stays_known_for_a_time_and_refuses_puts)
{
    struct booth *b = booth_new();
    struct place *p = &b->place;

    ck_assert_int_eq(close_it(b, "a"), ERR_OK);
    ck_assert(stat_of(b, "a").closed);
    ck_assert_int_eq(broker_deadline(b->broker), 1000 + LINGER);
    until(b, 1000 + LINGER - 1);
    ck_assert_int_eq(close_it(b, "a"), ERR_OK); /* which starts no new time */
    ck_assert(ask_put(p, "p", "a", "v"));
    expect(p, "p", ERR_CLOSED, NULL);
    ck_assert(ask_take(p, "t", "a"));
    expect(p, "t", ERR_CLOSED, NULL);
    until(b, 1000 + LINGER);
    ck_assert(!is_known(b, "a"));
    ck_assert_int_eq(broker_deadline(b->broker), INT64_MAX);
    ck_assert(!ask_take(p, "t", "a"));
    booth_free(b);
}
END_TEST

START_TEST(the_time_begins_when_a_closed_channel_is_drained)
{
    struct booth *b = booth_new();

    ck_assert_int_eq(open_as(b, "a", open_of(KIND_FIXED, 1)), 1);
    put_in(b, "a", "1");
    ck_assert(!ask_put(&b->place, "p", "a", "2"));
    ck_assert_int_eq(close_it(b, "a"), ERR_OK);
    until(b, 5000);
    ck_assert(ask_take(&b->place, "out", "a"));
    expect(&b->place, "out", ERR_OK, "1");
    expect_put(&b->place, "p", false);
    ck_assert_int_eq(broker_deadline(b->broker), INT64_MAX);
    until(b, 6000);
    take_out(b, "a", "2");
    ck_assert_int_eq(broker_deadline(b->broker), 6000 + LINGER);
    until(b, 6000 + LINGER);
    ck_assert(!is_known(b, "a")); /* opened or not */
    booth_free(b);
}
END_TEST

START_TEST(cancelling_the_last_put_drains_a_closed_channel)
{
    struct booth *b = booth_new();

    ck_assert(!ask_put(&b->place, "p", "a", "v"));
    ck_assert_int_eq(close_it(b, "a"), ERR_OK);
    ck_assert_int_eq(broker_deadline(b->broker), INT64_MAX);
    broker_leave(b->broker, &b->place.peers[0], 2000);
    expect(&b->place, "p", ERR_CANCELLED, NULL);
    ck_assert_int_eq(broker_deadline(b->broker), 2000 + LINGER);
    booth_free(b);
}
END_TEST

START_TEST(a_kept_promise_lingers_for_ever)
{
    struct booth *b = booth_new();

    put_in(b, "p/1", "kept");
    ck_assert_int_eq(close_it(b, "p/1"), ERR_OK);
    until(b, INT64_MAX / 2);
    take_out(b, "p/1", "kept");
    ck_assert_int_eq(open_as(b, "p/1", any), 0);
    delete_it(b, "p/1");
    ck_assert(!is_known(b, "p/1"));
    booth_free(b);
}
END_TEST

START_TEST(close_makes_a_channel_and_meets_the_limit)
{
    struct booth *b = booth_new();

    b->settings.limits.channels = 1;
    configure(b);
    ck_assert_int_eq(close_it(b, "a"), ERR_OK);
    ck_assert_int_eq(close_it(b, "b"), ERR_LIMIT_CHANNELS);
    ck_assert_int_eq(close_it(b, "a"), ERR_OK);
    ck_assert(!is_known(b, "b"));
    booth_free(b);
}
END_TEST

START_TEST(lingering_may_take_no_time_or_for_ever)
{
    struct booth *b = booth_new();

    b->settings.closed_linger_ns = 0;
    configure(b);
    ck_assert_int_eq(close_it(b, "a"), ERR_OK);
    ck_assert(is_known(b, "a"));
    until(b, b->place.now_ns);
    ck_assert(!is_known(b, "a"));
    b->settings.closed_linger_ns = INT64_MAX;
    configure(b);
    ck_assert_int_eq(close_it(b, "a"), ERR_OK);
    ck_assert_int_eq(broker_deadline(b->broker), INT64_MAX);
    booth_free(b);
}
END_TEST

/* ---- delete ---- */

START_TEST(delete_cancels_drops_and_forgets)
{
    struct booth *b = booth_new();
    struct place *p = &b->place;

    put_in(b, "f/1", "1");
    put_in(b, "f/1", "2");
    ck_assert(!ask_put(p, "p", "f/1", "3"));
    ck_assert(!ask_alts(p, "x", put_of("f/1", "4"), take_of("b")));
    ck_assert_int_eq(broker_totals(b->broker).bytes, 4);
    delete_it(b, "f/1");
    expect(p, "p", ERR_CANCELLED, NULL);
    expect(p, "x", ERR_CANCELLED, NULL);
    ck_assert(!is_known(b, "f/1"));
    ck_assert(!is_known(b, "b"));
    ck_assert_int_eq(broker_totals(b->broker).bytes, 0);
    put_in(b, "f/1", "5");
    ck_assert_uint_eq(stat_of(b, "f/1").puts, 1);
    booth_free(b);
}
END_TEST

START_TEST(delete_ends_what_would_have_closed_or_lingered)
{
    struct booth *b = booth_new();
    struct broker_open after_1 = {.close_after_ms = 1};

    ck_assert_int_eq(open_as(b, "a", after_1), 1);
    ck_assert_int_eq(close_it(b, "b"), ERR_OK);
    delete_it(b, "a");
    delete_it(b, "b");
    ck_assert_int_eq(broker_deadline(b->broker), INT64_MAX);
    ck_assert(!ask_take(&b->place, "t", "b"));
    booth_free(b);
}
END_TEST

/* ---- those that close in time ---- */

START_TEST(a_timeout_channel_closes_by_itself)
{
    struct booth *b = booth_new();
    struct broker_open after_2 = {.close_after_ms = 2};

    ck_assert_int_eq(open_as(b, "a", after_2), 1);
    ck_assert(!ask_take(&b->place, "t", "a"));
    ck_assert_int_eq(broker_deadline(b->broker), 1000 + 2 * MS);
    until(b, 1000 + 2 * MS);
    expect(&b->place, "t", ERR_CLOSED, NULL);
    ck_assert(stat_of(b, "a").closed);
    ck_assert_int_eq(broker_deadline(b->broker), 1000 + 2 * MS + LINGER);
    booth_free(b);
}
END_TEST

START_TEST(closing_earlier_ends_the_time_of_a_timeout_channel)
{
    struct booth *b = booth_new();
    struct broker_open after_2 = {.close_after_ms = 2};

    ck_assert_int_eq(open_as(b, "a", after_2), 1);
    ck_assert_int_eq(close_it(b, "a"), ERR_OK);
    ck_assert_int_eq(broker_deadline(b->broker), 1000 + LINGER);
    ck_assert_int_eq(open_as(b, "a", after_2), 1);
    ck_assert_int_eq(broker_deadline(b->broker), 1000 + 2 * MS);
    booth_free(b);
}
END_TEST

START_TEST(times_behind_the_end_of_time_never_come)
{
    struct booth *b = booth_new();
    struct broker_open after_long = {.close_after_ms = (INT64_C(1) << 53) - 1};

    b->place.now_ns = INT64_MAX - 5;
    ck_assert_int_eq(open_as(b, "a", after_long), 1);
    ck_assert_int_eq(close_it(b, "b"), ERR_OK);
    ck_assert(!ask_for(b, INT64_MAX, "t", take_of("c")));
    ck_assert_int_eq(broker_deadline(b->broker), INT64_MAX);
    ck_assert(!stat_of(b, "a").closed);
    booth_free(b);
}
END_TEST

UNIT_MAIN("broker_close", a_closed_channel_stays_known_for_a_time_and_refuses_puts,
          the_time_begins_when_a_closed_channel_is_drained,
          cancelling_the_last_put_drains_a_closed_channel,
          a_kept_promise_lingers_for_ever, close_makes_a_channel_and_meets_the_limit,
          lingering_may_take_no_time_or_for_ever, delete_cancels_drops_and_forgets,
          delete_ends_what_would_have_closed_or_lingered,
          a_timeout_channel_closes_by_itself,
          closing_earlier_ends_the_time_of_a_timeout_channel,
          times_behind_the_end_of_time_never_come)
