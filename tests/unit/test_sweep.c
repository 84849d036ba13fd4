/* SPDX-License-Identifier: MIT */
#include "sweep.h"
#include <sys/resource.h>
#include "serving.h"
#include "unit.h"

#define LATE                                                                             \
    "{\"ok\":false,\"reason\":\"limit\",\"message\":\"request_timeout_s: a line was "    \
    "begun, and not ended within limits.request_timeout_s\"}"

static void start_with(struct serving *sv, const struct limits *limits)
{
    struct broker_settings settings = serving_settings();

    settings.limits = *limits;
    serving_prepare(sv, 1, &settings);
    serving_run(sv);
}

/* Has more sent to it than there is room for: the rest waits in the daemon. */
static void gorge(struct serving *sv, const struct client *c)
{
    char *value = long_value(1000000);

    client_send(c, "{\"op\":\"open\",\"chan\":\"p\",\"buffer\":{\"kind\":\"promise\"}}\n"
                   "{\"op\":\"put\",\"chan\":\"p\",\"value\":");
    client_send(c, value);
    client_send(c, "}\n" TAKE("p") TAKE("p"));
    serving_await(atomic_load(&sv->hub->outside) > 0);
    free(value);
}

START_TEST(a_line_is_late_from_its_first_byte_on)
{
    struct limits limits = limits_default();
    struct serving sv;
    struct client c;
    int64_t began_ns;

    limits.request_timeout_s = 1;
    start_with(&sv, &limits);
    c = client_connect(&sv, 0);
    client_sync(&c);
    client_send(&c, TAKE("c"));
    began_ns = clock_now_ns();
    client_send(&c, "{\"op\":");
    client_expect(&c, LATE);
    ck_assert_int_ge(clock_now_ns() - began_ns, NS_PER_S);
    client_expect(&c, "{\"ok\":false,\"reason\":\"cancelled\"}");
    client_expect_end(&c);
    client_close(&c);
    serving_await_sessions(&sv, 0);
    serving_stop(&sv);
}
END_TEST

START_TEST(a_line_that_was_ended_in_time_is_not_late)
{
    struct limits limits = limits_default();
    struct client c, late;
    struct serving sv;
    int64_t before;

    limits.request_timeout_s = 1;
    start_with(&sv, &limits);
    c = client_connect(&sv, 0);
    late = client_connect(&sv, 0);
    client_send(&late, "{");
    before = serving_metric(&sv, METRIC_received_bytes);
    client_send(&c, "{\"op\":");
    serving_await(serving_metric(&sv, METRIC_received_bytes) > before + 5);
    client_ask(&c, "\"ping\"}\n", PONG);
    client_expect(&late, LATE);
    client_expect_end(&late);
    client_sync(&c);
    client_close(&c);
    client_close(&late);
    serving_await_sessions(&sv, 0);
    serving_stop(&sv);
}
END_TEST

START_TEST(who_was_sent_away_and_does_not_read_is_not_waited_for)
{
    struct limits limits = limits_default();
    struct serving sv;
    struct client c;

    limits.request_timeout_s = 1;
    limits.output_bytes = 16 << 20; /* it goes on being read */
    start_with(&sv, &limits);
    c = client_connect(&sv, 0);
    gorge(&sv, &c);
    client_send(&c, "{");
    serving_await_sessions(&sv, 0);
    ck_assert_int_eq(atomic_load(&sv.hub->outside), 0);
    client_close(&c);
    serving_stop(&sv);
}
END_TEST

START_TEST(who_takes_nothing_of_what_waits_for_him_is_lost)
{
    struct limits limits = limits_default();
    struct serving sv;
    struct client c;

    limits.unread_s = 1;
    start_with(&sv, &limits);
    c = client_connect(&sv, 0);
    client_send(&c, TAKE("c"));
    gorge(&sv, &c);
    serving_await_sessions(&sv, 0);
    client_close(&c);
    c = client_connect(&sv, 0);
    client_ask(&c, "{\"op\":\"put\",\"chan\":\"c\",\"value\":1,\"timeout_ms\":0}\n",
               "{\"ok\":false,\"reason\":\"timeout\"}");
    client_close(&c);
    serving_await_sessions(&sv, 0);
    serving_stop(&sv);
}
END_TEST

START_TEST(however_many_there_are_it_looks_at_all_of_them)
{
    enum { CROWD = 1200 }; /* more than in one turn */
    struct limits limits = limits_default();
    int crowd[CROWD], fds[2];
    struct rlimit limit;
    struct serving sv;

    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    limits.idle_s = 1;
    start_with(&sv, &limits);
    for (int i = 0; i < CROWD; i++) {
        ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
        crowd[i] = fds[0];
        serving_welcome(&sv, 0, fds[1]);
    }
    serving_await_sessions(&sv, 0);
    for (int i = 0; i < CROWD; i++)
        close(crowd[i]);
    serving_stop(&sv);
}
END_TEST

/* All that there was have gone, and so has its timer. */
START_TEST(it_begins_again_with_the_next_who_comes)
{
    struct limits limits = limits_default();
    struct serving sv;
    struct client c;

    limits.idle_s = 1;
    start_with(&sv, &limits);
    for (int i = 0; i < 2; i++) {
        c = client_connect(&sv, 0);
        client_expect_end(&c);
        client_close(&c);
        serving_await_sessions(&sv, 0);
    }
    serving_stop(&sv);
}
END_TEST

UNIT_MAIN("sweep", a_line_is_late_from_its_first_byte_on,
          a_line_that_was_ended_in_time_is_not_late,
          who_was_sent_away_and_does_not_read_is_not_waited_for,
          who_takes_nothing_of_what_waits_for_him_is_lost,
          however_many_there_are_it_looks_at_all_of_them,
          it_begins_again_with_the_next_who_comes)
