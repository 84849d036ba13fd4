/* SPDX-License-Identifier: MIT */
#include "arrival.h"
#include "ciphered.h"
#include "config.h"
#include "said.h"
#include "secure.h"
#include "serving.h"
#include "starve.h"
#include "unit.h"

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"

/* PROXY from 192.0.2.7, port 50000, to 10.0.0.1, port 2426. */
static const char header[] =
    SIGNATURE "\x21\x11\x00\x0c\xc0\x00\x02\x07\x0a\x00\x00\x01\xc3\x50\x09\x7a";

enum { HEADER_LEN = sizeof header - 1 };

/* Workers, and the keys of their listener. */
struct stage {
    struct serving sv;
    struct keyring ring;
    struct identity authority, server;
    struct secure_keys *keys;
};

static void stage_open(struct stage *st, int64_t handshake_s)
{
    const struct identity_wish ca = {.name = "ca", .is_authority = true};
    const struct identity_wish server = {.name = "server"};
    struct broker_settings settings = serving_settings();
    struct config_listen listen = {.min_version = CONFIG_TLS_1_3};
    char why[SECURE_WHY_MAX];

    memset(st, 0, sizeof *st);
    st->ring = keyring_new();
    st->authority = keyring_issue(&st->ring, &ca, NULL);
    st->server = keyring_issue(&st->ring, &server, &st->authority);
    listen.certificate = st->server.certificate_path;
    listen.key = st->server.key_path;
    st->keys = secure_load(&listen, why);
    ck_assert_msg(st->keys, "%s", why);
    settings.limits.handshake_s = handshake_s;
    serving_prepare(&st->sv, 1, &settings);
    serving_run(&st->sv);
}

static void stage_close(struct stage *st)
{
    serving_stop(&st->sv);
    secure_drop(st->keys);
    identity_release(&st->server);
    identity_release(&st->authority);
    keyring_free(&st->ring);
}

/* Somebody comes to a listener that wants that from him. */
static struct client arrive(struct stage *st, bool is_proxy, bool with_tls)
{
    struct accepted accepted = {.from.family = ADDRESS_UNIX, .is_proxy = is_proxy};
    struct client c = client_pair(&accepted.fd);

    accepted.keys = with_tls ? st->keys : NULL;
    metrics_add(&st->sv.metrics, METRIC_connections, 1);
    ck_assert(arrival_post(st->sv.workers[0], &accepted));
    return c;
}

/* Who the daemon takes its first session for. */
static void check_from(struct stage *st, const char *expected)
{
    struct session *s = serving_session(&st->sv, 0, 0);
    char text[ADDRESS_TEXT_MAX];

    session_lock(s);
    address_format(&s->transport.from, text);
    session_unlock(s);
    ck_assert_str_eq(text, expected);
}

static void check_secure(struct stage *st)
{
    struct session *s = serving_session(&st->sv, 0, 0);

    session_lock(s);
    ck_assert(transport_is_secure(&s->transport));
    session_unlock(s);
}

/* ---- in the plain ---- */

START_TEST(behind_a_proxy_the_client_is_who_the_header_says)
{
    struct stage st;
    struct client c;

    stage_open(&st, 60);
    c = arrive(&st, true, false);
    client_send_bytes(&c, header, HEADER_LEN);
    client_sync(&c);
    check_from(&st, "192.0.2.7:50000");
    client_close(&c);
    stage_close(&st);
}
END_TEST

START_TEST(a_header_may_come_in_pieces_and_with_what_follows_it)
{
    char text[HEADER_LEN + sizeof PING];
    struct stage st;

    memcpy(text, header, HEADER_LEN);
    memcpy(text + HEADER_LEN, PING, sizeof PING);
    stage_open(&st, 60);
    for (size_t cut = 0; cut <= HEADER_LEN; cut++) {
        struct client c = arrive(&st, true, false), other;

        client_send_bytes(&c, text, cut);
        other = client_connect(&st.sv, 0);
        client_sync(&other); /* the worker has seen what there was */
        client_send_bytes(&c, text + cut, sizeof text - 1 - cut);
        client_expect(&c, PONG);
        client_close(&c);
        client_close(&other);
    }
    stage_close(&st);
}
END_TEST

START_TEST(a_proxy_that_asks_for_itself_is_itself)
{
    struct stage st;
    struct client c;

    stage_open(&st, 60);
    c = arrive(&st, true, false);
    client_send_bytes(&c, SIGNATURE "\x20\x00\x00\x00", 16);
    client_sync(&c);
    check_from(&st, "a Unix socket");
    client_close(&c);
    stage_close(&st);
}
END_TEST

START_TEST(what_begins_otherwise_is_closed_and_the_log_says_why)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {PING, "it does not begin with a header of the PROXY protocol"},
        {"PROXY TCP4 192.0.2.1 10.0.0.1 5000 2426\r\n",
         "version 1 of the PROXY protocol"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct stage st;
        struct client c;
        struct said said;
        char *log;

        stage_open(&st, 60);
        said_begin(&said, STDERR_FILENO);
        c = arrive(&st, true, false);
        client_send(&c, rows[i].text);
        serving_await_sessions(&st.sv, 0);
        ck_assert_int_eq(serving_metric(&st.sv, METRIC_strangers_total), 1);
        client_close(&c);
        stage_close(&st);
        log = said_end(&said);
        ck_assert_msg(
            strstr(log, "warning: a connection from a Unix socket was closed: "), "%s",
            log);
        ck_assert_msg(strstr(log, rows[i].says), "%s", log);
        free(log);
    }
}
END_TEST

START_TEST(strangers_do_not_fill_the_log)
{
    enum { STRANGERS = 40 };
    struct stage st;
    struct said said;
    size_t lines = 0;
    char *log;

    stage_open(&st, 60);
    said_begin(&said, STDERR_FILENO);
    for (int i = 0; i < STRANGERS; i++) {
        struct client c = arrive(&st, true, false);

        client_send(&c, "x");
        client_expect_end(&c);
        client_close(&c);
    }
    serving_await_sessions(&st.sv, 0);
    ck_assert_int_eq(serving_metric(&st.sv, METRIC_strangers_total), STRANGERS);
    stage_close(&st);
    log = said_end(&said);
    for (const char *at = log; (at = strchr(at, '\n')); at++)
        lines++;
    ck_assert_uint_ge(lines, 1);
    ck_assert_uint_lt(lines, STRANGERS);
    free(log);
}
END_TEST

/* ---- with TLS ---- */

/* Shakes hands, asks, and is answered; the client's end does not block. */
static void check_served(struct ciphered *c)
{
    char got[100];
    size_t len = 0;

    serving_await(ciphered_shake(c));
    ck_assert_uint_eq(ciphered_send(c, PING, strlen(PING)), strlen(PING));
    serving_await((ciphered_receive(c, got, sizeof got, &len), len >= strlen(PONG "\n")));
    ck_assert_mem_eq(got, PONG "\n", len);
}

/* Makes the client's end one with TLS; `c` is to be closed still. */
static struct ciphered cipher(const struct stage *st, const struct client *c)
{
    const struct ciphered_wish wish = {.authority = &st->authority};

    ck_assert_int_eq(fcntl(c->fd, F_SETFL, O_NONBLOCK), 0);
    return ciphered_new(dup(c->fd), &wish);
}

START_TEST(a_session_begins_behind_the_handshake)
{
    struct ciphered ciphered;
    struct stage st;
    struct client c;

    stage_open(&st, 60);
    c = arrive(&st, false, true);
    ciphered = cipher(&st, &c);
    check_served(&ciphered);
    check_secure(&st);
    ciphered_free(&ciphered);
    client_close(&c);
    serving_await_sessions(&st.sv, 0);
    stage_close(&st);
}
END_TEST

START_TEST(the_header_comes_before_the_handshake)
{
    struct ciphered ciphered;
    struct stage st;
    struct client c;

    stage_open(&st, 60);
    c = arrive(&st, true, true);
    client_send_bytes(&c, header, HEADER_LEN);
    ciphered = cipher(&st, &c);
    check_served(&ciphered);
    check_from(&st, "192.0.2.7:50000");
    ciphered_free(&ciphered);
    client_close(&c);
    stage_close(&st);
}
END_TEST

START_TEST(a_client_without_tls_is_closed)
{
    struct said said;
    struct stage st;
    struct client c;
    char *log;

    stage_open(&st, 60);
    said_begin(&said, STDERR_FILENO);
    c = arrive(&st, false, true);
    client_send(&c, PING);
    serving_await_sessions(&st.sv, 0);
    client_close(&c);
    stage_close(&st);
    log = said_end(&said);
    ck_assert_msg(strstr(log, "was closed: TLS: "), "%s", log);
    free(log);
}
END_TEST

START_TEST(who_brings_nothing_in_time_is_closed)
{
    struct client silent[3], slow;
    struct said said;
    struct stage st;
    char *log;

    stage_open(&st, 1);
    said_begin(&said, STDERR_FILENO);
    silent[0] = arrive(&st, true, false);
    silent[1] = arrive(&st, false, true);
    silent[2] = arrive(&st, true, true);
    slow = arrive(&st, true, false);
    client_send_bytes(&slow, header, 5);
    for (int i = 0; i < 3; i++) {
        client_expect_end(&silent[i]);
        client_close(&silent[i]);
    }
    client_expect_end(&slow);
    client_close(&slow);
    serving_await_sessions(&st.sv, 0);
    ck_assert_int_eq(serving_metric(&st.sv, METRIC_strangers_total), 4);
    stage_close(&st);
    log = said_end(&said);
    ck_assert_msg(strstr(log, "did not come within limits.handshake_s, 1 s"), "%s", log);
    free(log);
}
END_TEST

START_TEST(a_worker_that_stops_closes_who_is_on_the_way)
{
    struct client c[2];
    struct stage st;

    stage_open(&st, 60);
    c[0] = arrive(&st, true, false);
    c[1] = arrive(&st, false, true);
    serving_await(serving_metric(&st.sv, METRIC_connections) == 2);
    stage_close(&st);
    for (int i = 0; i < 2; i++) {
        client_expect_end(&c[i]);
        client_close(&c[i]);
    }
}
END_TEST

/* ---- without memory ---- */

START_TEST(without_memory_nobody_is_taken_over)
{
    struct accepted accepted = {.is_proxy = true};
    struct stage st;
    bool posted;

    stage_open(&st, 60);
    serving_stop(&st.sv); /* the allocations that fail are this thread's */
    serving_prepare(&st.sv, 1, &(struct broker_settings){.limits = limits_default()});
    for (long n = 0; n < 2; n++) {
        starve_after(n);
        posted = arrival_post(st.sv.workers[0], &accepted);
        ck_assert_int_eq(starve_end(), 1);
        ck_assert(!posted);
    }
    stage_close(&st);
}
END_TEST

UNIT_MAIN("arrival", behind_a_proxy_the_client_is_who_the_header_says,
          a_header_may_come_in_pieces_and_with_what_follows_it,
          a_proxy_that_asks_for_itself_is_itself,
          what_begins_otherwise_is_closed_and_the_log_says_why,
          strangers_do_not_fill_the_log, a_session_begins_behind_the_handshake,
          the_header_comes_before_the_handshake, a_client_without_tls_is_closed,
          who_brings_nothing_in_time_is_closed,
          a_worker_that_stops_closes_who_is_on_the_way,
          without_memory_nobody_is_taken_over)
