/* SPDX-License-Identifier: MIT */
#include "others.h"

/* ---- alts ---- */

static void alts_of_the_parked(void)
{
    struct chan *a = chan_local(CHAN_NONE, 0), *b = chan_local(CHAN_NONE, 0),
                *other = parked(echo_taken, b);
    const struct chan_clause clauses[] = {{a, NULL, 0}, {b, "[2]", 3}};
    const struct chan_reply *reply = NULL;

    ck_assert_int_eq(chan_alts(clauses, 2, CHAN_AT_RANDOM, 0, &reply), CHAN_OK);
    ck_assert_uint_eq(reply->index, 1);
    ck_assert_ptr_null(reply->value);
    ck_assert(hears(other, "[2]"));
    chan_drop(other);
    chan_drop(a);
    chan_drop(b);
}

START_TEST(an_alts_completes_the_clause_that_is_ready)
{
    as_process(alts_of_the_parked);
}
END_TEST

static char *choose(void *arg)
{
    struct chan **ch = arg;
    const struct chan_clause clauses[] = {{ch[0], NULL, 0}, {ch[1], NULL, 0}};
    const struct chan_reply *reply;
    char *result = malloc(64);

    must(chan_alts(clauses, 2, CHAN_AT_RANDOM, CHAN_FOREVER, &reply) == CHAN_OK);
    snprintf(result, 64, "[%zu,%s]", reply->index, reply->value);
    return result;
}

static void alts_parks(void)
{
    struct chan *ch[] = {chan_local(CHAN_NONE, 0), chan_local(CHAN_NONE, 0)}, *other;

    other = chan_go(choose, ch);
    chan_yield();
    ck_assert_int_eq(put_now(ch[1], "\"b\""), CHAN_OK);
    ck_assert_int_eq(put_now(ch[0], "\"a\""), CHAN_TIMEOUT); /* it has left that line */
    ck_assert(hears(other, "[1,\"b\"]"));
    chan_drop(other);
    chan_drop(ch[0]);
    chan_drop(ch[1]);
}

START_TEST(an_alts_parks_at_all_its_channels_and_leaves_them_at_once)
{
    as_process(alts_parks);
}
END_TEST

START_TEST(an_alts_tells_which_channel_was_closed)
{
    struct chan *a = chan_local(CHAN_NONE, 0), *b = chan_local(CHAN_NONE, 0);
    const struct chan_clause clauses[] = {{a, NULL, 0}, {b, NULL, 0}};
    const struct chan_reply *reply = NULL;

    chan_close(b);
    ck_assert_int_eq(chan_alts(clauses, 2, CHAN_AT_RANDOM, CHAN_FOREVER, &reply),
                     CHAN_CLOSED);
    ck_assert_uint_eq(reply->index, 1);
    chan_drop(a);
    chan_drop(b);
}
END_TEST

START_TEST(an_alts_of_more_clauses_than_at_hand_with_a_timeout)
{
    enum { COUNT = 40 };
    struct chan_clause clauses[COUNT + 1];
    struct chan *timeout = chan_timeout(3);

    for (int i = 0; i < COUNT; i++)
        clauses[i] = (struct chan_clause){chan_local(CHAN_NONE, 0), NULL, 0};
    clauses[COUNT] = (struct chan_clause){timeout, NULL, 0};
    ck_assert_int_eq(chan_alts(clauses, COUNT + 1, CHAN_AT_RANDOM, CHAN_FOREVER, NULL),
                     CHAN_CLOSED);
    ck_assert_uint_eq(chan_last()->index, COUNT);
    for (int i = 0; i <= COUNT; i++)
        chan_drop(clauses[i].chan);
}
END_TEST

START_TEST(the_first_ready_clause_wins_if_asked_for)
{
    struct chan *ch = chan_local(CHAN_FIXED, 1);
    const struct chan_clause clauses[] = {{ch, "1", 1}, {ch, "2", 1}, {ch, "3", 1}};

    for (int i = 0; i < 50; i++) {
        ck_assert_int_eq(chan_alts(clauses, 3, CHAN_FIRST_WINS, 0, NULL), CHAN_OK);
        ck_assert(hears(ch, "1"));
    }
    chan_drop(ch);
}
END_TEST

START_TEST(else_all_ready_clauses_have_their_share)
{
    enum { ROUNDS = 3000 };
    struct chan *ch = chan_local(CHAN_FIXED, 1);
    const struct chan_clause clauses[] = {{ch, "0", 1}, {ch, "1", 1}, {ch, "2", 1}};
    int counts[3] = {0};

    for (int i = 0; i < ROUNDS; i++) {
        ck_assert_int_eq(chan_alts(clauses, 3, CHAN_AT_RANDOM, 0, NULL), CHAN_OK);
        counts[hear(ch)[0] - '0']++;
    }
    for (int i = 0; i < 3; i++) /* one in 10^12 that an honest one fails */
        ck_assert_int_gt(counts[i], ROUNDS / 3 - 190);
    chan_drop(ch);
}
END_TEST

START_TEST(more_clauses_than_can_be_counted_are_refused)
{
    enum { MANY = 65536 };
    struct chan *ch = chan_local(CHAN_NONE, 0);
    struct chan_clause *clauses = calloc(MANY, sizeof *clauses);

    for (int i = 0; i < MANY; i++)
        clauses[i].chan = ch;
    ck_assert_int_eq(chan_alts(clauses, MANY, CHAN_AT_RANDOM, 0, NULL), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "more than 65,535 clauses of local channels");
    ck_assert_int_eq(chan_alts(clauses, MANY - 1, CHAN_AT_RANDOM, 0, NULL), CHAN_TIMEOUT);
    free(clauses);
    chan_drop(ch);
}
END_TEST

/* ---- how long a channel lives ---- */

static void drop_before_the_parked(void)
{
    struct chan *ch = chan_local(CHAN_NONE, 0), *again = chan_hold(ch),
                *other = parked(taker, ch);

    chan_drop(again);
    say(ch, "1");
    chan_drop(ch); /* the other is still in its call */
    ended(other);
}

START_TEST(a_channel_lives_as_long_as_those_who_are_parked_on_it)
{
    as_process(drop_before_the_parked);
}
END_TEST

static char *take_in_time(void *ch)
{
    const char *value;

    must(chan_take(ch, 5, &value, NULL) == CHAN_TIMEOUT);
    return NULL;
}

static void drop_the_last_handle(void)
{
    struct chan *ch = chan_local(CHAN_NONE, 0), *other = parked(take_in_time, ch);

    chan_drop(ch);
    ended(other);
}

START_TEST(who_is_parked_may_be_the_last_to_hold_the_channel)
{
    as_process(drop_the_last_handle);
}
END_TEST

START_TEST(a_dropped_channel_takes_its_values_and_its_timeout_along)
{
    struct chan *ch = chan_local(CHAN_FIXED, 4), *timeout = chan_timeout(60000);
    struct exchange *ex = &runtime_market()->exchange;

    say(ch, "[1,2]");
    say(ch, "[3]");
    ck_assert_int_eq(ex->bytes, 8);
    ck_assert_uint_eq(ex->timers.count, 1);
    chan_drop(ch);
    chan_drop(timeout);
    ck_assert_int_eq(ex->bytes, 0);
    ck_assert_uint_eq(ex->timers.count, 0);
}
END_TEST

/* ---- fairness ---- */

static bool stop;

static char *busy(void *ch)
{
    while (!stop) {
        must(put_now(ch, "1") == CHAN_OK);
        must(take_now(ch) == CHAN_OK);
    }
    return NULL;
}

static void interrupt_the_busy(void)
{
    struct chan *ch = chan_local(CHAN_FIXED, 1), *other = chan_go(busy, ch);

    chan_yield(); /* and comes back, though the other never has to wait */
    stop = true;
    ended(other);
    chan_drop(ch);
}

START_TEST(who_never_has_to_wait_lets_others_run_too)
{
    as_process(interrupt_the_busy);
}
END_TEST

UNIT_MAIN("local.alts", an_alts_completes_the_clause_that_is_ready,
          an_alts_parks_at_all_its_channels_and_leaves_them_at_once,
          an_alts_tells_which_channel_was_closed,
          an_alts_of_more_clauses_than_at_hand_with_a_timeout,
          the_first_ready_clause_wins_if_asked_for,
          else_all_ready_clauses_have_their_share,
          more_clauses_than_can_be_counted_are_refused,
          a_channel_lives_as_long_as_those_who_are_parked_on_it,
          who_is_parked_may_be_the_last_to_hold_the_channel,
          a_dropped_channel_takes_its_values_and_its_timeout_along,
          who_never_has_to_wait_lets_others_run_too)
