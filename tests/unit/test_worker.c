/* SPDX-License-Identifier: MIT */
#include "worker.h"
#include "serving.h"
#include "unit.h"

/* More than a turn has tickets. */
enum { CROWD = TURN_TICKETS + 40 };

/* ---- stopping ---- */

/*
 * The clients that have left in the turn of the stop are the last in the worker's list:
 * when it comes to them they are over, and are ended while the list is walked.
 */
START_TEST(stop_ends_clients_that_leave_in_the_same_turn)
{
    struct client crowd[CROWD], first;
    struct serving sv;

    serving_start(&sv, 1);
    first = client_connect(&sv, 0);
    for (int i = 0; i < CROWD; i++)
        crowd[i] = client_connect(&sv, 0);
    client_sync(&crowd[CROWD - 1]);
    serving_hold(&sv, &first);
    for (int i = CROWD - 20; i < CROWD; i++)
        shutdown(crowd[i].fd, SHUT_WR);
    worker_stop(sv.workers[0]);
    serving_let_go(&sv, &first);
    client_expect_end(&first);
    for (int i = 0; i < CROWD; i++)
        client_expect_end(&crowd[i]);
    serving_stop(&sv);
    for (int i = 0; i < CROWD; i++)
        client_close(&crowd[i]);
    client_close(&first);
}
END_TEST

/* What the line refers to is the session's memory, put together from two pieces. */
START_TEST(stop_answers_a_request_that_arrived_in_two_pieces)
{
    struct client c, other;
    struct serving sv;

    serving_start(&sv, 1);
    c = client_connect(&sv, 0);
    other = client_connect(&sv, 0);
    client_sync(&other);
    client_send(&c,
                "{\"id\":\"in two pieces\",\"op\":\"put\",\"chan\":\"halves\",\"time");
    serving_await(serving_metric(&sv, METRIC_received_bytes) > 60);
    client_sync(&other);
    serving_hold(&sv, &other);
    client_send(&c, "out_ms\":0,\"value\":1}\n");
    worker_stop(sv.workers[0]);
    serving_let_go(&sv, &other);
    client_expect(&c, "{\"id\":\"in two pieces\",\"ok\":false,\"reason\":\"timeout\"}");
    client_expect_end(&c);
    client_expect_end(&other);
    serving_stop(&sv);
    client_close(&c);
    client_close(&other);
}
END_TEST

START_TEST(stop_waits_three_seconds_at_most_for_a_client_that_does_not_read)
{
    char *value = long_value(1000000);
    struct serving sv;
    struct client c;
    int64_t began_ns;

    serving_start(&sv, 1);
    c = client_connect(&sv, 0);
    for (int i = 0; i < 2; i++) {
        client_send(&c,
                    "{\"op\":\"open\",\"chan\":\"c\",\"buffer\":{\"kind\":\"promise\"}}\n"
                    "{\"op\":\"put\",\"chan\":\"c\",\"value\":");
        client_send(&c, value);
        client_send(&c, "}\n{\"op\":\"take\",\"chan\":\"c\"}\n");
    }
    serving_await(atomic_load(&sv.hub->outside) > 0);
    began_ns = clock_now_ns();
    serving_stop(&sv);
    ck_assert_int_ge(clock_now_ns() - began_ns, 2900 * NS_PER_MS);
    ck_assert_int_lt(clock_now_ns() - began_ns, 10 * NS_PER_S);
    client_close(&c);
    free(value);
}
END_TEST

/* ---- time ---- */

static bool is_closed(struct hub *hub, const char *name)
{
    struct channel_stat stat = {0};

    pthread_mutex_lock(&hub->lock);
    ck_assert_int_eq(broker_stat(hub->broker, slice_text(name), &stat), ERR_OK);
    pthread_mutex_unlock(&hub->lock);
    return stat.closed;
}

START_TEST(start_times_the_channels_that_were_there_before)
{
    const struct broker_settings settings = serving_settings();
    const struct broker_open open = {.close_after_ms = 20};
    struct serving sv;
    bool created;

    serving_prepare(&sv, 2, &settings);
    ck_assert_int_eq(
        broker_open(sv.hub->broker, slice_text("egg"), &open, clock_now_ns(), &created),
        ERR_OK);
    serving_run(&sv);
    serving_await(is_closed(sv.hub, "egg"));
    serving_stop(&sv);
}
END_TEST

UNIT_MAIN("worker", start_times_the_channels_that_were_there_before,
          stop_ends_clients_that_leave_in_the_same_turn,
          stop_answers_a_request_that_arrived_in_two_pieces,
          stop_waits_three_seconds_at_most_for_a_client_that_does_not_read)
