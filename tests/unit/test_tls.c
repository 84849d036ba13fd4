/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "vault.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

enum { LONG = 500 * 1024 };

static void check_refused(struct vault *v, const char *says)
{
    ck_assert_int_eq(vault_shake(v), -1);
    ck_assert_int_eq(errno, EPROTO);
    ck_assert_msg(strstr(tls_why(v->tls), says) != NULL, "%s: %s", says, tls_why(v->tls));
    ck_assert_int_eq(tls_send(v->tls, "x", 1), -1); /* nothing goes in plain */
    ck_assert_int_eq(errno, EPROTO);
    ck_assert_int_eq(tls_connect(v->tls), -1);
}

/* ---- who is trusted ---- */

START_TEST(a_server_with_the_right_name_is_trusted)
{
    static const struct {
        const char *alternatives, *host;
    } rows[] = {
        {"DNS:broker.example.org", "broker.example.org"},
        {"DNS:broker.example.org", "BROKER.example.org"},
        {"DNS:*.example.org", "broker.example.org"},
        {"DNS:x,IP:127.0.0.1", "127.0.0.1"},
        {"IP:::1", "::1"},
        {"IP:2001:db8::1", "2001:db8:0::1"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vault v;

        vault_open(&v, rows[i].alternatives);
        vault_connect(&v, (struct tls_settings){.host = rows[i].host});
        ck_assert_msg(vault_shake(&v) == 0, "%s: %s", rows[i].host, tls_why(v.tls));
        ck_assert_str_eq(SSL_get_version(v.ssl), "TLSv1.3");
        vault_close(&v);
    }
}
END_TEST

START_TEST(a_server_with_another_name_is_not)
{
    static const struct {
        const char *alternatives, *host, *says;
    } rows[] = {
        {"DNS:broker.example.org", "other.example.org", "ostname mismatch"},
        {"DNS:broker.example.org", "example.org", "ostname mismatch"},
        {"DNS:*.example.org", "a.b.example.org", "ostname mismatch"},
        {"DNS:b*.example.org", "broker.example.org", "ostname mismatch"},
        {"DNS:127.0.0.1", "127.0.0.1", "IP address mismatch"},
        {"IP:127.0.0.1", "127.0.0.2", "IP address mismatch"},
        {"IP:127.0.0.1", "localhost", "ostname mismatch"},
        {"DNS:x", "server", "ostname mismatch"}, /* its CN counts for nothing */
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vault v;

        vault_open(&v, rows[i].alternatives);
        vault_connect(&v, (struct tls_settings){.host = rows[i].host});
        check_refused(&v, rows[i].says);
        vault_close(&v);
    }
}
END_TEST

START_TEST(a_server_that_nobody_vouches_for_is_not)
{
    const struct identity_wish other = {.name = "other", .is_authority = true};
    struct identity stranger;
    struct vault v;

    vault_open(&v, "DNS:localhost");
    stranger = keyring_issue(&v.ring, &other, NULL);
    vault_connect(
        &v, (struct tls_settings){.host = "localhost", .ca = stranger.certificate_path});
    check_refused(&v, "certificate verify failed: ");
    identity_release(&stranger);
    vault_close(&v);
}
END_TEST

START_TEST(a_server_whose_certificate_has_expired_is_not)
{
    const struct identity_wish wish = {
        .name = "old", .alternatives = "DNS:localhost", .valid_s = -60};
    struct identity old;
    struct vault v;

    vault_open(&v, "DNS:localhost");
    old = keyring_issue(&v.ring, &wish, &v.authority);
    SSL_CTX_use_certificate(v.ctx, old.certificate);
    SSL_CTX_use_PrivateKey(v.ctx, old.key);
    vault_connect(&v, (struct tls_settings){.host = "localhost"});
    check_refused(&v, "expired");
    identity_release(&old);
    vault_close(&v);
}
END_TEST

START_TEST(the_system_s_authorities_do_not_know_ours)
{
    struct tls_settings settings = {.host = "localhost"};
    struct vault v;

    vault_open(&v, "DNS:localhost");
    vault_connect(&v, settings);
    tls_free(v.tls);
    v.tls = tls_new(v.fd, &settings, v.why);
    ck_assert_msg(v.tls, "%s", v.why);
    check_refused(&v, "certificate verify failed: ");
    vault_close(&v);
}
END_TEST

START_TEST(tls_1_2_is_accepted_if_it_is_asked_for)
{
    struct vault v;

    vault_open(&v, "DNS:localhost");
    SSL_CTX_set_max_proto_version(v.ctx, TLS1_2_VERSION);
    vault_connect(&v, (struct tls_settings){.host = "localhost"});
    ck_assert_int_eq(vault_shake(&v), -1);
    vault_connect(&v, (struct tls_settings){.host = "localhost", .accept_1_2 = true});
    ck_assert_int_eq(vault_shake(&v), 0);
    vault_close(&v);
}
END_TEST

START_TEST(a_server_without_tls_gets_nothing_but_a_greeting)
{
    char got[2000];
    struct vault v;
    ssize_t n;

    vault_open(&v, "DNS:localhost");
    vault_connect(&v, (struct tls_settings){.host = "localhost"});
    ck_assert_int_eq(tls_connect(v.tls), -1);
    ck_assert_int_eq(errno, EAGAIN);
    n = recv(v.peer, got, sizeof got, 0);
    ck_assert_int_gt(n, 0);
    ck_assert_int_eq(send(v.peer, "{\"ok\":false}\n", 13, 0), 13);
    ck_assert_int_eq(tls_connect(v.tls), -1);
    ck_assert_int_eq(errno, EPROTO);
    ck_assert_str_eq(tls_why(v.tls), "it does not speak TLS (tcp:// is without)");
    vault_close(&v);
}
END_TEST

START_TEST(a_server_that_hangs_up_has_hung_up)
{
    struct vault v;

    vault_open(&v, "DNS:localhost");
    vault_connect(&v, (struct tls_settings){.host = "localhost"});
    ck_assert_int_eq(tls_connect(v.tls), -1);
    shutdown(v.peer, SHUT_RDWR);
    ck_assert_int_eq(tls_connect(v.tls), -1);
    ck_assert_int_eq(errno, ECONNRESET);
    ck_assert_str_eq(tls_why(v.tls), strerror(ECONNRESET));
    vault_close(&v);
}
END_TEST

/* ---- what we show ---- */

START_TEST(a_certificate_is_shown_to_who_asks_for_it)
{
    struct tls_settings settings = {.host = "localhost"};
    X509 *shown;
    char got[TLS_ROOM_MIN];
    struct vault v;

    vault_open(&v, "DNS:localhost");
    SSL_CTX_set_verify(v.ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(v.ctx), v.authority.certificate);
    settings.certificate = v.alice.certificate_path;
    settings.key = v.alice.key_path;
    vault_connect(&v, settings);
    ck_assert_int_eq(vault_shake(&v), 0);
    shown = SSL_get0_peer_certificate(v.ssl);
    ck_assert(shown && X509_cmp(shown, v.alice.certificate) == 0);

    vault_connect(&v, (struct tls_settings){.host = "localhost"});
    ck_assert_int_eq(vault_shake(&v), 0); /* TLS 1.3: we are done before it is */
    ck_assert_int_eq(tls_receive(v.tls, got, sizeof got, MSG_DONTWAIT), -1);
    ck_assert_int_eq(errno, EPROTO);
    ck_assert_msg(strstr(tls_why(v.tls), "certificate required"), "%s", tls_why(v.tls));
    vault_close(&v);
}
END_TEST

START_TEST(files_that_are_wrong_are_named)
{
    char nowhere[KEYRING_PATH_MAX];
    struct tls_settings settings[6];
    const char *named[6];
    struct vault v;

    vault_open(&v, "DNS:localhost");
    keyring_path(&v.ring, "nowhere", nowhere);
    for (int i = 0; i < 6; i++)
        settings[i] = (struct tls_settings){.host = "localhost"};
    settings[0].ca = named[0] = nowhere;
    settings[1].ca = named[1] = v.server.key_path;
    settings[2].certificate = named[2] = nowhere;
    settings[3].certificate = named[3] = v.alice.certificate_path; /* without a key */
    settings[4].certificate = v.alice.certificate_path;
    settings[4].key = named[4] = v.server.key_path;
    settings[5].certificate = v.alice.certificate_path;
    settings[5].key = named[5] = nowhere;
    for (int i = 0; i < 6; i++) {
        char why[TLS_WHY_MAX] = "";

        ck_assert_ptr_null(tls_new(0, &settings[i], why));
        ck_assert_msg(strncmp(why, named[i], strlen(named[i])) == 0, "%d: %s", i, why);
    }
    vault_close(&v);
}
END_TEST

START_TEST(without_the_name_of_a_host_there_is_nothing_to_check)
{
    const struct tls_settings settings = {.host = ""};
    char why[TLS_WHY_MAX] = "";

    ck_assert_ptr_null(tls_new(0, &settings, why));
    ck_assert_ptr_nonnull(strstr(why, "not the name of a host"));
    tls_free(NULL);
}
END_TEST

/* ---- bytes ---- */

START_TEST(bytes_go_both_ways)
{
    char *bytes = malloc(LONG), *got = malloc(LONG + TLS_ROOM_MIN);
    size_t sent = 0, len = 0;
    struct vault v;
    ssize_t n;

    for (size_t i = 0; i < LONG; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    vault_begin(&v);
    ck_assert_int_eq(tls_receive(v.tls, got, LONG, MSG_DONTWAIT), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(tls_events(v.tls), POLLIN);
    while (len < LONG) {
        n = sent < LONG ? tls_send(v.tls, bytes + sent, LONG - sent) : 0;
        if (n > 0)
            sent += (size_t)n;
        else if (n < 0)
            ck_assert(errno == EAGAIN && tls_events(v.tls) == POLLOUT);
        vault_peer_receive(&v, got, LONG, &len);
    }
    ck_assert_mem_eq(got, bytes, LONG);
    sent = len = 0;
    memset(got, 0, LONG);
    while (len < LONG) {
        sent += vault_peer_send(&v, bytes + sent, LONG - sent);
        n = tls_receive(v.tls, got + len, LONG + TLS_ROOM_MIN - len, MSG_DONTWAIT);
        ck_assert_int_gt(n, 0);
        len += (size_t)n;
    }
    ck_assert_mem_eq(got, bytes, LONG);
    free(bytes);
    free(got);
    vault_close(&v);
}
END_TEST

/* poll(2) knows only what nobody has read from the socket. */
static bool poll_tells(const struct vault *v)
{
    struct pollfd p = {.fd = v->fd, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

START_TEST(nothing_is_left_behind_that_poll_does_not_tell_of)
{
    static char got[TLS_ROOM_MIN + 5000], bytes[15000];
    const size_t rounds = 40;
    size_t sent = 0, len;
    struct vault v;
    ssize_t n;

    vault_begin(&v);
    for (size_t i = 0; i < rounds * 40; i++)
        sent += vault_peer_send(&v, bytes, i % 40 == 0 ? sizeof bytes : 1 + i % 40);
    for (len = 0; len < sent; len += (size_t)n) {
        ck_assert(poll_tells(&v));
        n = tls_receive(v.tls, got, sizeof got, MSG_DONTWAIT);
        ck_assert_int_gt(n, 0);
    }
    ck_assert_uint_eq(len, sent);
    ck_assert(!poll_tells(&v));
    vault_close(&v);
}
END_TEST

START_TEST(a_receive_may_wait)
{
    static char got[TLS_ROOM_MIN];
    struct vault v;
    pid_t pid;

    vault_begin(&v);
    ck_assert_int_eq(fcntl(v.fd, F_SETFL, 0), 0);
    ck_assert_int_eq(tls_receive(v.tls, got, sizeof got, MSG_DONTWAIT), -1);
    ck_assert_int_eq(errno, EAGAIN);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        _exit(vault_peer_send(&v, "late", 4) == 4 ? 0 : 1);
    ck_assert_int_eq(tls_receive(v.tls, got, sizeof got, 0), 4);
    ck_assert_mem_eq(got, "late", 4);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    vault_close(&v);
}
END_TEST

START_TEST(what_was_said_before_an_end_comes_before_it)
{
    static char got[TLS_ROOM_MIN];
    struct vault v;

    vault_begin(&v);
    vault_peer_send(&v, "last ", 5);
    vault_peer_send(&v, "words", 5);
    SSL_shutdown(v.ssl);
    shutdown(v.peer, SHUT_RDWR);
    ck_assert_int_eq(tls_send(v.tls, "x", 1), -1);
    ck_assert_int_eq(errno, EPIPE);
    ck_assert(!tls_is_over(v.tls));
    ck_assert_int_eq(tls_receive(v.tls, got, sizeof got, MSG_DONTWAIT), 10);
    ck_assert_mem_eq(got, "last words", 10);
    ck_assert(tls_is_over(v.tls)); /* poll(2) might not tell of it */
    ck_assert_int_eq(tls_receive(v.tls, got, sizeof got, MSG_DONTWAIT), 0);
    ck_assert_str_eq(tls_why(v.tls), "");
    vault_close(&v);
}
END_TEST

/* How many records as long as an end the socket takes; at most so many are sent. */
static size_t fill(struct vault *v, size_t most)
{
    size_t count = 0;

    while (count < most && tls_send(v->tls, "ab", 2) == 2)
        count++;
    return count;
}

START_TEST(an_end_is_said_as_soon_as_it_can_be_and_is_that_of_one_side)
{
    static char got[LONG];
    size_t len = 0, count;
    struct vault v;

    vault_begin(&v);
    count = fill(&v, LONG / 2);
    ck_assert_uint_lt(count, LONG / 2);
    vault_close(&v);
    vault_begin(&v);
    ck_assert_uint_eq(fill(&v, count), count);
    ck_assert(!tls_finish(v.tls)); /* there is no room for it */
    ck_assert_int_eq(tls_events(v.tls), POLLOUT);
    vault_peer_receive(&v, got, LONG, &len);
    ck_assert_uint_eq(len, 2 * count);
    ck_assert(tls_finish(v.tls));
    ck_assert(tls_finish(v.tls));
    vault_peer_receive(&v, got, LONG, &len);
    ck_assert_int_ne(SSL_get_shutdown(v.ssl) & SSL_RECEIVED_SHUTDOWN, 0);
    ck_assert_uint_eq(vault_peer_send(&v, "still there", 11), 11);
    ck_assert_int_eq(tls_receive(v.tls, got, LONG, MSG_DONTWAIT), 11);
    vault_close(&v);
}
END_TEST

START_TEST(an_end_that_was_announced_is_one_and_a_break_is_another)
{
    static char got[TLS_ROOM_MIN];
    struct vault v;
    size_t len = 0;

    vault_begin(&v);
    tls_finish(v.tls);
    vault_peer_receive(&v, got, sizeof got, &len);
    ck_assert_int_ne(SSL_get_shutdown(v.ssl) & SSL_RECEIVED_SHUTDOWN, 0);
    SSL_shutdown(v.ssl);
    ck_assert_int_eq(tls_receive(v.tls, got, sizeof got, MSG_DONTWAIT), 0);
    ck_assert_int_eq(tls_receive(v.tls, got, sizeof got, MSG_DONTWAIT), 0);
    vault_close(&v);

    vault_begin(&v);
    shutdown(v.peer, SHUT_WR);
    ck_assert_int_eq(tls_receive(v.tls, got, sizeof got, MSG_DONTWAIT), -1);
    ck_assert_int_eq(errno, ECONNRESET);
    vault_close(&v);
}
END_TEST

/* A program that uses the library has not asked for signals. */
START_TEST(a_peer_that_has_gone_is_an_error_and_no_signal)
{
    struct vault v;

    signal(SIGPIPE, SIG_DFL);
    vault_begin(&v);
    shutdown(v.peer, SHUT_RDWR);
    ck_assert_int_eq(tls_send(v.tls, "x", 1), -1);
    ck_assert_int_eq(errno, EPIPE);
    tls_finish(v.tls);
    vault_close(&v);
}
END_TEST

UNIT_MAIN("tls", a_server_with_the_right_name_is_trusted,
          a_server_with_another_name_is_not, a_server_that_nobody_vouches_for_is_not,
          a_server_whose_certificate_has_expired_is_not,
          the_system_s_authorities_do_not_know_ours,
          tls_1_2_is_accepted_if_it_is_asked_for,
          a_server_without_tls_gets_nothing_but_a_greeting,
          a_server_that_hangs_up_has_hung_up, a_certificate_is_shown_to_who_asks_for_it,
          files_that_are_wrong_are_named,
          without_the_name_of_a_host_there_is_nothing_to_check, bytes_go_both_ways,
          nothing_is_left_behind_that_poll_does_not_tell_of, a_receive_may_wait,
          what_was_said_before_an_end_comes_before_it,
          an_end_is_said_as_soon_as_it_can_be_and_is_that_of_one_side,
          an_end_that_was_announced_is_one_and_a_break_is_another,
          a_peer_that_has_gone_is_an_error_and_no_signal)
