/* SPDX-License-Identifier: MIT */
#include "ciphered.h"
#include "tls.h"
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

enum { LONG = 500 * 1024 };

/* A server with nothing but OpenSSL, and our end of a connection to it. */
struct stage {
    struct keyring ring;
    struct identity authority, server, alice;
    SSL_CTX *ctx;
    SSL *ssl;
    int peer, fd;
    struct tls *tls;
    char why[TLS_WHY_MAX];
};

static void stage_open(struct stage *st, const char *alternatives)
{
    const struct identity_wish ca = {.name = "ca", .is_authority = true};
    const struct identity_wish server = {.name = "server", .alternatives = alternatives};
    const struct identity_wish alice = {.name = "alice"};

    memset(st, 0, sizeof *st);
    st->ring = keyring_new();
    st->authority = keyring_issue(&st->ring, &ca, NULL);
    st->server = keyring_issue(&st->ring, &server, &st->authority);
    st->alice = keyring_issue(&st->ring, &alice, &st->authority);
    st->ctx = SSL_CTX_new(TLS_server_method());
    ck_assert_ptr_nonnull(st->ctx);
    SSL_CTX_set_mode(st->ctx,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    ck_assert_int_eq(SSL_CTX_use_certificate(st->ctx, st->server.certificate), 1);
    ck_assert_int_eq(SSL_CTX_use_PrivateKey(st->ctx, st->server.key), 1);
}

static void stage_hang_up(struct stage *st)
{
    tls_free(st->tls);
    SSL_free(st->ssl);
    if (st->ssl)
        close(st->peer);
    if (st->ssl)
        close(st->fd);
    st->tls = NULL;
    st->ssl = NULL;
}

static void stage_close(struct stage *st)
{
    stage_hang_up(st);
    SSL_CTX_free(st->ctx);
    identity_release(&st->alice);
    identity_release(&st->server);
    identity_release(&st->authority);
    keyring_free(&st->ring);
}

/* Both ends of a new connection; the settings trust our authority if they name no other.
 */
static void stage_connect(struct stage *st, struct tls_settings settings)
{
    int fds[2];

    stage_hang_up(st);
    ciphered_pair(fds);
    st->peer = fds[0];
    st->fd = fds[1];
    st->ssl = SSL_new(st->ctx);
    SSL_set_fd(st->ssl, st->peer);
    SSL_set_accept_state(st->ssl);
    if (!settings.ca)
        settings.ca = st->authority.certificate_path;
    st->tls = tls_new(st->fd, &settings, st->why);
    ck_assert_msg(st->tls, "%s", st->why);
}

/* Both ends in turn; 0 or -1, as tls_connect says in the end. */
static int stage_shake(struct stage *st)
{
    int result, error;

    while ((result = tls_connect(st->tls)) < 0 && errno == EAGAIN) {
        ck_assert(tls_events(st->tls) == POLLIN || tls_events(st->tls) == POLLOUT);
        ERR_clear_error();
        SSL_do_handshake(st->ssl);
    }
    error = errno;
    ERR_clear_error();
    SSL_do_handshake(st->ssl);
    errno = error;
    return result;
}

static void check_refused(struct stage *st, const char *says)
{
    ck_assert_int_eq(stage_shake(st), -1);
    ck_assert_int_eq(errno, EPROTO);
    ck_assert_msg(strstr(tls_why(st->tls), says) != NULL, "%s: %s", says,
                  tls_why(st->tls));
    ck_assert_int_eq(tls_send(st->tls, "x", 1), -1); /* nothing goes in plain */
    ck_assert_int_eq(errno, EPROTO);
    ck_assert_int_eq(tls_connect(st->tls), -1);
}

static size_t peer_send(struct stage *st, const char *bytes, size_t len)
{
    size_t sent = 0, n;

    ERR_clear_error();
    while (sent < len && SSL_write_ex(st->ssl, bytes + sent, len - sent, &n) == 1)
        sent += n;
    return sent;
}

static void peer_receive(struct stage *st, char *out, size_t room, size_t *len)
{
    size_t n;

    ERR_clear_error();
    while (*len < room && SSL_read_ex(st->ssl, out + *len, room - *len, &n) == 1)
        *len += n;
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
        struct stage st;

        stage_open(&st, rows[i].alternatives);
        stage_connect(&st, (struct tls_settings){.host = rows[i].host});
        ck_assert_msg(stage_shake(&st) == 0, "%s: %s", rows[i].host, tls_why(st.tls));
        ck_assert_str_eq(SSL_get_version(st.ssl), "TLSv1.3");
        stage_close(&st);
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
        struct stage st;

        stage_open(&st, rows[i].alternatives);
        stage_connect(&st, (struct tls_settings){.host = rows[i].host});
        check_refused(&st, rows[i].says);
        stage_close(&st);
    }
}
END_TEST

START_TEST(a_server_that_nobody_vouches_for_is_not)
{
    const struct identity_wish other = {.name = "other", .is_authority = true};
    struct identity stranger;
    struct stage st;

    stage_open(&st, "DNS:localhost");
    stranger = keyring_issue(&st.ring, &other, NULL);
    stage_connect(
        &st, (struct tls_settings){.host = "localhost", .ca = stranger.certificate_path});
    check_refused(&st, "certificate verify failed: ");
    identity_release(&stranger);
    stage_close(&st);
}
END_TEST

START_TEST(a_server_whose_certificate_has_expired_is_not)
{
    const struct identity_wish wish = {
        .name = "old", .alternatives = "DNS:localhost", .valid_s = -60};
    struct identity old;
    struct stage st;

    stage_open(&st, "DNS:localhost");
    old = keyring_issue(&st.ring, &wish, &st.authority);
    SSL_CTX_use_certificate(st.ctx, old.certificate);
    SSL_CTX_use_PrivateKey(st.ctx, old.key);
    stage_connect(&st, (struct tls_settings){.host = "localhost"});
    check_refused(&st, "expired");
    identity_release(&old);
    stage_close(&st);
}
END_TEST

START_TEST(the_system_s_authorities_do_not_know_ours)
{
    struct tls_settings settings = {.host = "localhost"};
    struct stage st;

    stage_open(&st, "DNS:localhost");
    stage_connect(&st, settings);
    tls_free(st.tls);
    st.tls = tls_new(st.fd, &settings, st.why);
    ck_assert_msg(st.tls, "%s", st.why);
    check_refused(&st, "certificate verify failed: ");
    stage_close(&st);
}
END_TEST

START_TEST(tls_1_2_is_accepted_if_it_is_asked_for)
{
    struct stage st;

    stage_open(&st, "DNS:localhost");
    SSL_CTX_set_max_proto_version(st.ctx, TLS1_2_VERSION);
    stage_connect(&st, (struct tls_settings){.host = "localhost"});
    ck_assert_int_eq(stage_shake(&st), -1);
    stage_connect(&st, (struct tls_settings){.host = "localhost", .accept_1_2 = true});
    ck_assert_int_eq(stage_shake(&st), 0);
    stage_close(&st);
}
END_TEST

START_TEST(a_server_without_tls_gets_nothing_but_a_greeting)
{
    char got[2000];
    struct stage st;
    ssize_t n;

    stage_open(&st, "DNS:localhost");
    stage_connect(&st, (struct tls_settings){.host = "localhost"});
    ck_assert_int_eq(tls_connect(st.tls), -1);
    ck_assert_int_eq(errno, EAGAIN);
    n = recv(st.peer, got, sizeof got, 0);
    ck_assert_int_gt(n, 0);
    ck_assert_int_eq(send(st.peer, "{\"ok\":false}\n", 13, 0), 13);
    ck_assert_int_eq(tls_connect(st.tls), -1);
    ck_assert_int_eq(errno, EPROTO);
    ck_assert_str_eq(tls_why(st.tls), "it does not speak TLS (tcp:// is without)");
    stage_close(&st);
}
END_TEST

START_TEST(a_server_that_hangs_up_has_hung_up)
{
    struct stage st;

    stage_open(&st, "DNS:localhost");
    stage_connect(&st, (struct tls_settings){.host = "localhost"});
    ck_assert_int_eq(tls_connect(st.tls), -1);
    shutdown(st.peer, SHUT_RDWR);
    ck_assert_int_eq(tls_connect(st.tls), -1);
    ck_assert_int_eq(errno, ECONNRESET);
    ck_assert_str_eq(tls_why(st.tls), strerror(ECONNRESET));
    stage_close(&st);
}
END_TEST

/* ---- what we show ---- */

START_TEST(a_certificate_is_shown_to_who_asks_for_it)
{
    struct tls_settings settings = {.host = "localhost"};
    X509 *shown;
    char got[TLS_ROOM_MIN];
    struct stage st;

    stage_open(&st, "DNS:localhost");
    SSL_CTX_set_verify(st.ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(st.ctx), st.authority.certificate);
    settings.certificate = st.alice.certificate_path;
    settings.key = st.alice.key_path;
    stage_connect(&st, settings);
    ck_assert_int_eq(stage_shake(&st), 0);
    shown = SSL_get0_peer_certificate(st.ssl);
    ck_assert(shown && X509_cmp(shown, st.alice.certificate) == 0);

    stage_connect(&st, (struct tls_settings){.host = "localhost"});
    ck_assert_int_eq(stage_shake(&st), 0); /* TLS 1.3: we are done before it is */
    ck_assert_int_eq(tls_receive(st.tls, got, sizeof got, MSG_DONTWAIT), -1);
    ck_assert_int_eq(errno, EPROTO);
    ck_assert_msg(strstr(tls_why(st.tls), "certificate required"), "%s", tls_why(st.tls));
    stage_close(&st);
}
END_TEST

START_TEST(files_that_are_wrong_are_named)
{
    char nowhere[KEYRING_PATH_MAX];
    struct tls_settings settings[6];
    const char *named[6];
    struct stage st;

    stage_open(&st, "DNS:localhost");
    keyring_path(&st.ring, "nowhere", nowhere);
    for (int i = 0; i < 6; i++)
        settings[i] = (struct tls_settings){.host = "localhost"};
    settings[0].ca = named[0] = nowhere;
    settings[1].ca = named[1] = st.server.key_path;
    settings[2].certificate = named[2] = nowhere;
    settings[3].certificate = named[3] = st.alice.certificate_path; /* without a key */
    settings[4].certificate = st.alice.certificate_path;
    settings[4].key = named[4] = st.server.key_path;
    settings[5].certificate = st.alice.certificate_path;
    settings[5].key = named[5] = nowhere;
    for (int i = 0; i < 6; i++) {
        char why[TLS_WHY_MAX] = "";

        ck_assert_ptr_null(tls_new(0, &settings[i], why));
        ck_assert_msg(strncmp(why, named[i], strlen(named[i])) == 0, "%d: %s", i, why);
    }
    stage_close(&st);
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

static void stage_begin(struct stage *st)
{
    stage_open(st, "DNS:localhost");
    stage_connect(st, (struct tls_settings){.host = "localhost"});
    ck_assert_int_eq(stage_shake(st), 0);
}

START_TEST(bytes_go_both_ways)
{
    char *bytes = malloc(LONG), *got = malloc(LONG + TLS_ROOM_MIN);
    size_t sent = 0, len = 0;
    struct stage st;
    ssize_t n;

    for (size_t i = 0; i < LONG; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    stage_begin(&st);
    ck_assert_int_eq(tls_receive(st.tls, got, LONG, MSG_DONTWAIT), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(tls_events(st.tls), POLLIN);
    while (len < LONG) {
        n = sent < LONG ? tls_send(st.tls, bytes + sent, LONG - sent) : 0;
        if (n > 0)
            sent += (size_t)n;
        else if (n < 0)
            ck_assert(errno == EAGAIN && tls_events(st.tls) == POLLOUT);
        peer_receive(&st, got, LONG, &len);
    }
    ck_assert_mem_eq(got, bytes, LONG);
    sent = len = 0;
    memset(got, 0, LONG);
    while (len < LONG) {
        sent += peer_send(&st, bytes + sent, LONG - sent);
        n = tls_receive(st.tls, got + len, LONG + TLS_ROOM_MIN - len, MSG_DONTWAIT);
        ck_assert_int_gt(n, 0);
        len += (size_t)n;
    }
    ck_assert_mem_eq(got, bytes, LONG);
    free(bytes);
    free(got);
    stage_close(&st);
}
END_TEST

/* poll(2) knows only what nobody has read from the socket. */
static bool poll_tells(const struct stage *st)
{
    struct pollfd p = {.fd = st->fd, .events = POLLIN};

    return poll(&p, 1, 0) == 1;
}

START_TEST(nothing_is_left_behind_that_poll_does_not_tell_of)
{
    static char got[TLS_ROOM_MIN + 5000], bytes[15000];
    const size_t rounds = 40;
    size_t sent = 0, len;
    struct stage st;
    ssize_t n;

    stage_begin(&st);
    for (size_t i = 0; i < rounds * 40; i++)
        sent += peer_send(&st, bytes, i % 40 == 0 ? sizeof bytes : 1 + i % 40);
    for (len = 0; len < sent; len += (size_t)n) {
        ck_assert(poll_tells(&st));
        n = tls_receive(st.tls, got, sizeof got, MSG_DONTWAIT);
        ck_assert_int_gt(n, 0);
    }
    ck_assert_uint_eq(len, sent);
    ck_assert(!poll_tells(&st));
    stage_close(&st);
}
END_TEST

START_TEST(a_receive_may_wait)
{
    static char got[TLS_ROOM_MIN];
    struct stage st;
    pid_t pid;

    stage_begin(&st);
    ck_assert_int_eq(fcntl(st.fd, F_SETFL, 0), 0);
    ck_assert_int_eq(tls_receive(st.tls, got, sizeof got, MSG_DONTWAIT), -1);
    ck_assert_int_eq(errno, EAGAIN);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        _exit(peer_send(&st, "late", 4) == 4 ? 0 : 1);
    ck_assert_int_eq(tls_receive(st.tls, got, sizeof got, 0), 4);
    ck_assert_mem_eq(got, "late", 4);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    stage_close(&st);
}
END_TEST

START_TEST(what_was_said_before_an_end_comes_before_it)
{
    static char got[TLS_ROOM_MIN];
    struct stage st;

    stage_begin(&st);
    peer_send(&st, "last ", 5);
    peer_send(&st, "words", 5);
    SSL_shutdown(st.ssl);
    shutdown(st.peer, SHUT_RDWR);
    ck_assert_int_eq(tls_send(st.tls, "x", 1), -1);
    ck_assert_int_eq(errno, EPIPE);
    ck_assert(!tls_is_over(st.tls));
    ck_assert_int_eq(tls_receive(st.tls, got, sizeof got, MSG_DONTWAIT), 10);
    ck_assert_mem_eq(got, "last words", 10);
    ck_assert(tls_is_over(st.tls)); /* poll(2) might not tell of it */
    ck_assert_int_eq(tls_receive(st.tls, got, sizeof got, MSG_DONTWAIT), 0);
    ck_assert_str_eq(tls_why(st.tls), "");
    stage_close(&st);
}
END_TEST

/* How many records as long as an end the socket takes; at most so many are sent. */
static size_t stage_fill(struct stage *st, size_t most)
{
    size_t count = 0;

    while (count < most && tls_send(st->tls, "ab", 2) == 2)
        count++;
    return count;
}

START_TEST(an_end_is_said_as_soon_as_it_can_be_and_is_that_of_one_side)
{
    static char got[LONG];
    size_t len = 0, count;
    struct stage st;

    stage_begin(&st);
    count = stage_fill(&st, LONG / 2);
    ck_assert_uint_lt(count, LONG / 2);
    stage_close(&st);
    stage_begin(&st);
    ck_assert_uint_eq(stage_fill(&st, count), count);
    ck_assert(!tls_finish(st.tls)); /* there is no room for it */
    ck_assert_int_eq(tls_events(st.tls), POLLOUT);
    peer_receive(&st, got, LONG, &len);
    ck_assert_uint_eq(len, 2 * count);
    ck_assert(tls_finish(st.tls));
    ck_assert(tls_finish(st.tls));
    peer_receive(&st, got, LONG, &len);
    ck_assert_int_ne(SSL_get_shutdown(st.ssl) & SSL_RECEIVED_SHUTDOWN, 0);
    ck_assert_uint_eq(peer_send(&st, "still there", 11), 11);
    ck_assert_int_eq(tls_receive(st.tls, got, LONG, MSG_DONTWAIT), 11);
    stage_close(&st);
}
END_TEST

START_TEST(an_end_that_was_announced_is_one_and_a_break_is_another)
{
    static char got[TLS_ROOM_MIN];
    struct stage st;
    size_t len = 0;

    stage_begin(&st);
    tls_finish(st.tls);
    peer_receive(&st, got, sizeof got, &len);
    ck_assert_int_ne(SSL_get_shutdown(st.ssl) & SSL_RECEIVED_SHUTDOWN, 0);
    SSL_shutdown(st.ssl);
    ck_assert_int_eq(tls_receive(st.tls, got, sizeof got, MSG_DONTWAIT), 0);
    ck_assert_int_eq(tls_receive(st.tls, got, sizeof got, MSG_DONTWAIT), 0);
    stage_close(&st);

    stage_begin(&st);
    shutdown(st.peer, SHUT_WR);
    ck_assert_int_eq(tls_receive(st.tls, got, sizeof got, MSG_DONTWAIT), -1);
    ck_assert_int_eq(errno, ECONNRESET);
    stage_close(&st);
}
END_TEST

/* A program that uses the library has not asked for signals. */
START_TEST(a_peer_that_has_gone_is_an_error_and_no_signal)
{
    struct stage st;

    signal(SIGPIPE, SIG_DFL);
    stage_begin(&st);
    shutdown(st.peer, SHUT_RDWR);
    ck_assert_int_eq(tls_send(st.tls, "x", 1), -1);
    ck_assert_int_eq(errno, EPIPE);
    tls_finish(st.tls);
    stage_close(&st);
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
