/* SPDX-License-Identifier: MIT */
/* put, take, alts, start and cancel: what they send, and what they make of the reply. */
#include "unit.h"
#include "client.h"
#include "fake.h"
#include "named.h"
#include "starve.h"

#define PUT(c, value, wait_ms) named_put(c, "jobs", value, wait_ms)

static void count(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    enum chan_status *status = data;

    (void)c;
    *status = reply->status;
}

START_TEST(put_sends_the_value_as_it_is)
{
    static const char *const steps[] = {
        "<\"chan\":\"jobs\",\"value\":{\"b\":1, \"a\":1.0}}",
        ">{\"id\":$$,\"ok\":true}",
        "<\"value\":\"\\u00e9\"}",
        ">{\"id\":$$,\"ok\":true}",
        ".",
        NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);

    ck_assert_int_eq(PUT(c, "{\"b\":1, \"a\":1.0}", CHAN_FOREVER), CHAN_OK);
    ck_assert_int_eq(PUT(c, "\"\\u00e9\"", CHAN_FOREVER), CHAN_OK);
    named_end(c, &f);
}
END_TEST

START_TEST(the_wait_is_told_to_the_server_unless_it_is_endless)
{
    static const char *const steps[] = {
        "<\"timeout_ms\":0}",
        ">{\"id\":$$,\"ok\":false,\"reason\":\"timeout\"}",
        "<\"timeout_ms\":250}",
        ">{\"id\":$$,\"ok\":false,\"reason\":\"timeout\"}",
        "<\"value\":1}\n",
        ">{\"id\":$$,\"ok\":true}",
        "<\"value\":1}\n",
        ">{\"id\":$$,\"ok\":true}",
        ".",
        NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);

    ck_assert_int_eq(PUT(c, "1", 0), CHAN_TIMEOUT);
    ck_assert_int_eq(PUT(c, "1", 250), CHAN_TIMEOUT);
    ck_assert_int_eq(PUT(c, "1", CHAN_FOREVER), CHAN_OK);
    ck_assert_int_eq(PUT(c, "1", -500), CHAN_OK);
    named_end(c, &f);
}
END_TEST

START_TEST(every_outcome_of_a_wait_has_its_status)
{
    static const struct {
        const char *reason;
        enum chan_status status;
    } cases[] = {{"closed", CHAN_CLOSED},
                 {"timeout", CHAN_TIMEOUT},
                 {"cancelled", CHAN_CANCELLED},
                 {"no_channel", CHAN_REFUSED},
                 {"forbidden", CHAN_REFUSED}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[96];
        const char *const steps[] = {"<take", line, ".", NULL};
        const char *value = "untouched";
        size_t len = 9;
        struct fake f;
        struct chan_client *c;

        snprintf(line, sizeof line, ">{\"id\":$1,\"ok\":false,\"reason\":\"%s\"}",
                 cases[i].reason);
        c = named_begin(&f, steps);
        ck_assert_int_eq(named_take(c, "a", CHAN_FOREVER, &value, &len), cases[i].status);
        ck_assert_str_eq(value, "untouched");
        ck_assert_uint_eq(len, 9);
        named_end(c, &f);
    }
}
END_TEST

START_TEST(what_was_taken_stays_until_the_next_call)
{
    static const char *const steps[] = {
        "<", ">{\"id\":$$,\"ok\":true,\"value\":\"first\"}",
        "<", ">{\"id\":$$,\"ok\":true,\"value\":[\"second\"]}",
        ".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    const char *value;
    size_t len;

    ck_assert_int_eq(named_take(c, "a", CHAN_FOREVER, &value, &len), CHAN_OK);
    ck_assert_str_eq(value, "\"first\"");
    ck_assert_uint_eq(len, 7);
    ck_assert_ptr_eq(value, chan_last()->value);
    ck_assert_int_eq(named_take(c, "a", CHAN_FOREVER, &value, &len), CHAN_OK);
    ck_assert_str_eq(value, "[\"second\"]");
    named_end(c, &f);
}
END_TEST

START_TEST(a_take_without_a_value_in_its_reply_is_unreadable)
{
    static const char *const steps[] = {"<", ">{\"id\":$$,\"ok\":true}", ".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    const char *value = NULL;
    size_t len;

    ck_assert_int_eq(named_take(c, "a", CHAN_FOREVER, &value, &len), CHAN_UNREADABLE);
    ck_assert_ptr_null(value);
    named_end(c, &f);
}
END_TEST

START_TEST(what_makes_no_sense_is_not_sent)
{
    static const char *const steps[] = {".", NULL};
    const int64_t too_long = INT64_C(1) << 53;
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    const char *value;

    ck_assert_int_eq(PUT(c, "{\"a\":}", 0), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "the value is not JSON (byte 5)");
    ck_assert_int_eq(PUT(c, "", 0), CHAN_INVALID);
    ck_assert_int_eq(PUT(c, "1 2", 0), CHAN_INVALID);
    ck_assert_int_eq(PUT(c, "\"\xff\"", 0), CHAN_INVALID);
    ck_assert_int_eq(named_take(c, "a", too_long, &value, NULL), CHAN_INVALID);
    named_end(c, &f);
}
END_TEST

START_TEST(start_takes_only_channels_of_its_client)
{
    static const char *const steps[] = {".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps), *other = chan_client_new();
    struct chan_clause mine = {named(c, "a"), NULL, 0},
                       local = {chan_local(0, 0), NULL, 0};
    struct chan_clause mixed[2] = {mine, {named(other, "a"), NULL, 0}};

    ck_assert_int_eq(chan_start(other, &mine, 1, CHAN_FIRST_WINS, 0, count, NULL, NULL),
                     CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "the channel is not one of the client");
    ck_assert_int_eq(chan_start(c, &local, 1, CHAN_FIRST_WINS, 0, count, NULL, NULL),
                     CHAN_INVALID);
    ck_assert_int_eq(chan_start(c, mixed, 2, CHAN_FIRST_WINS, 0, count, NULL, NULL),
                     CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "clause 1: the channel is another client's");
    chan_drop(mine.chan);
    chan_drop(local.chan);
    chan_drop(mixed[1].chan);
    chan_client_free(other);
    named_end(c, &f);
}
END_TEST

START_TEST(alts_sends_its_clauses_and_tells_which_completed)
{
    static const char *const steps[] = {
        "<\"ops\":[{\"op\":\"take\",\"chan\":\"a\"},{\"op\":\"put\",\"chan\":\"b\","
        "\"value\":[1]}],\"priority\":true,\"timeout_ms\":20}",
        ">{\"id\":$$,\"ok\":true,\"index\":0,\"chan\":\"a\",\"value\":\"v\"}",
        "<\"ops\":[{\"op\":\"take\",\"chan\":\"a\"},{\"op\":\"put\",\"chan\":\"b\","
        "\"value\":[1]}]}",
        ">{\"id\":$$,\"ok\":false,\"reason\":\"closed\",\"index\":1,\"chan\":\"b\"}",
        ".",
        NULL};
    const struct chan_reply *reply = NULL;
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    const struct chan_clause clauses[] = {{named(c, "a"), NULL, 0},
                                          {named(c, "b"), "[1]", 3}};

    ck_assert_int_eq(chan_alts(clauses, 2, CHAN_FIRST_WINS, 20, &reply), CHAN_OK);
    ck_assert_uint_eq(reply->index, 0);
    ck_assert_str_eq(reply->value, "\"v\"");
    ck_assert_int_eq(chan_alts(clauses, 2, CHAN_AT_RANDOM, CHAN_FOREVER, &reply),
                     CHAN_CLOSED);
    ck_assert_uint_eq(reply->index, 1);
    ck_assert_ptr_null(reply->value);
    chan_drop(clauses[0].chan);
    chan_drop(clauses[1].chan);
    named_end(c, &f);
}
END_TEST

START_TEST(alts_of_many_clauses_sends_them_all)
{
    enum { MANY = 200 };
    static const char *const steps[] = {
        "<{\"op\":\"put\",\"chan\":\"last\",\"value\":7}]",
        ">{\"id\":$$,\"ok\":true,\"index\":199,\"chan\":\"last\"}", ".", NULL};
    struct chan_clause clauses[MANY];
    const struct chan_reply *reply;
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);

    for (int i = 0; i < MANY - 1; i++)
        clauses[i] = (struct chan_clause){named(c, "a"), NULL, 0};
    clauses[MANY - 1] = (struct chan_clause){named(c, "last"), "7", 1};
    ck_assert_int_eq(chan_alts(clauses, MANY, CHAN_AT_RANDOM, 0, &reply), CHAN_OK);
    ck_assert_uint_eq(reply->index, MANY - 1);
    for (int i = 0; i < MANY; i++)
        chan_drop(clauses[i].chan);
    named_end(c, &f);
}
END_TEST

START_TEST(an_alts_without_an_answer_leaves_its_result_alone)
{
    static const char *const steps[] = {
        "<", ">{\"id\":$$,\"ok\":false,\"reason\":\"timeout\"}", ".", NULL};
    const struct chan_reply *reply = NULL;
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    const struct chan_clause clauses[] = {{named(c, "a"), NULL, 0},
                                          {named(c, "b"), NULL, 0}};

    ck_assert_int_eq(chan_alts(clauses, 2, CHAN_AT_RANDOM, 0, &reply), CHAN_TIMEOUT);
    ck_assert_ptr_null(reply);
    chan_drop(clauses[0].chan);
    chan_drop(clauses[1].chan);
    named_end(c, &f);
}
END_TEST

START_TEST(start_writes_nothing_until_it_is_processed)
{
    static const char *const steps[] = {"<\"chan\":\"a\"", "<\"chan\":\"b\"",
                                        ">{\"id\":$1,\"ok\":true,\"value\":1}", ".",
                                        NULL};
    enum chan_status first = CHAN_STATUS_COUNT, second = CHAN_STATUS_COUNT;
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    uint64_t id, other;

    ck_assert_int_eq(named_start(c, "a", NULL, CHAN_FOREVER, count, &first, &id),
                     CHAN_OK);
    ck_assert_int_eq(named_start(c, "b", NULL, CHAN_FOREVER, count, &second, &other),
                     CHAN_OK);
    ck_assert_uint_ne(id, other);
    ck_assert_int_eq(first, CHAN_STATUS_COUNT);
    while (first == CHAN_STATUS_COUNT)
        chan_wait(c, CHAN_FOREVER);
    ck_assert_int_eq(first, CHAN_OK);
    ck_assert_int_eq(second, CHAN_STATUS_COUNT);
    named_end(c, &f);
    ck_assert_int_eq(second, CHAN_LOST);
}
END_TEST

START_TEST(start_refuses_what_makes_no_sense)
{
    static const char *const steps[] = {".", NULL};
    enum chan_status status;
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    uint64_t id = 42;

    ck_assert_int_eq(named_start(c, "a", "{", 0, count, &status, &id), CHAN_INVALID);
    ck_assert_int_eq(named_start(c, "a", NULL, 0, NULL, &status, &id), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "no chan_done");
    ck_assert_uint_eq(id, 42);
    ck_assert_uint_eq(chan_outstanding(c), 0);
    chan_disconnect(c);
    ck_assert_int_eq(named_start(c, "a", NULL, 0, count, &status, &id), CHAN_LOST);
    ck_assert_str_eq(chan_message(), "not connected");
    named_end(c, &f);
}
END_TEST

START_TEST(cancel_ends_the_request_before_it_returns)
{
    static const char *const steps[] = {
        "<take",
        "<\"op\":\"cancel\"",
        ">{\"id\":$1,\"ok\":false,\"reason\":\"cancelled\"}",
        ">{\"id\":$2,\"ok\":true}",
        ".",
        NULL};
    enum chan_status status = CHAN_STATUS_COUNT;
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    uint64_t id;

    named_start(c, "a", NULL, CHAN_FOREVER, count, &status, &id);
    ck_assert_int_eq(chan_cancel(c, id, 10000), CHAN_OK);
    ck_assert_int_eq(status, CHAN_CANCELLED);
    ck_assert_int_eq(chan_cancel(c, id, 10000), CHAN_NOT_PARKED);
    named_end(c, &f);
}
END_TEST

START_TEST(cancel_may_come_too_late)
{
    static const char *const steps[] = {
        "<take",
        "<\"op\":\"cancel\"",
        ">{\"id\":$1,\"ok\":true,\"value\":1}",
        ">{\"id\":$2,\"ok\":false,\"reason\":\"not_parked\",\"message\":\"none\"}",
        ".",
        NULL};
    enum chan_status status = CHAN_STATUS_COUNT;
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    uint64_t id;

    named_start(c, "a", NULL, CHAN_FOREVER, count, &status, &id);
    ck_assert_int_eq(chan_cancel(c, id, 10000), CHAN_NOT_PARKED);
    ck_assert_int_eq(status, CHAN_OK);
    ck_assert_int_eq(chan_cancel(c, 12345, 10000), CHAN_NOT_PARKED);
    named_end(c, &f);
}
END_TEST

START_TEST(hanging_up_lets_what_had_ended_arrive)
{
    static const char *const steps[] = {
        "<take",
        "<take",
        ">{\"id\":$1,\"ok\":true,\"value\":1}",
        ".",
        ">{\"id\":$2,\"ok\":false,\"reason\":\"cancelled\"}",
        NULL};
    enum chan_status first = CHAN_STATUS_COUNT, second = CHAN_STATUS_COUNT;
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    uint64_t id;

    named_start(c, "a", NULL, CHAN_FOREVER, count, &first, &id);
    named_start(c, "a", NULL, CHAN_FOREVER, count, &second, &id);
    chan_hang_up(c);
    ck_assert_int_eq(chan_ping(c, 10000), CHAN_LOST);
    ck_assert_str_eq(chan_message(), "the client has hung up");
    while (chan_outstanding(c) > 0)
        chan_wait(c, CHAN_FOREVER);
    ck_assert_int_eq(first, CHAN_OK);
    ck_assert_int_eq(second, CHAN_CANCELLED);
    named_end(c, &f);
}
END_TEST

enum { CLAUSES = 12 };

/* All that a program may do with a client that it has, once that is connected. */
static enum chan_status do_all(struct chan_client *c, struct chan *ch)
{
    struct chan_clause clauses[CLAUSES] = {{ch, "1", 1}};
    enum chan_status status, started = CHAN_STATUS_COUNT;
    const struct chan_reply *reply;
    const char *value;

    for (int i = 1; i < CLAUSES; i++)
        clauses[i].chan = ch;
    status = chan_put(ch, "\"value\"", 7, CHAN_FOREVER);
    if (status == CHAN_OK)
        status = chan_take(ch, CHAN_FOREVER, &value, NULL);
    if (status == CHAN_OK)
        status = chan_alts(clauses, CLAUSES, CHAN_AT_RANDOM, CHAN_FOREVER, &reply);
    if (status == CHAN_OK)
        status =
            chan_start(c, clauses, CLAUSES, CHAN_AT_RANDOM, 0, count, &started, NULL);
    while (status == CHAN_OK && started == CHAN_STATUS_COUNT)
        status = chan_wait(c, CHAN_FOREVER);
    return status == CHAN_OK ? started : status;
}

/* The same with memory running out after so many allocations. */
static bool try_all(const char *uri, long allocations)
{
    enum chan_status status = CHAN_NO_MEMORY;
    struct chan *ch = NULL;
    struct chan_client *c;

    starve_after(allocations);
    c = chan_client_new();
    if (c)
        ch = chan_remote(c, "a");
    if (ch)
        status = chan_connect(c, uri, 10000);
    if (status == CHAN_OK)
        status = do_all(c, ch);
    starve_end();
    ck_assert(status == CHAN_OK || status == CHAN_NO_MEMORY || status == CHAN_LOST);
    if (status == CHAN_NO_MEMORY)
        ck_assert_uint_gt(strlen(chan_message()), 0);
    chan_drop(ch);
    chan_client_free(c);
    return status == CHAN_OK;
}

START_TEST(memory_that_runs_out_ends_calls_and_nothing_else)
{
    static const char *const steps[] = {
        "={\"id\":$$,\"ok\":true,\"index\":0,\"value\":\"a value\"}", NULL};
    bool done = false;
    long n = 0;

    for (; !done && n < 100; n++) {
        struct fake f;
        int fd;

        fake_start(&f, steps);
        done = try_all(f.uri, n);
        /* One that never connected leaves the server waiting. */
        fd = done ? -1 : socket(AF_INET, SOCK_STREAM, 0);
        if (fd >= 0)
            fake_poke(fd, f.uri);
        fake_finish(&f);
    }
    ck_assert(done);
    ck_assert_int_gt(n, 5);
}
END_TEST

UNIT_MAIN("transfer", put_sends_the_value_as_it_is,
          the_wait_is_told_to_the_server_unless_it_is_endless,
          every_outcome_of_a_wait_has_its_status,
          what_was_taken_stays_until_the_next_call,
          a_take_without_a_value_in_its_reply_is_unreadable,
          what_makes_no_sense_is_not_sent, start_takes_only_channels_of_its_client,
          alts_sends_its_clauses_and_tells_which_completed,
          alts_of_many_clauses_sends_them_all,
          an_alts_without_an_answer_leaves_its_result_alone,
          start_writes_nothing_until_it_is_processed, start_refuses_what_makes_no_sense,
          cancel_ends_the_request_before_it_returns, cancel_may_come_too_late,
          hanging_up_lets_what_had_ended_arrive,
          memory_that_runs_out_ends_calls_and_nothing_else)
