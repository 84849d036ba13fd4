/* SPDX-License-Identifier: MIT */
#include "session.h"
#include "serving.h"
#include "unit.h"

/* ---- input ---- */

START_TEST(a_line_may_come_byte_by_byte)
{
    const char *line = "{\"op\":\"ping\",\"id\":\"slow\"}\n";
    struct serving sv;
    struct client c;

    serving_start(&sv, 1);
    c = client_connect(&sv, 0);
    for (size_t i = 0; line[i]; i++) {
        int64_t before = serving_metric(&sv, METRIC_received_bytes);

        client_send_bytes(&c, line + i, 1);
        serving_await(serving_metric(&sv, METRIC_received_bytes) == before + 1);
    }
    client_expect(&c, "{\"id\":\"slow\",\"ok\":true}");
    client_close(&c);
    serving_await_sessions(&sv, 0);
    serving_stop(&sv);
}
END_TEST

START_TEST(more_requests_than_a_turn_has_tickets_are_answered_in_order)
{
    enum { COUNT = 5 * TURN_TICKETS + 7 };
    struct text lines = {0};
    struct serving sv;
    struct client c;
    char text[64];

    for (int i = 0; i < COUNT; i++) {
        snprintf(text, sizeof text, "{\"op\":\"ping\",\"id\":%d}\n", i);
        text_add_slice(&lines, slice_text(text));
    }
    serving_start(&sv, 1);
    c = client_connect(&sv, 0);
    client_sync(&c);
    serving_hold(&sv, &c);
    client_send_bytes(&c, lines.bytes, lines.len);
    serving_let_go(&sv, &c);
    for (int i = 0; i < COUNT; i++) {
        snprintf(text, sizeof text, "{\"id\":%d,\"ok\":true}", i);
        client_expect(&c, text);
    }
    client_close(&c);
    serving_await_sessions(&sv, 0);
    serving_stop(&sv);
    text_release(&lines);
}
END_TEST

START_TEST(a_line_over_the_limit_is_refused_and_passed_over)
{
    struct broker_settings settings = serving_settings();
    char *junk = long_value(300000);
    struct serving sv;
    struct client c;

    settings.limits.request_bytes = 100;
    serving_prepare(&sv, 1, &settings);
    serving_run(&sv);
    c = client_connect(&sv, 0);
    client_send(&c, PING "  \t \n\r\n");
    client_send(&c, junk);
    client_send(&c, "\n" PING);
    client_expect(&c, PONG);
    client_expect(
        &c, "{\"ok\":false,\"reason\":\"too_large\",\"message\":\"the line is longer "
            "than limits.request_bytes\"}");
    client_expect(&c, PONG);
    client_close(&c);
    serving_await_sessions(&sv, 0);
    serving_stop(&sv);
    free(junk);
}
END_TEST

/* ---- the end ---- */

START_TEST(half_close_is_answered_to_the_last)
{
    struct client c, other;
    struct serving sv;

    serving_start(&sv, 2);
    c = client_connect(&sv, 0);
    other = client_connect(&sv, 1);
    client_send(&c, TAKE("c") PING "{\"op\":\"ping\"");
    shutdown(c.fd, SHUT_WR);
    client_expect(&c, PONG);
    client_expect(&c, "{\"ok\":false,\"reason\":\"cancelled\"}");
    client_expect_end(&c);
    serving_await_sessions(&sv, 1);
    client_ask(&other, "{\"op\":\"put\",\"chan\":\"c\",\"value\":1,\"timeout_ms\":0}\n",
               "{\"ok\":false,\"reason\":\"timeout\"}");
    client_close(&c);
    client_close(&other);
    serving_await_sessions(&sv, 0);
    serving_stop(&sv);
}
END_TEST

/* A file cannot be waited for, as little as a socket for which there is no memory. */
START_TEST(a_client_that_cannot_be_waited_for_is_let_go)
{
    FILE *file = tmpfile();
    struct serving sv;

    ck_assert_ptr_nonnull(file);
    serving_start(&sv, 1);
    serving_welcome(&sv, 0, dup(fileno(file)));
    serving_await_sessions(&sv, 0);
    serving_stop(&sv);
    fclose(file);
}
END_TEST

START_TEST(an_idle_client_is_let_go_and_a_waiting_one_is_not)
{
    struct broker_settings settings = serving_settings();
    struct client idle, waiting, other;
    struct serving sv;

    settings.limits.idle_s = 1;
    serving_prepare(&sv, 1, &settings);
    serving_run(&sv);
    waiting = client_connect(&sv, 0);
    client_send(&waiting, TAKE("c"));
    client_sync(&waiting);
    idle = client_connect(&sv, 0);
    client_expect_end(&idle);
    other = client_connect(&sv, 0);
    client_ask(&other, PUT("c", 1), PONG);
    client_expect(&waiting, GOT(1));
    client_close(&idle);
    client_close(&waiting);
    client_close(&other);
    serving_await_sessions(&sv, 0);
    serving_stop(&sv);
}
END_TEST

START_TEST(what_a_client_costs_is_counted)
{
    struct serving sv;
    struct client c;

    serving_start(&sv, 1);
    c = client_connect(&sv, 0);
    for (int i = 0; i < 3; i++)
        client_ask(&c, PING, PONG);
    serving_await(serving_metric(&sv, METRIC_replies_total) == 3);
    ck_assert_int_eq(serving_metric(&sv, METRIC_requests_total), 3);
    ck_assert_int_eq(serving_metric(&sv, METRIC_received_bytes), 3 * (int)strlen(PING));
    ck_assert_int_eq(serving_metric(&sv, METRIC_sent_bytes), 3 * ((int)strlen(PONG) + 1));
    client_close(&c);
    serving_await_sessions(&sv, 0);
    serving_stop(&sv);
}
END_TEST

/* With malloc's own word that is 384: ARCHITECTURE.md says so. */
START_TEST(a_session_is_small)
{
    ck_assert_uint_le(sizeof(struct session), 376);
}
END_TEST

/* ---- letters ---- */

static bool has_mail(struct mailbox *box)
{
    bool mail;

    pthread_mutex_lock(&box->lock);
    mail = !list_is_empty(&box->letters);
    pthread_mutex_unlock(&box->lock);
    return mail;
}

/*
 * A session has one letter. Here another worker has posted it, and it lies in the box of
 * the session's own, in front of an arrival, when that one sees the client leave.
 */
START_TEST(a_letter_in_the_box_is_not_posted_again)
{
    struct client first, asking, leaving, putter, newcomer;
    char *value = long_value(1000000);
    struct session *a;
    struct serving sv;

    serving_start(&sv, 2);
    first = client_connect(&sv, 0);
    asking = client_connect(&sv, 0);
    leaving = client_connect(&sv, 0);
    putter = client_connect(&sv, 1);
    for (int i = 0; i < 16; i++) /* so that a whole share is as many requests as can be */
        client_sync(&asking);
    client_send(&leaving, "{\"op\":\"take\",\"chan\":\"c\"}\n");
    client_sync(&leaving);
    client_sync(&first);
    a = serving_session(&sv, 0, 1);

    /* the first worker comes to wait for `a`, with the end of `leaving` still before it
     */
    session_lock(a);
    serving_hold(&sv, &first);
    for (int i = 0; i <= TURN_TICKETS; i++)
        client_send(&asking, PING);
    shutdown(leaving.fd, SHUT_WR);
    serving_let_go(&sv, &first);

    client_send(&putter, "{\"op\":\"put\",\"chan\":\"c\",\"value\":");
    client_send(&putter, value);
    client_ask(&putter, "}\n", PONG);
    serving_await(has_mail(&sv.workers[0]->mailbox));
    newcomer = client_connect(&sv, 0);
    session_unlock(a);

    client_ask(&newcomer, PING, PONG);
    for (int i = 0; i <= TURN_TICKETS; i++)
        client_expect(&asking, PONG);
    client_close(&leaving);
    serving_stop(&sv);
    free(value);
    client_close(&first);
    client_close(&asking);
    client_close(&putter);
    client_close(&newcomer);
}
END_TEST

UNIT_MAIN("session", a_line_may_come_byte_by_byte,
          more_requests_than_a_turn_has_tickets_are_answered_in_order,
          a_line_over_the_limit_is_refused_and_passed_over,
          half_close_is_answered_to_the_last,
          a_client_that_cannot_be_waited_for_is_let_go,
          an_idle_client_is_let_go_and_a_waiting_one_is_not,
          what_a_client_costs_is_counted, a_session_is_small,
          a_letter_in_the_box_is_not_posted_again)
