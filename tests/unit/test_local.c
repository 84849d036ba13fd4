/* SPDX-License-Identifier: MIT */
#include "others.h"

START_TEST(the_size_must_fit_the_buffer)
{
    static const struct {
        enum chan_buffer buffer;
        int64_t size;
        const char *message;
    } rows[] = {
        {CHAN_ANY, 1, "a buffer of this kind has no size"},
        {CHAN_NONE, 1, "a buffer of this kind has no size"},
        {CHAN_PROMISE, 1, "a buffer of this kind has no size"},
        {CHAN_FIXED, 0, "the size of the buffer must be 1 to 2^31-1"},
        {CHAN_SLIDING, -1, "the size of the buffer must be 1 to 2^31-1"},
        {CHAN_DROPPING, (INT64_C(1) << 31), "the size of the buffer must be 1 to 2^31-1"},
        {(enum chan_buffer)6, 0, "no such buffer"},
        {(enum chan_buffer) - 1, 0, "no such buffer"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_ptr_null(chan_local(rows[i].buffer, rows[i].size));
        ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
        ck_assert_str_eq(chan_message(), rows[i].message);
    }
}
END_TEST

START_TEST(a_new_channel_is_empty_has_no_name_and_leaves_what_was_taken)
{
    struct chan *first = chan_local(CHAN_FIXED, 1), *second;
    const char *value;

    ck_assert_str_eq(chan_name(first), "");
    ck_assert_int_eq(take_now(first), CHAN_TIMEOUT);
    say(first, "[1]");
    value = hear(first);
    second = chan_local(CHAN_ANY, 0);
    ck_assert_int_eq(chan_last()->status, CHAN_OK);
    ck_assert_str_eq(value, "[1]");
    chan_drop(first);
    chan_drop(second);
}
END_TEST

/* ---- buffers ---- */

START_TEST(without_a_buffer_a_put_needs_a_take)
{
    struct chan *ch = chan_local(CHAN_NONE, 0);

    ck_assert_int_eq(put_now(ch, "1"), CHAN_TIMEOUT);
    ck_assert_int_eq(take_now(ch), CHAN_TIMEOUT);
    chan_drop(ch);
}
END_TEST

START_TEST(a_fixed_buffer_holds_its_size_in_order)
{
    struct chan *ch = chan_local(CHAN_FIXED, 2);

    ck_assert_int_eq(put_now(ch, "1"), CHAN_OK);
    ck_assert_int_eq(put_now(ch, "2"), CHAN_OK);
    ck_assert_int_eq(put_now(ch, "3"), CHAN_TIMEOUT);
    ck_assert(hears(ch, "1") && hears(ch, "2"));
    ck_assert_int_eq(take_now(ch), CHAN_TIMEOUT);
    chan_drop(ch);
}
END_TEST

START_TEST(a_sliding_buffer_drops_the_oldest)
{
    struct chan *ch = chan_local(CHAN_SLIDING, 2);

    for (const char *value = "123"; *value; value++)
        ck_assert_int_eq(chan_put(ch, value, 1, 0), CHAN_OK);
    ck_assert(hears(ch, "2") && hears(ch, "3"));
    chan_drop(ch);
}
END_TEST

START_TEST(a_dropping_buffer_drops_the_newest_and_says_so)
{
    struct chan *ch = chan_local(CHAN_DROPPING, 1);

    ck_assert_int_eq(put_now(ch, "1"), CHAN_OK);
    ck_assert(!chan_last()->dropped);
    ck_assert_int_eq(put_now(ch, "2"), CHAN_OK);
    ck_assert(chan_last()->dropped);
    ck_assert(hears(ch, "1"));
    chan_drop(ch);
}
END_TEST

START_TEST(a_promise_gives_its_first_value_to_everybody)
{
    struct chan *ch = chan_local(CHAN_PROMISE, 0);

    ck_assert_int_eq(put_now(ch, "1"), CHAN_OK);
    ck_assert_int_eq(put_now(ch, "2"), CHAN_OK);
    for (int i = 0; i < 3; i++)
        ck_assert(hears(ch, "1"));
    chan_drop(ch);
}
END_TEST

static void promise_to_the_parked(void)
{
    struct chan *ch = chan_local(CHAN_PROMISE, 0);
    struct chan *a = parked(echo_taken, ch), *b = parked(echo_taken, ch);

    say(ch, "7");
    ck_assert(hears(a, "7") && hears(b, "7"));
    chan_drop(a);
    chan_drop(b);
    chan_drop(ch);
}

START_TEST(a_promise_reaches_all_that_are_parked)
{
    as_process(promise_to_the_parked);
}
END_TEST

/* ---- values ---- */

START_TEST(a_value_stays_as_it_was_written_but_for_line_feeds)
{
    static const char written[] = "{\"a\" :\n [1,\n\n2.50e0, \"\\n\"]}";
    struct chan *ch = chan_local(CHAN_FIXED, 1);
    const char *value;
    size_t len = 0;

    say(ch, written);
    ck_assert_int_eq(chan_take(ch, 0, &value, &len), CHAN_OK);
    ck_assert_uint_eq(len, sizeof written - 1);
    ck_assert_str_eq(value, "{\"a\" :  [1,  2.50e0, \"\\n\"]}");
    chan_drop(ch);
}
END_TEST

START_TEST(what_was_taken_may_be_put_on)
{
    struct chan *ch = chan_local(CHAN_FIXED, 1);

    say(ch, "[\"round and round\"]");
    for (int i = 0; i < 10; i++)
        say(ch, hear(ch));
    ck_assert(hears(ch, "[\"round and round\"]"));
    chan_drop(ch);
}
END_TEST

START_TEST(a_value_of_a_million_bytes_passes)
{
    enum { SIZE = 1000000 };
    struct chan *ch = chan_local(CHAN_NONE, 0), *other = chan_thread(echo_taken, ch);
    char *value = malloc(SIZE + 1);

    memset(value, 'x', SIZE);
    value[0] = value[SIZE - 1] = '"';
    value[SIZE] = '\0';
    say(ch, value);
    ck_assert(hears(other, value));
    free(value);
    chan_drop(other);
    chan_drop(ch);
}
END_TEST

START_TEST(what_is_no_json_is_refused)
{
    struct chan *ch = chan_local(CHAN_FIXED, 1);

    ck_assert_int_eq(put_now(ch, "[1,]"), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "the value is not JSON (byte 3)");
    ck_assert_int_eq(take_now(ch), CHAN_TIMEOUT);
    chan_drop(ch);
}
END_TEST

/* ---- waiting ---- */

static void meet_a_parked_taker(void)
{
    struct chan *ch = chan_local(CHAN_NONE, 0), *other = parked(echo_taken, ch);

    ck_assert_int_eq(put_now(ch, "5"), CHAN_OK);
    ck_assert(hears(other, "5"));
    chan_drop(other);
    chan_drop(ch);
}

START_TEST(a_put_meets_a_parked_take)
{
    as_process(meet_a_parked_taker);
}
END_TEST

static void meet_a_parked_putter(void)
{
    struct chan *ch = chan_local(CHAN_NONE, 0), *other = parked(putter, ch);
    const char *value;

    ck_assert_int_eq(chan_take(ch, 0, &value, NULL), CHAN_OK);
    ck_assert_str_eq(value, "\"put\"");
    ended(other);
    chan_drop(ch);
}

START_TEST(a_take_meets_a_parked_put)
{
    as_process(meet_a_parked_putter);
}
END_TEST

static void fill_up_from_the_parked(void)
{
    struct chan *ch = chan_local(CHAN_FIXED, 1), *other;

    say(ch, "1");
    other = parked(putter, ch);
    ck_assert(hears(ch, "1"));
    ended(other); /* its value went into the buffer */
    ck_assert(hears(ch, "\"put\""));
    chan_drop(ch);
}

START_TEST(a_parked_put_enters_a_buffer_that_has_room_again)
{
    as_process(fill_up_from_the_parked);
}
END_TEST

static void line_up(void)
{
    struct chan *ch = chan_local(CHAN_NONE, 0), *first = parked(echo_taken, ch),
                *second = parked(echo_taken, ch);

    say(ch, "1");
    say(ch, "2");
    ck_assert(hears(first, "1") && hears(second, "2"));
    chan_drop(first);
    chan_drop(second);
    chan_drop(ch);
}

START_TEST(who_parked_first_is_served_first)
{
    as_process(line_up);
}
END_TEST

static void run_out_of_time(void)
{
    struct chan *ch = chan_local(CHAN_NONE, 0);
    const char *value;

    ck_assert_int_eq(chan_take(ch, 2, &value, NULL), CHAN_TIMEOUT);
    ck_assert_int_eq(chan_put(ch, "1", 1, 2), CHAN_TIMEOUT);
    ck_assert_int_eq(take_now(ch), CHAN_TIMEOUT); /* nothing was left behind */
    ck_assert_int_eq(runtime_market()->exchange.bytes, 0);
    chan_drop(ch);
}

START_TEST(a_wait_has_an_end_in_a_process)
{
    as_process(run_out_of_time);
}
END_TEST

START_TEST(a_wait_has_an_end_in_a_thread)
{
    run_out_of_time();
}
END_TEST

START_TEST(threads_meet)
{
    struct chan *ch = chan_local(CHAN_NONE, 0), *other = chan_thread(echo_taken, ch);

    await_parked(1);
    ck_assert_int_eq(put_now(ch, "true"), CHAN_OK);
    ck_assert(hears(other, "true"));
    chan_drop(other);
    other = chan_thread(putter, ch);
    ck_assert(hears(ch, "\"put\""));
    ended(other);
    chan_drop(ch);
}
END_TEST

START_TEST(threads_and_processes_meet)
{
    struct chan *ch = chan_local(CHAN_NONE, 0), *process = chan_go(echo_taken, ch);

    await_parked(1);
    ck_assert_int_eq(put_now(ch, "null"), CHAN_OK);
    ck_assert(hears(process, "null"));
    chan_drop(process);
    process = chan_go(putter, ch);
    ck_assert(hears(ch, "\"put\""));
    ended(process);
    chan_drop(ch);
}
END_TEST

/* ---- closing ---- */

static void close_before_the_parked(void)
{
    struct chan *ch = chan_local(CHAN_NONE, 0), *other = parked(told_closed, ch);

    ck_assert_int_eq(chan_close(ch), CHAN_OK);
    ended(other);
    ck_assert_int_eq(put_now(ch, "1"), CHAN_CLOSED);
    ck_assert_int_eq(chan_close(ch), CHAN_OK);
    chan_drop(ch);
}

START_TEST(a_close_ends_parked_takes)
{
    as_process(close_before_the_parked);
}
END_TEST

START_TEST(a_close_ends_the_take_of_a_thread)
{
    struct chan *ch = chan_local(CHAN_NONE, 0), *other = chan_thread(told_closed, ch);

    await_parked(1);
    ck_assert_int_eq(chan_close(ch), CHAN_OK);
    ended(other);
    chan_drop(ch);
}
END_TEST

static void drain_the_closed(void)
{
    struct chan *ch = chan_local(CHAN_FIXED, 1), *other;

    say(ch, "1");
    other = parked(putter, ch);
    chan_close(ch);
    ck_assert_int_eq(put_now(ch, "2"), CHAN_CLOSED);
    ck_assert(hears(ch, "1") && hears(ch, "\"put\""));
    ended(other);
    ck_assert_int_eq(take_now(ch), CHAN_CLOSED);
    chan_drop(ch);
}

START_TEST(a_closed_channel_gives_what_it_has_buffered_and_parked)
{
    as_process(drain_the_closed);
}
END_TEST

/* ---- timeout channels ---- */

static void wait_for_the_timeout(void)
{
    struct chan *ch = chan_timeout(3), *late = chan_timeout(60000);

    told_closed(ch);
    ck_assert_int_eq(put_now(ch, "1"), CHAN_CLOSED);
    ck_assert_int_eq(take_now(late), CHAN_TIMEOUT);
    chan_drop(ch);
    chan_drop(late);
}

START_TEST(a_timeout_channel_closes_in_time_before_a_process)
{
    as_process(wait_for_the_timeout);
}
END_TEST

START_TEST(a_timeout_channel_closes_in_time_before_a_thread)
{
    wait_for_the_timeout();
}
END_TEST

START_TEST(a_timeout_channel_closes_for_those_who_only_look)
{
    struct chan *ch = chan_timeout(1);

    while (take_now(ch) == CHAN_TIMEOUT)
        ;
    ck_assert_int_eq(chan_last()->status, CHAN_CLOSED);
    chan_drop(ch);
    ch = chan_timeout(0);
    ck_assert_int_eq(take_now(ch), CHAN_CLOSED);
    chan_drop(ch);
}
END_TEST

/* Its puts stay, as with any channel. */
START_TEST(a_put_parked_on_a_timeout_channel_outlives_its_close)
{
    struct chan *ch = chan_timeout(60000), *other = chan_thread(putter, ch);

    await_parked(1);
    market_expire(runtime_market(), deadline_after_ms(60000)); /* as if it were so late */
    ck_assert_int_eq(put_now(ch, "1"), CHAN_CLOSED);
    ck_assert(hears(ch, "\"put\""));
    ended(other);
    told_closed(ch);
    chan_drop(ch);
}
END_TEST

START_TEST(forever_is_no_timeout)
{
    struct chan *ch = chan_timeout(CHAN_FOREVER);

    ck_assert_int_eq(take_now(ch), CHAN_TIMEOUT);
    ck_assert_int_eq(market_deadline(runtime_market()), INT64_MAX);
    chan_drop(ch);
}
END_TEST

/* ---- no memory ---- */

/* Whatever fails, it is said, nothing has happened, and nothing leaks. */
START_TEST(out_of_memory_is_reported)
{
    struct chan *none = chan_local(CHAN_NONE, 0), *fixed = chan_local(CHAN_FIXED, 1);
    enum chan_status status = CHAN_NO_MEMORY;
    struct chan *made = NULL;
    long refused = 1;

    for (long n = 0; !made; n++) {
        starve_after(n);
        made = chan_timeout(50);
        ck_assert_int_eq(starve_end() > 0, !made);
        ck_assert_int_eq(chan_last()->status, made ? CHAN_OK : CHAN_NO_MEMORY);
    }
    chan_drop(made);
    for (long n = 0; refused > 0; n++) { /* an OK stays one without words for it */
        starve_after(n);
        status = put_now(fixed, "1");
        refused = starve_end();
        ck_assert(status == CHAN_OK || (status == CHAN_NO_MEMORY && refused > 0));
        ck_assert_int_eq(take_now(fixed), status == CHAN_OK ? CHAN_OK : CHAN_TIMEOUT);
    }
    starve_after(0);
    status = chan_put(none, "1", 1, 5);
    ck_assert_int_gt(starve_end(), 0);
    ck_assert_int_eq(status, CHAN_NO_MEMORY);
    ck_assert_int_eq(take_now(none), CHAN_TIMEOUT);
    chan_drop(none);
    chan_drop(fixed);
}
END_TEST

UNIT_MAIN("local", the_size_must_fit_the_buffer,
          a_new_channel_is_empty_has_no_name_and_leaves_what_was_taken,
          without_a_buffer_a_put_needs_a_take, a_fixed_buffer_holds_its_size_in_order,
          a_sliding_buffer_drops_the_oldest,
          a_dropping_buffer_drops_the_newest_and_says_so,
          a_promise_gives_its_first_value_to_everybody,
          a_promise_reaches_all_that_are_parked,
          a_value_stays_as_it_was_written_but_for_line_feeds,
          what_was_taken_may_be_put_on, a_value_of_a_million_bytes_passes,
          what_is_no_json_is_refused, a_put_meets_a_parked_take,
          a_take_meets_a_parked_put, a_parked_put_enters_a_buffer_that_has_room_again,
          who_parked_first_is_served_first, a_wait_has_an_end_in_a_process,
          a_wait_has_an_end_in_a_thread, threads_meet, threads_and_processes_meet,
          a_close_ends_parked_takes, a_close_ends_the_take_of_a_thread,
          a_closed_channel_gives_what_it_has_buffered_and_parked,
          a_timeout_channel_closes_in_time_before_a_process,
          a_timeout_channel_closes_in_time_before_a_thread,
          a_timeout_channel_closes_for_those_who_only_look,
          a_put_parked_on_a_timeout_channel_outlives_its_close, forever_is_no_timeout,
          out_of_memory_is_reported)
