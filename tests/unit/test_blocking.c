/* SPDX-License-Identifier: MIT */
/* One client for several threads: who reads, who is woken, what is in each one's way. */
#include "unit.h"
#include "client.h"
#include "deadline.h"
#include "fake.h"
#include "named.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A thread that does one thing with a client, and how that ended. */
struct caller {
    struct chan_client *c;
    void (*call)(struct caller *caller);
    const char *chan;
    const char *value;
    int64_t ms;
    enum chan_status status;
    char text[256]; /* what was taken, or the message */
    pthread_t thread;
};

static void *run(void *arg)
{
    struct caller *caller = arg;

    caller->call(caller);
    return NULL;
}

static void caller_start(struct caller *caller)
{
    ck_assert_int_eq(pthread_create(&caller->thread, NULL, run, caller), 0);
}

static void caller_finish(struct caller *caller)
{
    ck_assert_int_eq(pthread_join(caller->thread, NULL), 0);
}

static void note(struct caller *caller, enum chan_status status)
{
    const struct chan_reply *last = chan_last();

    caller->status = status;
    ck_assert_int_eq(last->status, status);
    snprintf(caller->text, sizeof caller->text, "%s",
             last->value ? last->value : last->message);
}

static void take(struct caller *caller)
{
    const char *value;

    note(caller, named_take(caller->c, caller->chan, caller->ms, &value, NULL));
}

static void put(struct caller *caller)
{
    note(caller, named_put(caller->c, caller->chan, caller->value, caller->ms));
}

static void ping(struct caller *caller)
{
    note(caller, chan_ping(caller->c, caller->ms));
}

START_TEST(whoever_hangs_up_does_so_for_all)
{
    static const char *const steps[] = {
        "<\"chan\":\"a\"",
        "?",
        "<\"chan\":\"b\"",
        "?",
        ".",
        ">{\"id\":$2,\"ok\":true,\"value\":\"just now\"}",
        ">{\"id\":$1,\"ok\":false,\"reason\":\"cancelled\"}",
        NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct caller a = {.c = c, .call = take, .chan = "a", .ms = CHAN_FOREVER};
    struct caller b = {.c = c, .call = take, .chan = "b", .ms = CHAN_FOREVER};
    struct caller late = {.c = c, .call = take, .chan = "a", .ms = CHAN_FOREVER};

    caller_start(&a);
    fake_await(&f);
    caller_start(&b);
    fake_await(&f);
    chan_hang_up(c);
    caller_start(&late);
    caller_finish(&late);
    caller_finish(&b);
    caller_finish(&a);
    ck_assert_int_eq(late.status, CHAN_LOST);
    ck_assert_str_eq(b.text, "\"just now\"");
    ck_assert_int_eq(a.status, CHAN_CANCELLED);
    named_end(c, &f);
}
END_TEST

START_TEST(a_reply_wakes_the_one_that_it_is_for)
{
    static const char *const steps[] = {"<\"chan\":\"a\"",
                                        "?",
                                        "<\"chan\":\"b\"",
                                        ">{\"id\":$2,\"ok\":true,\"value\":\"for b\"}",
                                        "?",
                                        ">{\"id\":$1,\"ok\":true,\"value\":\"for a\"}",
                                        ".",
                                        NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct caller a = {.c = c, .call = take, .chan = "a", .ms = CHAN_FOREVER};
    struct caller b = {.c = c, .call = take, .chan = "b", .ms = CHAN_FOREVER};

    caller_start(&a);
    fake_await(&f);
    caller_start(&b);
    caller_finish(&b);
    ck_assert_str_eq(b.text, "\"for b\"");
    fake_await(&f);
    caller_finish(&a);
    ck_assert_str_eq(a.text, "\"for a\"");
    named_end(c, &f);
}
END_TEST

START_TEST(who_has_read_for_all_leaves_it_to_another)
{
    static const char *const steps[] = {"<\"chan\":\"a\"",
                                        "?",
                                        "<take",
                                        "<take",
                                        ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        "<ping",
                                        ">{\"id\":$4,\"ok\":true}",
                                        ">{\"id\":$2,\"ok\":true,\"value\":2}",
                                        "<ping",
                                        ">{\"id\":$3,\"ok\":true,\"value\":3}",
                                        ">{\"id\":$5,\"ok\":true}",
                                        ".",
                                        NULL};
    static const char *const names[] = {"a", "b", "c"};
    struct caller callers[3];
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);

    for (int i = 0; i < 3; i++) {
        callers[i] =
            (struct caller){.c = c, .call = take, .chan = names[i], .ms = CHAN_FOREVER};
        caller_start(&callers[i]);
        if (i == 0)
            fake_await(&f);
    }
    /* Which of b and c the server read first does not matter: both replies come. */
    caller_finish(&callers[0]);
    ck_assert_str_eq(callers[0].text, "1");
    ck_assert_int_eq(chan_ping(c, 10000), CHAN_OK);
    ck_assert_int_eq(chan_ping(c, 10000), CHAN_OK);
    caller_finish(&callers[1]);
    caller_finish(&callers[2]);
    ck_assert_int_eq(callers[1].status, CHAN_OK);
    ck_assert_int_eq(callers[2].status, CHAN_OK);
    ck_assert_ptr_null(c->reader);
    named_end(c, &f);
}
END_TEST

enum { THREADS = 8, ROUNDS = 500 };

static void ping_often(struct caller *caller)
{
    for (int i = 0; i < ROUNDS && caller->status == CHAN_OK; i++)
        caller->status = chan_ping(caller->c, 20000);
}

START_TEST(many_threads_share_a_connection)
{
    static const char *const steps[] = {"={\"id\":$$,\"ok\":true}", NULL};
    struct caller callers[THREADS];
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);

    for (int i = 0; i < THREADS; i++) {
        callers[i] = (struct caller){.c = c, .call = ping_often};
        caller_start(&callers[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        caller_finish(&callers[i]);
        ck_assert_int_eq(callers[i].status, CHAN_OK);
    }
    ck_assert_uint_eq(c->blocked, 0);
    ck_assert_ptr_null(c->reader);
    named_end(c, &f);
}
END_TEST

/* A value that no socket takes at once. */
static char *large_value(void)
{
    enum { SIZE = 16 << 20 };
    char *value = malloc(SIZE + 1);

    ck_assert_ptr_nonnull(value);
    memset(value, 'x', SIZE);
    value[0] = value[SIZE - 1] = '"';
    value[SIZE] = '\0';
    return value;
}

START_TEST(what_one_thread_cannot_send_at_once_the_reader_sends)
{
    static const char *const steps[] = {"<take",
                                        "?",
                                        "<put",
                                        ">{\"id\":$2,\"ok\":true}",
                                        ">{\"id\":$1,\"ok\":true,\"value\":0}",
                                        ".",
                                        NULL};
    char *value = large_value();
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct caller a = {.c = c, .call = take, .chan = "a", .ms = CHAN_FOREVER};
    struct caller b = {
        .c = c, .call = put, .chan = "b", .value = value, .ms = CHAN_FOREVER};

    caller_start(&a);
    fake_await(&f);
    caller_start(&b);
    caller_finish(&b);
    caller_finish(&a);
    ck_assert_int_eq(b.status, CHAN_OK);
    ck_assert_int_eq(a.status, CHAN_OK);
    free(value);
    named_end(c, &f);
}
END_TEST

START_TEST(the_earliest_deadline_counts_whoever_reads)
{
    static const char *const steps[] = {"<take", "?", "<ping", ".", NULL};
    const int64_t before = deadline_now_ns();
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct caller a = {.c = c, .call = take, .chan = "a", .ms = CHAN_FOREVER};
    struct caller b = {.c = c, .call = ping, .ms = 40};

    caller_start(&a);
    fake_await(&f);
    caller_start(&b);
    caller_finish(&b);
    caller_finish(&a);
    ck_assert_int_ge(deadline_now_ns() - before, 40 * INT64_C(1000000));
    ck_assert_int_eq(a.status, CHAN_LOST);
    ck_assert_int_eq(b.status, CHAN_LOST);
    ck_assert_str_eq(a.text, "the connection is given up: no reply in time");
    named_end(c, &f);
}
END_TEST

START_TEST(disconnecting_ends_all_that_wait)
{
    static const char *const steps[] = {"<take", "?", "<take", "?", ".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct caller a = {.c = c, .call = take, .chan = "a", .ms = CHAN_FOREVER};
    struct caller b = {.c = c, .call = take, .chan = "b", .ms = CHAN_FOREVER};

    caller_start(&a);
    fake_await(&f);
    caller_start(&b);
    fake_await(&f);
    chan_disconnect(c);
    caller_finish(&a);
    caller_finish(&b);
    ck_assert_int_eq(a.status, CHAN_LOST);
    ck_assert_int_eq(b.status, CHAN_LOST);
    ck_assert_str_eq(b.text, "not connected");
    named_end(c, &f);
}
END_TEST

static void ignore(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    (void)c;
    (void)reply;
    (void)data;
}

START_TEST(who_blocks_keeps_loops_away)
{
    static const char *const steps[] = {"<take",
                                        "?",
                                        "<ping",
                                        ">{\"id\":$2,\"ok\":true}",
                                        ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ".",
                                        NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct caller a = {.c = c, .call = take, .chan = "a", .ms = CHAN_FOREVER};

    caller_start(&a);
    fake_await(&f);
    ck_assert_int_eq(named_start(c, "a", NULL, 0, ignore, NULL, NULL), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "other threads or processes are using the client");
    ck_assert_int_eq(chan_process(c), CHAN_INVALID);
    ck_assert_int_eq(chan_wait(c, 0), CHAN_INVALID);
    ck_assert_uint_eq(chan_outstanding(c), 0);
    ck_assert_int_eq(chan_ping(c, 10000), CHAN_OK);
    caller_finish(&a);
    ck_assert_int_eq(a.status, CHAN_OK);
    named_end(c, &f);
}
END_TEST

START_TEST(a_loop_keeps_other_threads_away)
{
    static const char *const steps[] = {"<take",
                                        "<ping",
                                        ">{\"id\":$2,\"ok\":true}",
                                        ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ".",
                                        NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct caller a = {.c = c, .call = ping, .ms = 10000};

    ck_assert_int_eq(named_start(c, "a", NULL, CHAN_FOREVER, ignore, NULL, NULL),
                     CHAN_OK);
    caller_start(&a);
    caller_finish(&a);
    ck_assert_int_eq(a.status, CHAN_INVALID);
    ck_assert_str_eq(a.text, "the client is driven by the loop of another thread");
    /* The loop's own thread may block all the same. */
    ck_assert_int_eq(chan_ping(c, 10000), CHAN_OK);
    while (chan_outstanding(c) > 0)
        ck_assert_int_eq(chan_wait(c, CHAN_FOREVER), CHAN_OK);
    named_end(c, &f);
}
END_TEST

/* What an argument may be: the result of the call before. */
START_TEST(what_was_taken_can_be_put)
{
    static const char *const steps[] = {"<take",
                                        ">{\"id\":$$,\"ok\":true,\"value\":[\"it\"]}",
                                        "<\"value\":[\"it\"]}",
                                        ">{\"id\":$$,\"ok\":true}",
                                        "<list",
                                        ">{\"id\":$$,\"ok\":false,\"reason\":\"limit\","
                                        "\"message\":\"prefix/\"}",
                                        "<\"prefix\":\"prefix/\"",
                                        ">{\"id\":$$,\"ok\":true,\"channels\":[],"
                                        "\"more\":false}",
                                        ".",
                                        NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    const char *value;

    ck_assert_int_eq(named_take(c, "a", CHAN_FOREVER, &value, NULL), CHAN_OK);
    ck_assert_int_eq(named_put(c, "b", value, CHAN_FOREVER), CHAN_OK);
    ck_assert_int_eq(chan_list(c, "", 10000, NULL, NULL), CHAN_REFUSED);
    ck_assert_int_eq(chan_list(c, chan_message(), 10000, NULL, NULL), CHAN_OK);
    named_end(c, &f);
}
END_TEST

UNIT_MAIN("blocking", whoever_hangs_up_does_so_for_all,
          a_reply_wakes_the_one_that_it_is_for, who_has_read_for_all_leaves_it_to_another,
          many_threads_share_a_connection,
          what_one_thread_cannot_send_at_once_the_reader_sends,
          the_earliest_deadline_counts_whoever_reads, disconnecting_ends_all_that_wait,
          who_blocks_keeps_loops_away, a_loop_keeps_other_threads_away,
          what_was_taken_can_be_put)
