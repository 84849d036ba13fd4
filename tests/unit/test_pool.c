/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "fake.h"
#include "named.h"
#include "pool.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000 };

/* A link as far as a pool needs one; what it takes for signals comes through a pipe. */
struct stand_in {
    struct link link;
    int signal_end;
};

static struct stand_in stand_in(const char *uri)
{
    int fds[2];

    ck_assert_int_eq(pipe2(fds, O_NONBLOCK | O_CLOEXEC), 0);
    return (struct stand_in){.link = {.uri = uri, .signals = fds[0]},
                             .signal_end = fds[1]};
}

static void stand_in_end(struct stand_in *s)
{
    close(s->link.signals);
    close(s->signal_end);
}

static void send_signal(const struct stand_in *s, int number)
{
    const struct signalfd_siginfo info = {.ssi_signo = (uint32_t)number};

    ck_assert_int_eq(write(s->signal_end, &info, sizeof info), (ssize_t)sizeof info);
}

struct ending {
    bool ended;
    enum chan_status status;
    char value[64];
};

static void on_end(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct ending *ending = data;

    (void)c;
    ending->ended = true;
    ending->status = reply->status;
    snprintf(ending->value, sizeof ending->value, "%s",
             reply->value ? reply->value : "none");
}

static void take(struct pool *pool, size_t i, struct ending *ending)
{
    *ending = (struct ending){0};
    ck_assert_int_eq(
        named_start(pool->clients[i], "c", NULL, CHAN_FOREVER, on_end, ending, NULL),
        CHAN_OK);
    pool_send(pool, i);
}

static void await(struct pool *pool, struct link *link, const struct ending *ending)
{
    while (!ending->ended)
        ck_assert_uint_gt(pool_turn(pool, link, PATIENCE_MS), 0);
}

START_TEST(each_connection_gets_its_own_replies)
{
    static const char *const one[] = {"<take", ">{\"id\":$1,\"ok\":true,\"value\":1}",
                                      ".", NULL};
    static const char *const two[] = {"<take", ">{\"id\":$1,\"ok\":true,\"value\":2}",
                                      ".", NULL};
    struct fake first, second;
    struct ending endings[2];
    struct stand_in s;
    struct pool pool;

    fake_start(&first, one);
    fake_start(&second, two);
    s = stand_in(first.uri);
    ck_assert_int_eq(pool_init(&pool, &s.link, 2), EXIT_DONE);
    ck_assert_int_eq(pool_add(&pool, &s.link), EXIT_DONE);
    s.link.uri = second.uri;
    ck_assert_int_eq(pool_add(&pool, &s.link), EXIT_DONE);
    for (size_t i = 0; i < 2; i++)
        take(&pool, i, &endings[i]);
    for (size_t i = 0; i < 2; i++)
        await(&pool, &s.link, &endings[i]);
    ck_assert_str_eq(endings[0].value, "1");
    ck_assert_str_eq(endings[1].value, "2");
    pool_release(&pool);
    fake_finish(&first);
    fake_finish(&second);
    stand_in_end(&s);
}
END_TEST

START_TEST(hanging_up_cancels_and_what_was_on_its_way_arrives)
{
    static const char *const steps[] = {
        "<take", ".", ">{\"id\":$1,\"ok\":false,\"reason\":\"cancelled\"}", NULL};
    struct ending ending;
    struct stand_in s;
    struct pool pool;
    struct fake f;

    fake_start(&f, steps);
    s = stand_in(f.uri);
    ck_assert_int_eq(pool_init(&pool, &s.link, 1), EXIT_DONE);
    ck_assert_int_eq(pool_add(&pool, &s.link), EXIT_DONE);
    take(&pool, 0, &ending);
    pool_hang_up(&pool);
    await(&pool, &s.link, &ending);
    ck_assert_int_eq(ending.status, CHAN_CANCELLED);
    pool_release(&pool);
    fake_finish(&f);
    stand_in_end(&s);
}
END_TEST

START_TEST(a_connection_that_is_lost_ends_its_requests_and_is_left_alone)
{
    static const char *const steps[] = {"<take", "!", NULL};
    struct ending ending;
    struct stand_in s;
    struct pool pool;
    struct fake f;

    fake_start(&f, steps);
    s = stand_in(f.uri);
    ck_assert_int_eq(pool_init(&pool, &s.link, 1), EXIT_DONE);
    ck_assert_int_eq(pool_add(&pool, &s.link), EXIT_DONE);
    take(&pool, 0, &ending);
    await(&pool, &s.link, &ending);
    ck_assert_int_eq(ending.status, CHAN_LOST);
    ck_assert_uint_eq(pool_turn(&pool, &s.link, 0), 0);
    pool_send(&pool, 0);
    pool_hang_up(&pool);
    ck_assert_int_eq(chan_fd(pool.clients[0]), -1);
    pool_release(&pool);
    fake_finish(&f);
    stand_in_end(&s);
}
END_TEST

START_TEST(much_that_is_sent_leaves_as_the_server_reads_it)
{
    enum { SIZE = 8 << 20 };
    static const char *const steps[] = {"?", "<put", ">{\"id\":$1,\"ok\":true}", ".",
                                        NULL};
    char *value = malloc(SIZE + 1);
    struct ending ending = {0};
    struct stand_in s;
    struct pool pool;
    struct fake f;

    ck_assert_ptr_nonnull(value);
    memset(value, '"', SIZE);
    memset(value + 1, 'x', SIZE - 2);
    value[SIZE] = '\0';
    fake_start(&f, steps);
    s = stand_in(f.uri);
    ck_assert_int_eq(pool_init(&pool, &s.link, 1), EXIT_DONE);
    ck_assert_int_eq(pool_add(&pool, &s.link), EXIT_DONE);
    ck_assert_int_eq(
        named_start(pool.clients[0], "c", value, CHAN_FOREVER, on_end, &ending, NULL),
        CHAN_OK);
    pool_send(&pool, 0);
    fake_await(&f);
    await(&pool, &s.link, &ending);
    ck_assert_int_eq(ending.status, CHAN_OK);
    pool_release(&pool);
    fake_finish(&f);
    stand_in_end(&s);
    free(value);
}
END_TEST

START_TEST(signals_end_a_turn_and_are_noted)
{
    struct stand_in s = stand_in("unix:///nonexistent/chan");
    struct pool pool;

    ck_assert_int_eq(pool_init(&pool, &s.link, 1), EXIT_DONE);
    ck_assert_uint_eq(pool_turn(&pool, &s.link, 0), 0);
    ck_assert(!s.link.interrupted);
    send_signal(&s, SIGINT);
    ck_assert_uint_eq(pool_turn(&pool, &s.link, PATIENCE_MS), 0);
    ck_assert(s.link.interrupted);
    pool_release(&pool);
    stand_in_end(&s);
}
END_TEST

START_TEST(a_server_that_is_not_there_is_what_to_exit_with)
{
    struct stand_in s = stand_in("unix:///nonexistent/chan");
    struct pool pool;

    ck_assert_int_eq(pool_init(&pool, &s.link, 1), EXIT_DONE);
    ck_assert_int_eq(pool_add(&pool, &s.link), EXIT_SERVER);
    ck_assert_uint_eq(pool.count, 0);
    pool_release(&pool);
    pool_release(&pool);
    stand_in_end(&s);
}
END_TEST

/* Descriptors: what is allowed is asked for, and more than that is refused. Each Check
 * test is a process of its own, so the limit goes with it. */
START_TEST(more_connections_than_descriptors_are_refused)
{
    struct stand_in s = stand_in("unix:///nonexistent/chan");
    struct rlimit limit = {.rlim_cur = 100, .rlim_max = 200};
    struct pool pool;

    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_int_eq(pool_init(&pool, &s.link, 50), EXIT_DONE);
    pool_release(&pool);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_uint_eq(limit.rlim_cur, 100);
    ck_assert_int_eq(pool_init(&pool, &s.link, 150), EXIT_DONE);
    pool_release(&pool);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_uint_ge(limit.rlim_cur, 150);
    ck_assert_int_eq(pool_init(&pool, &s.link, 200), EXIT_USAGE);
    pool_release(&pool);
    stand_in_end(&s);
}
END_TEST

UNIT_MAIN("pool", each_connection_gets_its_own_replies,
          hanging_up_cancels_and_what_was_on_its_way_arrives,
          a_connection_that_is_lost_ends_its_requests_and_is_left_alone,
          much_that_is_sent_leaves_as_the_server_reads_it,
          signals_end_a_turn_and_are_noted,
          a_server_that_is_not_there_is_what_to_exit_with,
          more_connections_than_descriptors_are_refused)
