/* SPDX-License-Identifier: MIT */
#include "broker.h"

#include <stdio.h>
#include "asking.h"
#include "starve.h"
#include "unit.h"

enum { MS = 1000000, LINGER = 500 };

struct bench {
    struct place place; /* first, so that the one is the other */
    struct broker *broker;
    struct broker_settings settings;
};

static const struct channel_template templates[] = {
    {"f/*", {.kind = KIND_FIXED, .size = 2, .max_parked = 4, .close_after_ms = -1}},
    {"p/*", {.kind = KIND_PROMISE, .close_after_ms = -1}},
};

static bool bench_start(struct place *p, struct ask *ask, struct completion *now)
{
    return broker_start(((struct bench *)p)->broker, ask, p->now_ns, now);
}

static struct bench *bench_new(void)
{
    struct bench *b = calloc(1, sizeof *b);

    ck_assert_ptr_nonnull(b);
    b->settings = (struct broker_settings){.limits = limits_default(),
                                           .auto_create = true,
                                           .closed_linger_ns = LINGER,
                                           .templates = templates,
                                           .template_count = 2};
    b->settings.limits.parked_per_channel = 9;
    b->broker = broker_new(&b->settings, (struct hash_key){1, 2}, 3);
    ck_assert_ptr_nonnull(b->broker);
    place_init(&b->place, bench_start, broker_done(b->broker));
    b->place.now_ns = 1000;
    return b;
}

static void bench_free(struct bench *b)
{
    expect_nothing(&b->place);
    for (int i = 0; i < ASKING_PEERS; i++)
        broker_leave(b->broker, &b->place.peers[i], b->place.now_ns);
    place_drain(&b->place);
    ck_assert_int_eq(broker_totals(b->broker).parked, 0);
    place_release(&b->place);
    broker_free(b->broker);
    free(b);
}

static void configure(struct bench *b)
{
    ck_assert(broker_configure(b->broker, &b->settings));
}

/* ---- what can be asked, in short ---- */

static const struct broker_open any = {.close_after_ms = -1};

static struct broker_open open_of(enum kind kind, int64_t size)
{
    return (struct broker_open){
        .has_buffer = true, .kind = kind, .size = size, .close_after_ms = -1};
}

/* 1: created; 0: it was there; below 0: the error, negative. */
static int open_as(struct bench *b, const char *name, struct broker_open open)
{
    bool created = false;
    enum err err =
        broker_open(b->broker, slice_text(name), &open, b->place.now_ns, &created);

    return err ? -(int)err : created;
}

static enum err close_it(struct bench *b, const char *name)
{
    return broker_close(b->broker, slice_text(name), b->place.now_ns);
}

static void delete_it(struct bench *b, const char *name)
{
    broker_delete(b->broker, slice_text(name), b->place.now_ns);
}

static bool is_known(const struct bench *b, const char *name)
{
    struct channel_stat stat;

    return broker_stat(b->broker, slice_text(name), &stat) == ERR_OK;
}

static struct channel_stat stat_of(const struct bench *b, const char *name)
{
    struct channel_stat stat;

    ck_assert_int_eq(broker_stat(b->broker, slice_text(name), &stat), ERR_OK);
    ck_assert_str_eq(stat.name, name);
    return stat;
}

/* Time passes, to this moment. */
static void until(struct bench *b, int64_t now_ns)
{
    b->place.now_ns = now_ns;
    broker_expire(b->broker, now_ns);
}

static bool ask_for(struct bench *b, int64_t wait_ns, const char *tag, struct offer offer)
{
    return ask_as(&b->place, (struct manner){.wait_ns = wait_ns, .unnamed = true}, tag,
                  &offer, 1);
}

static void put_in(struct bench *b, const char *name, const char *value)
{
    ck_assert(ask_put(&b->place, "in", name, value));
    expect_put(&b->place, "in", false);
}

static void take_out(struct bench *b, const char *name, const char *value)
{
    ck_assert(ask_take(&b->place, "out", name));
    expect(&b->place, "out", ERR_OK, value);
}

/* ---- known and forgotten ---- */

START_TEST(a_new_broker_knows_nothing)
{
    struct bench *b = bench_new();
    struct broker_stat totals = broker_totals(b->broker);

    ck_assert_int_eq(totals.channels + totals.parked + totals.bytes + totals.output_bytes,
                     0);
    ck_assert_int_eq(broker_deadline(b->broker), INT64_MAX);
    ck_assert(!is_known(b, "a"));
    broker_expire(b->broker, INT64_MAX);
    expect_nothing(&b->place);
    bench_free(b);
}
END_TEST

START_TEST(who_waits_makes_a_channel_known_and_who_goes_lets_it_be_forgotten)
{
    struct bench *b = bench_new();
    struct place *p = &b->place;

    ck_assert(!ask_take(p, "1", "a"));
    ck_assert_uint_eq(stat_of(b, "a").parked_takes, 1);
    ck_assert_int_eq(broker_totals(b->broker).channels, 1);
    ck_assert_int_eq(broker_totals(b->broker).parked, 1);
    ck_assert_int_eq(broker_cancel(b->broker, &p->peers[0], slice_text("1"), 0), ERR_OK);
    expect(p, "1", ERR_CANCELLED, NULL);
    ck_assert(!is_known(b, "a"));
    ck_assert_int_eq(broker_totals(b->broker).channels, 0);
    bench_free(b);
}
END_TEST

START_TEST(what_is_buffered_keeps_a_channel_known_until_it_is_taken)
{
    struct bench *b = bench_new();

    put_in(b, "f/1", "v");
    ck_assert_uint_eq(stat_of(b, "f/1").buffered, 1);
    ck_assert_uint_eq(stat_of(b, "f/1").bytes, 1);
    take_out(b, "f/1", "v");
    ck_assert(!is_known(b, "f/1"));
    put_in(b, "f/1", "w");
    ck_assert_uint_eq(stat_of(b, "f/1").puts, 1); /* the totals have started anew */
    take_out(b, "f/1", "w");
    bench_free(b);
}
END_TEST

START_TEST(a_rendezvous_leaves_no_channel_behind)
{
    struct bench *b = bench_new();
    struct place *p = &b->place;

    ck_assert(!ask_take(p, "t", "a"));
    ck_assert(ask_put(p, "p", "a", "v"));
    expect(p, "t", ERR_OK, "v");
    expect_put(p, "p", false);
    ck_assert(!is_known(b, "a"));
    bench_free(b);
}
END_TEST

START_TEST(an_opened_channel_stays_until_it_is_deleted)
{
    struct bench *b = bench_new();

    ck_assert_int_eq(open_as(b, "a", open_of(KIND_FIXED, 3)), 1);
    put_in(b, "a", "v");
    take_out(b, "a", "v");
    until(b, INT64_MAX / 2);
    ck_assert_uint_eq(stat_of(b, "a").takes, 1);
    delete_it(b, "a");
    ck_assert(!is_known(b, "a"));
    delete_it(b, "a");
    ck_assert_int_eq(broker_totals(b->broker).channels, 0);
    bench_free(b);
}
END_TEST

START_TEST(opening_a_channel_made_by_use_keeps_it)
{
    struct bench *b = bench_new();

    put_in(b, "f/1", "v");
    ck_assert_int_eq(open_as(b, "f/1", any), 0);
    take_out(b, "f/1", "v");
    ck_assert(is_known(b, "f/1"));
    bench_free(b);
}
END_TEST

START_TEST(without_parking_no_channel_is_made)
{
    struct bench *b = bench_new();

    b->settings.limits.channels = 1;
    configure(b);
    ck_assert_int_eq(open_as(b, "full", any), 1);
    ck_assert(ask_for(b, ALT_NO_PARK, "t", take_of("a")));
    expect(&b->place, "t", ERR_TIMEOUT, NULL);
    ck_assert(ask_for(b, ALT_NO_PARK, "p", put_of("a", "v")));
    expect(&b->place, "p", ERR_TIMEOUT, NULL);
    ck_assert(!is_known(b, "a"));
    bench_free(b);
}
END_TEST

/* ---- auto_create ---- */

START_TEST(without_auto_create_only_what_was_opened_is_there)
{
    struct bench *b = bench_new();
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
    bench_free(b);
}
END_TEST

/* ---- open ---- */

START_TEST(open_creates_once_with_what_it_names)
{
    struct bench *b = bench_new();
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
    bench_free(b);
}
END_TEST

START_TEST(open_takes_from_the_template_what_it_does_not_name)
{
    struct bench *b = bench_new();
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
    bench_free(b);
}
END_TEST

START_TEST(open_refuses_what_differs_and_accepts_what_it_does_not_name)
{
    struct bench *b = bench_new();
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
    bench_free(b);
}
END_TEST

START_TEST(open_knows_its_limits)
{
    struct bench *b = bench_new();

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
    bench_free(b);
}
END_TEST

START_TEST(a_line_of_an_opened_channel_has_its_own_most)
{
    struct bench *b = bench_new();
    struct place *p = &b->place;
    struct broker_open two = {.max_parked = 2, .close_after_ms = -1};

    ck_assert_int_eq(open_as(b, "a", two), 1);
    ck_assert(!ask_take(p, NULL, "a"));
    ck_assert(!ask_take(p, NULL, "a"));
    ck_assert(ask_take(p, "x", "a"));
    expect(p, "x", ERR_LIMIT_PARKED_CHANNEL, NULL);
    ck_assert(ask_for(b, ALT_NO_PARK, "y", take_of("a")));
    expect(p, "y", ERR_TIMEOUT, NULL);
    bench_free(b);
}
END_TEST

/* ---- close, and what is closed ---- */

START_TEST(a_closed_channel_stays_known_for_a_time_and_refuses_puts)
{
    struct bench *b = bench_new();
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
    bench_free(b);
}
END_TEST

START_TEST(the_time_begins_when_a_closed_channel_is_drained)
{
    struct bench *b = bench_new();

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
    bench_free(b);
}
END_TEST

START_TEST(cancelling_the_last_put_drains_a_closed_channel)
{
    struct bench *b = bench_new();

    ck_assert(!ask_put(&b->place, "p", "a", "v"));
    ck_assert_int_eq(close_it(b, "a"), ERR_OK);
    ck_assert_int_eq(broker_deadline(b->broker), INT64_MAX);
    broker_leave(b->broker, &b->place.peers[0], 2000);
    expect(&b->place, "p", ERR_CANCELLED, NULL);
    ck_assert_int_eq(broker_deadline(b->broker), 2000 + LINGER);
    bench_free(b);
}
END_TEST

START_TEST(a_closed_channel_with_nothing_left_is_opened_anew)
{
    struct bench *b = bench_new();

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
    bench_free(b);
}
END_TEST

START_TEST(opening_anew_needs_no_room_among_the_channels)
{
    struct bench *b = bench_new();

    ck_assert_int_eq(open_as(b, "a", any), 1);
    ck_assert_int_eq(open_as(b, "b", any), 1);
    ck_assert_int_eq(close_it(b, "a"), ERR_OK);
    b->settings.limits.channels = 1;
    configure(b);
    ck_assert_int_eq(open_as(b, "a", any), 1);
    ck_assert_int_eq(broker_totals(b->broker).channels, 2);
    bench_free(b);
}
END_TEST

START_TEST(a_kept_promise_lingers_for_ever)
{
    struct bench *b = bench_new();

    put_in(b, "p/1", "kept");
    ck_assert_int_eq(close_it(b, "p/1"), ERR_OK);
    until(b, INT64_MAX / 2);
    take_out(b, "p/1", "kept");
    ck_assert_int_eq(open_as(b, "p/1", any), 0);
    delete_it(b, "p/1");
    ck_assert(!is_known(b, "p/1"));
    bench_free(b);
}
END_TEST

START_TEST(close_makes_a_channel_and_meets_the_limit)
{
    struct bench *b = bench_new();

    b->settings.limits.channels = 1;
    configure(b);
    ck_assert_int_eq(close_it(b, "a"), ERR_OK);
    ck_assert_int_eq(close_it(b, "b"), ERR_LIMIT_CHANNELS);
    ck_assert_int_eq(close_it(b, "a"), ERR_OK);
    ck_assert(!is_known(b, "b"));
    bench_free(b);
}
END_TEST

START_TEST(lingering_may_take_no_time_or_for_ever)
{
    struct bench *b = bench_new();

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
    bench_free(b);
}
END_TEST

/* ---- delete ---- */

START_TEST(delete_cancels_drops_and_forgets)
{
    struct bench *b = bench_new();
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
    bench_free(b);
}
END_TEST

START_TEST(delete_ends_what_would_have_closed_or_lingered)
{
    struct bench *b = bench_new();
    struct broker_open after_1 = {.close_after_ms = 1};

    ck_assert_int_eq(open_as(b, "a", after_1), 1);
    ck_assert_int_eq(close_it(b, "b"), ERR_OK);
    delete_it(b, "a");
    delete_it(b, "b");
    ck_assert_int_eq(broker_deadline(b->broker), INT64_MAX);
    ck_assert(!ask_take(&b->place, "t", "b"));
    bench_free(b);
}
END_TEST

/* ---- time ---- */

START_TEST(a_wait_ends_when_its_time_is_up_and_not_before)
{
    struct bench *b = bench_new();

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
    bench_free(b);
}
END_TEST

START_TEST(a_timeout_channel_closes_by_itself)
{
    struct bench *b = bench_new();
    struct broker_open after_2 = {.close_after_ms = 2};

    ck_assert_int_eq(open_as(b, "a", after_2), 1);
    ck_assert(!ask_take(&b->place, "t", "a"));
    ck_assert_int_eq(broker_deadline(b->broker), 1000 + 2 * MS);
    until(b, 1000 + 2 * MS);
    expect(&b->place, "t", ERR_CLOSED, NULL);
    ck_assert(stat_of(b, "a").closed);
    ck_assert_int_eq(broker_deadline(b->broker), 1000 + 2 * MS + LINGER);
    bench_free(b);
}
END_TEST

START_TEST(a_channel_that_closes_at_once_can_be_opened_again_and_again)
{
    struct bench *b = bench_new();
    struct broker_open at_once = {.close_after_ms = 0};

    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(open_as(b, "a", at_once), 1);
        ck_assert(stat_of(b, "a").closed);
        ck_assert_int_eq(broker_deadline(b->broker), 1000 + LINGER);
    }
    bench_free(b);
}
END_TEST

START_TEST(closing_earlier_ends_the_time_of_a_timeout_channel)
{
    struct bench *b = bench_new();
    struct broker_open after_2 = {.close_after_ms = 2};

    ck_assert_int_eq(open_as(b, "a", after_2), 1);
    ck_assert_int_eq(close_it(b, "a"), ERR_OK);
    ck_assert_int_eq(broker_deadline(b->broker), 1000 + LINGER);
    ck_assert_int_eq(open_as(b, "a", after_2), 1);
    ck_assert_int_eq(broker_deadline(b->broker), 1000 + 2 * MS);
    bench_free(b);
}
END_TEST

START_TEST(times_behind_the_end_of_time_never_come)
{
    struct bench *b = bench_new();
    struct broker_open after_long = {.close_after_ms = (INT64_C(1) << 53) - 1};

    b->place.now_ns = INT64_MAX - 5;
    ck_assert_int_eq(open_as(b, "a", after_long), 1);
    ck_assert_int_eq(close_it(b, "b"), ERR_OK);
    ck_assert(!ask_for(b, INT64_MAX, "t", take_of("c")));
    ck_assert_int_eq(broker_deadline(b->broker), INT64_MAX);
    ck_assert(!stat_of(b, "a").closed);
    bench_free(b);
}
END_TEST

/* ---- cancel and leave ---- */

START_TEST(cancel_ends_the_request_of_that_tag_and_peer_only)
{
    struct bench *b = bench_new();
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
    bench_free(b);
}
END_TEST

START_TEST(leave_ends_all_of_a_peer)
{
    struct bench *b = bench_new();
    struct place *p = &b->place;

    ck_assert(!ask_take(p, "1", "a"));
    ck_assert(!ask_for(b, 50, "2", put_of("b", "v")));
    broker_leave(b->broker, &p->peers[0], 1000);
    expect(p, "1", ERR_CANCELLED, NULL);
    expect(p, "2", ERR_CANCELLED, NULL);
    ck_assert_int_eq(broker_totals(b->broker).channels, 0);
    ck_assert_int_eq(broker_deadline(b->broker), INT64_MAX);
    broker_leave(b->broker, &p->peers[0], 1000);
    bench_free(b);
}
END_TEST

/* ---- settings that change ---- */

START_TEST(other_settings_are_for_what_comes)
{
    static const struct channel_template other = {
        "f/*", {.kind = KIND_DROPPING, .size = 1, .close_after_ms = -1}};
    struct bench *b = bench_new();

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
    bench_free(b);
}
END_TEST

START_TEST(output_that_waits_counts_as_memory)
{
    struct bench *b = bench_new();

    b->settings.limits.memory_bytes = 10;
    configure(b);
    broker_set_outside(b->broker, 9, 0);
    ck_assert_int_eq(broker_totals(b->broker).output_bytes, 9);
    ck_assert(ask_put(&b->place, "x", "f/1", "12"));
    expect(&b->place, "x", ERR_LIMIT_MEMORY, NULL);
    broker_set_outside(b->broker, 0, 0);
    put_in(b, "f/1", "12");
    bench_free(b);
}
END_TEST

START_TEST(a_channel_is_made_while_there_is_room_for_it)
{
    enum { BYTES_MAX = 1000 };
    const int64_t most = BYTES_MAX + RESERVE_REQUESTS;
    struct bench *b = bench_new();
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
    bench_free(b);
}
END_TEST

/* ---- requests that come to nothing ---- */

/* Else they could be sent until the memory is full: no limit counts them. */
START_TEST(a_refused_size_costs_no_memory)
{
    struct bench *b = bench_new();
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
    bench_free(b);
}
END_TEST

/* ---- memory that runs out ---- */

START_TEST(without_memory_there_is_no_broker)
{
    struct broker_settings s = {.limits = limits_default(), .templates = templates};
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
    struct bench *b = bench_new();
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
    bench_free(b);
}
END_TEST

START_TEST(a_closed_channel_that_found_no_memory_goes_a_little_later)
{
    struct bench *b = bench_new();
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
    bench_free(b);
}
END_TEST

/* ---- list ---- */

START_TEST(list_shows_what_stat_shows)
{
    struct bench *b = bench_new();
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
    bench_free(b);
}
END_TEST

UNIT_MAIN(
    "broker", a_new_broker_knows_nothing,
    who_waits_makes_a_channel_known_and_who_goes_lets_it_be_forgotten,
    what_is_buffered_keeps_a_channel_known_until_it_is_taken,
    a_rendezvous_leaves_no_channel_behind, an_opened_channel_stays_until_it_is_deleted,
    opening_a_channel_made_by_use_keeps_it, without_parking_no_channel_is_made,
    without_auto_create_only_what_was_opened_is_there,
    open_creates_once_with_what_it_names,
    open_takes_from_the_template_what_it_does_not_name,
    open_refuses_what_differs_and_accepts_what_it_does_not_name, open_knows_its_limits,
    a_line_of_an_opened_channel_has_its_own_most,
    a_closed_channel_stays_known_for_a_time_and_refuses_puts,
    the_time_begins_when_a_closed_channel_is_drained,
    cancelling_the_last_put_drains_a_closed_channel,
    a_closed_channel_with_nothing_left_is_opened_anew,
    opening_anew_needs_no_room_among_the_channels, a_kept_promise_lingers_for_ever,
    close_makes_a_channel_and_meets_the_limit, lingering_may_take_no_time_or_for_ever,
    delete_cancels_drops_and_forgets, delete_ends_what_would_have_closed_or_lingered,
    a_wait_ends_when_its_time_is_up_and_not_before, a_timeout_channel_closes_by_itself,
    a_channel_that_closes_at_once_can_be_opened_again_and_again,
    closing_earlier_ends_the_time_of_a_timeout_channel,
    times_behind_the_end_of_time_never_come,
    cancel_ends_the_request_of_that_tag_and_peer_only, leave_ends_all_of_a_peer,
    other_settings_are_for_what_comes, output_that_waits_counts_as_memory,
    a_channel_is_made_while_there_is_room_for_it, a_refused_size_costs_no_memory,
    without_memory_there_is_no_broker,
    without_memory_requests_are_refused_and_nothing_is_known,
    a_closed_channel_that_found_no_memory_goes_a_little_later, list_shows_what_stat_shows)
