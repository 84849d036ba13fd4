/* SPDX-License-Identifier: MIT */
#include "outlet.h"
#include "serving.h"
#include "unit.h"

#include <poll.h>

/* ---- the order of replies ---- */

/* Whoever of the two is told first, tells us that the turn has run. */
static void await_either(const struct client *a, const struct client *b)
{
    struct pollfd fds[] = {{.fd = a->fd, .events = POLLIN},
                           {.fd = b->fd, .events = POLLIN}};

    ck_assert_int_gt(poll(fds, 2, SERVING_PATIENCE_S * 1000), 0);
}

/*
 * In one turn the first worker completes a take of the consumer and something for clients
 * in front of it and behind it; those at the ends it tells, but whichever way it goes, it
 * is stopped before it comes to the consumer. Somebody who was told puts through the
 * other worker, which does come to the consumer. That one must see the cause before the
 * effect.
 */
START_TEST(replies_of_two_workers_come_in_the_order_of_the_hub)
{
    struct client first, before, consumer, behind, last, second;
    struct session *b, *e;
    struct serving sv;

    serving_start(&sv, 2);
    first = client_connect(&sv, 0);
    before = client_connect(&sv, 0);
    consumer = client_connect(&sv, 0);
    behind = client_connect(&sv, 0);
    last = client_connect(&sv, 0);
    second = client_connect(&sv, 1);
    client_sync(&last);
    b = serving_session(&sv, 0, 1);
    e = serving_session(&sv, 0, 3);
    for (int round = 0; round < 50; round++) {
        client_send(&consumer, TAKE("c") TAKE("c"));
        client_sync(&consumer);
        client_send(&before, TAKE("b"));
        client_sync(&before);
        client_send(&behind, TAKE("e"));
        client_sync(&behind);

        session_lock(b);
        session_lock(e);
        serving_hold(&sv, &consumer);
        client_send(&first, PING PUT("b", 0) PUT("c", "cause") PUT("e", 0));
        client_send(&last, PING);
        serving_let_go(&sv, &consumer);
        await_either(&first, &last);
        client_ask(&second, PUT("c", "effect"), PONG);
        client_expect(&consumer, GOT("cause"));
        client_expect(&consumer, GOT("effect"));
        session_unlock(e);
        session_unlock(b);

        client_expect(&before, GOT(0));
        client_expect(&behind, GOT(0));
        client_expect(&last, PONG);
        for (int i = 0; i < 4; i++)
            client_expect(&first, PONG);
    }
    serving_stop(&sv);
    client_close(&first);
    client_close(&before);
    client_close(&consumer);
    client_close(&behind);
    client_close(&last);
    client_close(&second);
}
END_TEST

/*
 * What a taker is sent lies in the input of the putter's worker. Here that worker has
 * much more to read, and every taker is just as likely to be drained by the other one.
 */
START_TEST(a_borrowed_value_stays_until_it_has_been_drained)
{
    enum { TAKERS = 4, ROUNDS = 60, SIZE = 3000 };
    struct client takers[TAKERS], putters[2];
    char *values[2][TAKERS], text[SIZE + 100];
    struct serving sv;

    serving_start(&sv, 2);
    for (int i = 0; i < TAKERS; i++)
        takers[i] = client_connect(&sv, (size_t)i % 2);
    for (int p = 0; p < 2; p++) {
        putters[p] = client_connect(&sv, (size_t)p);
        for (int i = 0; i < TAKERS; i++) {
            values[p][i] = long_value(SIZE);
            memset(values[p][i] + 1, 'a' + p * TAKERS + i, SIZE - 2);
        }
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < TAKERS; i++) {
            for (int n = 0; n < 8; n++) {
                snprintf(text, sizeof text, "{\"op\":\"take\",\"chan\":\"c%d/%d\"}\n", i,
                         n % 2);
                client_send(&takers[i], text);
            }
            client_sync(&takers[i]);
        }
        for (int n = 0; n < 4; n++)
            for (int i = 0; i < TAKERS; i++)
                for (int p = 0; p < 2; p++) {
                    snprintf(text, sizeof text,
                             "{\"op\":\"put\",\"chan\":\"c%d/%d\",\"value\":%s}\n", i, p,
                             values[p][i]);
                    client_send(&putters[p], text);
                }
        for (int i = 0; i < TAKERS; i++)
            for (int n = 0; n < 8; n++) {
                char *line = client_line(&takers[i]);
                const char *value = line + strlen("{\"ok\":true,\"value\":");
                int p = value[1] - 'a' >= TAKERS;

                ck_assert_int_eq(strncmp(value, values[p][i], SIZE), 0);
                free(line);
            }
        for (int n = 0; n < 4 * TAKERS; n++)
            for (int p = 0; p < 2; p++)
                client_expect(&putters[p], PONG);
    }
    serving_stop(&sv);
    for (int i = 0; i < TAKERS; i++)
        client_close(&takers[i]);
    for (int p = 0; p < 2; p++) {
        client_close(&putters[p]);
        for (int i = 0; i < TAKERS; i++)
            free(values[p][i]);
    }
}
END_TEST

/* ---- output ---- */

START_TEST(a_client_that_does_not_read_is_not_read_until_it_does)
{
    enum { SIZE = 100000, LATER = 50 };
    struct broker_settings settings = serving_settings();
    char *value = long_value(SIZE);
    struct serving sv;
    struct client c;
    int64_t refused;

    settings.limits.output_bytes = 50000;
    serving_prepare(&sv, 1, &settings);
    serving_run(&sv);
    c = client_connect(&sv, 0);
    client_ask(&c, "{\"op\":\"open\",\"chan\":\"p\",\"buffer\":{\"kind\":\"promise\"}}\n",
               "{\"ok\":true,\"created\":true}");
    client_send(&c, "{\"op\":\"put\",\"chan\":\"p\",\"value\":");
    client_send(&c, value);
    client_ask(&c, "}\n", PONG);
    for (int i = 0; i < 8; i++)
        client_send(&c, TAKE("p"));
    serving_await(atomic_load(&sv.hub->outside) > 50000);
    client_send(&c, PING);
    refused = serving_metric(&sv, METRIC_requests_total);
    for (int i = 0; i < LATER; i++)
        client_send(&c, PING);
    ck_assert_int_le(serving_metric(&sv, METRIC_requests_total), refused + LATER);
    for (int i = 0; i < 8; i++) {
        char *line = client_line(&c);

        ck_assert_uint_eq(strlen(line), SIZE + strlen(GOT()));
        free(line);
    }
    for (int i = 0; i <= LATER; i++)
        client_expect(&c, PONG);
    serving_await(atomic_load(&sv.hub->outside) == 0);
    client_close(&c);
    serving_await_sessions(&sv, 0);
    serving_stop(&sv);
    free(value);
}
END_TEST

/* What it had sent is in the daemon's hands already, many lines of it, when it goes. */
START_TEST(a_client_that_goes_while_it_is_not_read_is_let_go)
{
    struct broker_settings settings = serving_settings();
    char *value = long_value(30000);
    struct text lines = {0};
    struct client c, other;
    struct serving sv;

    for (int i = 0; i < 3 * TURN_TICKETS; i++)
        text_lit(&lines, TAKE("p"));
    settings.limits.output_bytes = 1024;
    serving_prepare(&sv, 2, &settings);
    serving_run(&sv);
    other = client_connect(&sv, 1);
    client_ask(&other,
               "{\"op\":\"open\",\"chan\":\"p\",\"buffer\":{\"kind\":\"promise\"}}\n",
               "{\"ok\":true,\"created\":true}");
    client_send(&other, "{\"op\":\"put\",\"chan\":\"p\",\"value\":");
    client_send(&other, value);
    client_ask(&other, "}\n", PONG);
    for (int round = 0; round < 10; round++) {
        c = client_connect(&sv, 0);
        client_send_bytes(&c, lines.bytes, lines.len);
        serving_await(atomic_load(&sv.hub->outside) > 1024);
        client_close(&c);
        serving_await_sessions(&sv, 1);
        ck_assert_int_eq(atomic_load(&sv.hub->outside), 0);
    }
    client_close(&other);
    serving_await_sessions(&sv, 0);
    serving_stop(&sv);
    text_release(&lines);
    free(value);
}
END_TEST

UNIT_MAIN("outlet", replies_of_two_workers_come_in_the_order_of_the_hub,
          a_borrowed_value_stays_until_it_has_been_drained,
          a_client_that_does_not_read_is_not_read_until_it_does,
          a_client_that_goes_while_it_is_not_read_is_let_go)
