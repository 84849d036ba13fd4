/* SPDX-License-Identifier: MIT */
/* One client for processes, and for threads beside them. */
#include "unit.h"
#include "client.h"
#include "fake.h"
#include "named.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The result of a process: how something ended, and the message. */
static char *result(enum chan_status status)
{
    char *text;

    if (asprintf(&text, "[%d,\"%s\"]", (int)status, chan_message()) < 0)
        return NULL;
    return text;
}

static void expect_result(struct chan *done, enum chan_status status, const char *message)
{
    const char *value = NULL;
    char expected[256];

    ck_assert_ptr_nonnull(done);
    ck_assert_int_eq(chan_take(done, CHAN_FOREVER, &value, NULL), CHAN_OK);
    snprintf(expected, sizeof expected, "[%d,\"%s\"]", (int)status, message);
    ck_assert_str_eq(value, expected);
    chan_drop(done);
}

static void expect_ok(struct chan *done)
{
    expect_result(done, CHAN_OK, chan_status_text(CHAN_OK));
}

static char *ping(void *arg)
{
    return result(chan_ping(arg, 20000));
}

START_TEST(a_process_parks_in_a_call)
{
    static const char *const steps[] = {"<ping", ">{\"id\":$1,\"ok\":true}", ".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);

    expect_ok(chan_go(ping, c));
    named_end(c, &f);
}
END_TEST

enum { MANY = 300, ROUNDS = 20 };

static char *ping_often(void *arg)
{
    enum chan_status status = CHAN_OK;

    for (int i = 0; i < ROUNDS && status == CHAN_OK; i++)
        status = chan_ping(arg, 20000);
    return result(status);
}

START_TEST(many_processes_share_a_connection)
{
    static const char *const steps[] = {"={\"id\":$$,\"ok\":true}", NULL};
    struct chan *done[MANY];
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);

    for (int i = 0; i < MANY; i++)
        done[i] = chan_go(ping_often, c);
    for (int i = 0; i < MANY; i++)
        expect_ok(done[i]);
    named_end(c, &f);
}
END_TEST

static void *ping_in_thread(void *arg)
{
    free(ping_often(arg));
    return (void *)(uintptr_t)chan_last()->status;
}

START_TEST(threads_and_processes_share_a_connection)
{
    enum { THREADS = 4, PROCESSES = 50 };
    static const char *const steps[] = {"={\"id\":$$,\"ok\":true}", NULL};
    struct chan *done[PROCESSES];
    pthread_t threads[THREADS];
    struct fake f;
    struct chan_client *c;
    void *status;

    ck_assert_int_eq(chan_threads(2), CHAN_OK);
    c = named_begin(&f, steps);
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, ping_in_thread, c), 0);
    for (int i = 0; i < PROCESSES; i++)
        done[i] = chan_go(ping_often, c);
    for (int i = 0; i < PROCESSES; i++)
        expect_ok(done[i]);
    for (int i = 0; i < THREADS; i++) {
        ck_assert_int_eq(pthread_join(threads[i], &status), 0);
        ck_assert_uint_eq((uintptr_t)status, CHAN_OK);
    }
    named_end(c, &f);
}
END_TEST

static void *take_in_thread(void *arg)
{
    const char *value = "nothing";

    return (void *)(uintptr_t)named_take(arg, "a", CHAN_FOREVER, &value, NULL);
}

START_TEST(a_thread_that_reads_leaves_it_to_the_watch)
{
    static const char *const steps[] = {"<take", "?",
                                        "<ping", ">{\"id\":$2,\"ok\":true}",
                                        "?",     ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ".",     NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    pthread_t thread;
    void *status;

    ck_assert_int_eq(pthread_create(&thread, NULL, take_in_thread, c), 0);
    fake_await(&f);
    expect_ok(chan_go(ping, c));
    fake_await(&f);
    ck_assert_int_eq(pthread_join(thread, &status), 0);
    ck_assert_uint_eq((uintptr_t)status, CHAN_OK);
    named_end(c, &f);
}
END_TEST

static char *large_put(void *arg)
{
    enum { SIZE = 16 << 20 };
    struct chan *ch = named(arg, "a");
    char *value = malloc(SIZE);
    enum chan_status status = CHAN_NO_MEMORY;

    if (value) {
        memset(value, 'x', SIZE);
        value[0] = value[SIZE - 1] = '"';
        status = chan_put(ch, value, SIZE, CHAN_FOREVER);
    }
    free(value);
    chan_drop(ch);
    return result(status);
}

START_TEST(what_does_not_fit_into_the_socket_leaves_later)
{
    static const char *const steps[] = {"<put", ">{\"id\":$1,\"ok\":true}", ".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);

    expect_ok(chan_go(large_put, c));
    named_end(c, &f);
}
END_TEST

static char *ping_in_vain(void *arg)
{
    return result(chan_ping(arg, 30));
}

START_TEST(a_reply_that_is_overdue_ends_the_call_of_a_process)
{
    static const char *const steps[] = {"<ping", ".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);

    expect_result(chan_go(ping_in_vain, c), CHAN_LOST,
                  "the connection is given up: no reply in time");
    expect_result(chan_go(ping_in_vain, c), CHAN_LOST,
                  "the connection is given up: no reply in time");
    named_end(c, &f);
}
END_TEST

START_TEST(disconnecting_wakes_processes_that_wait)
{
    static const char *const steps[] = {"<ping", "?", ".", NULL};
    static const char *const again[] = {"<ping", ">{\"id\":$1,\"ok\":true}", ".", NULL};
    struct fake f, g;
    struct chan_client *c = named_begin(&f, steps);
    struct chan *done = chan_go(ping, c);

    fake_await(&f);
    chan_disconnect(c);
    expect_result(done, CHAN_LOST, "not connected");
    fake_finish(&f);
    fake_start(&g, again);
    ck_assert_int_eq(chan_connect(c, g.uri, 10000), CHAN_OK);
    expect_ok(chan_go(ping, c));
    named_end(c, &g);
}
END_TEST

struct target {
    struct chan_client *c;
    const char *uri;
};

static char *connect_and_ping(void *arg)
{
    const struct target *target = arg;
    const enum chan_status status = chan_connect(target->c, target->uri, 10000);

    return status == CHAN_OK ? ping(target->c) : result(status);
}

START_TEST(a_process_connects)
{
    static const char *const steps[] = {"<ping", ">{\"id\":$1,\"ok\":true}", ".", NULL};
    struct chan_client *c = chan_client_new();
    struct target target = {.c = c, .uri = "unix:///nonexistent/chan"};
    struct fake f;

    expect_result(chan_go(connect_and_ping, &target), CHAN_UNREACHABLE,
                  "No such file or directory");
    fake_start(&f, steps);
    target.uri = f.uri;
    expect_ok(chan_go(connect_and_ping, &target));
    named_end(c, &f);
}
END_TEST

static void ignore(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    (void)c;
    (void)reply;
    (void)data;
}

static char *loop(void *arg)
{
    ck_assert_int_eq(chan_process(arg), CHAN_INVALID);
    ck_assert_int_eq(chan_wait(arg, 0), CHAN_INVALID);
    ck_assert_int_eq(chan_stop(arg, 1), CHAN_INVALID);
    return result(named_start(arg, "a", NULL, 0, ignore, NULL, NULL));
}

START_TEST(a_process_has_no_loop)
{
    static const char *const steps[] = {"<ping", ">{\"id\":$1,\"ok\":true}", ".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);

    expect_result(chan_go(loop, c), CHAN_INVALID,
                  "a process has no loop: it calls what parks");
    expect_ok(chan_go(ping, c));
    /* Nor is there one for a client that processes use. */
    ck_assert_int_eq(named_start(c, "a", NULL, 0, ignore, NULL, NULL), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "other threads or processes are using the client");
    named_end(c, &f);
}
END_TEST

START_TEST(a_loop_keeps_processes_away)
{
    static const char *const steps[] = {"<take", ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                        ".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);

    ck_assert_int_eq(named_start(c, "a", NULL, CHAN_FOREVER, ignore, NULL, NULL),
                     CHAN_OK);
    expect_result(chan_go(ping, c), CHAN_INVALID,
                  "the client is driven by the loop of another thread");
    while (chan_outstanding(c) > 0)
        ck_assert_int_eq(chan_wait(c, CHAN_FOREVER), CHAN_OK);
    named_end(c, &f);
}
END_TEST

UNIT_MAIN("watching", a_process_parks_in_a_call, many_processes_share_a_connection,
          threads_and_processes_share_a_connection,
          a_thread_that_reads_leaves_it_to_the_watch,
          what_does_not_fit_into_the_socket_leaves_later,
          a_reply_that_is_overdue_ends_the_call_of_a_process,
          disconnecting_wakes_processes_that_wait, a_process_connects,
          a_process_has_no_loop, a_loop_keeps_processes_away)
