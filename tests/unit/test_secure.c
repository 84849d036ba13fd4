/* SPDX-License-Identifier: MIT */
#include "ciphered.h"
#include "config.h"
#include "secure.h"
#include "unit.h"

#include <errno.h>

enum { ROOM = 64 * 1024, LONG = 300 * 1024 };

/* Keys, and both ends of a connection. */
struct stage {
    struct keyring ring;
    struct identity authority, server, alice;
    struct config_listen listen;
    struct secure_keys *keys;
    struct ciphered client;
    struct secure_link *link;
    int fd;
    const char *why;
    char uri[32];
};

static void stage_open(struct stage *st)
{
    const struct identity_wish ca = {.name = "ca", .is_authority = true};
    const struct identity_wish server = {.name = "server",
                                         .alternatives = "DNS:localhost"};
    const struct identity_wish alice = {
        .name = "alice",
        .alternatives = "DNS:alice.example.org,email:a@example.org,"
                        "URI:spiffe://example/alice,IP:10.0.0.1,IP:2001:db8::1"};

    memset(st, 0, sizeof *st);
    strcpy(st->uri, "tls://localhost:0");
    st->ring = keyring_new();
    st->authority = keyring_issue(&st->ring, &ca, NULL);
    st->server = keyring_issue(&st->ring, &server, &st->authority);
    st->alice = keyring_issue(&st->ring, &alice, &st->authority);
    st->listen = (struct config_listen){.uri = st->uri,
                                        .certificate = st->server.certificate_path,
                                        .key = st->server.key_path,
                                        .client_required = true,
                                        .min_version = CONFIG_TLS_1_3};
}

static void stage_hang_up(struct stage *st)
{
    if (!st->link)
        return;
    secure_link_free(st->link);
    st->link = NULL;
    close(st->fd);
    ciphered_free(&st->client);
}

static void stage_close(struct stage *st)
{
    stage_hang_up(st);
    secure_drop(st->keys);
    identity_release(&st->alice);
    identity_release(&st->server);
    identity_release(&st->authority);
    keyring_free(&st->ring);
}

/* Both ends of a new connection, before the handshake. */
static void stage_connect(struct stage *st, const struct ciphered_wish *wish)
{
    char why[SECURE_WHY_MAX];
    int fds[2];

    stage_hang_up(st);
    if (!st->keys)
        st->keys = secure_load(&st->listen, why);
    ck_assert_msg(st->keys, "%s", why);
    ciphered_pair(fds);
    st->client = ciphered_new(fds[0], wish);
    st->fd = fds[1];
    st->link = secure_link_new(st->keys, st->fd);
    ck_assert_ptr_nonnull(st->link);
}

/* Both ends in turn, until the daemon's is through, in whichever way. */
static enum secure_step stage_shake(struct stage *st)
{
    enum secure_step step;

    do {
        ciphered_shake(&st->client);
        step = secure_shake(st->link, &st->why);
    } while (step == SECURE_READ || step == SECURE_WRITE);
    ciphered_shake(&st->client);
    return step;
}

/* A connection that is ready for use, of a client that trusts us. */
static void stage_begin(struct stage *st)
{
    const struct ciphered_wish wish = {.authority = &st->authority};

    stage_open(st);
    stage_connect(st, &wish);
    ck_assert_int_eq(stage_shake(st), SECURE_DONE);
}

static char *pattern(size_t len)
{
    char *bytes = malloc(len);

    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    return bytes;
}

/* Appends what the link has, in pieces of at most so much room. */
static void link_read(struct stage *st, char *out, size_t *len, size_t room)
{
    char *piece = malloc(room);
    ssize_t n;

    while ((n = secure_receive(st->link, piece, room)) > 0) {
        memcpy(out + *len, piece, (size_t)n);
        *len += (size_t)n;
    }
    ck_assert_int_eq(n, -1);
    ck_assert_int_eq(errno, EAGAIN);
    free(piece);
}

/* ---- handshakes ---- */

START_TEST(a_handshake_needs_nothing_but_patience)
{
    const struct ciphered_wish wish = {0};
    struct ciphered_wish trusting;
    struct stage st;

    stage_open(&st);
    trusting = wish;
    trusting.authority = &st.authority;
    stage_connect(&st, &trusting);
    ck_assert_int_eq(secure_shake(st.link, &st.why), SECURE_READ);
    ck_assert_int_eq(secure_shake(st.link, &st.why), SECURE_READ);
    ck_assert_int_eq(stage_shake(&st), SECURE_DONE);
    ck_assert_str_eq(SSL_get_version(st.client.ssl), "TLSv1.3");
    stage_close(&st);
}
END_TEST

START_TEST(tls_1_2_is_for_those_who_ask_for_it)
{
    struct ciphered_wish wish = {.max_version = TLS1_2_VERSION};
    struct stage st;

    stage_open(&st);
    wish.authority = &st.authority;
    stage_connect(&st, &wish);
    ck_assert_int_eq(stage_shake(&st), SECURE_FAILED);
    ck_assert_msg(strstr(st.why, "protocol") || strstr(st.why, "version"), "%s", st.why);
    stage_hang_up(&st);
    secure_drop(st.keys);
    st.keys = NULL;
    st.listen.min_version = CONFIG_TLS_1_2;
    stage_connect(&st, &wish);
    ck_assert_int_eq(stage_shake(&st), SECURE_DONE);
    ck_assert_str_eq(SSL_get_version(st.client.ssl), "TLSv1.2");
    stage_close(&st);
}
END_TEST

START_TEST(tls_1_1_is_for_nobody)
{
    struct ciphered_wish wish = {.max_version = TLS1_1_VERSION};
    struct stage st;

    stage_open(&st);
    wish.authority = &st.authority;
    st.listen.min_version = CONFIG_TLS_1_2;
    stage_connect(&st, &wish);
    SSL_set_security_level(st.client.ssl, 0);
    SSL_set_min_proto_version(st.client.ssl, TLS1_VERSION);
    SSL_set_cipher_list(st.client.ssl, "ALL");
    ck_assert_int_eq(stage_shake(&st), SECURE_FAILED);
    stage_close(&st);
}
END_TEST

START_TEST(something_else_than_tls_fails_and_says_so)
{
    static const char *const texts[] = {"{\"op\":\"ping\"}\n", "GET / HTTP/1.1\r\n\r\n",
                                        "\x16\x03\x01\x00\x05hello\x16\x03\x01\x00\x05"};
    const struct ciphered_wish wish = {0};
    struct stage st;

    stage_open(&st);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ciphered_wish trusting = wish;
        size_t len = i == 2 ? 15 : strlen(texts[i]);

        trusting.authority = &st.authority;
        stage_connect(&st, &trusting);
        ck_assert_int_eq(send(st.client.fd, texts[i], len, 0), (ssize_t)len);
        ck_assert_int_eq(secure_shake(st.link, &st.why), SECURE_FAILED);
        ck_assert_str_ne(st.why, "");
        ck_assert_str_ne(st.why, "unknown error");
    }
    stage_close(&st);
}
END_TEST

START_TEST(who_goes_away_in_the_middle_has_gone)
{
    struct ciphered_wish wish = {0};
    struct stage st;

    stage_open(&st);
    wish.authority = &st.authority;
    stage_connect(&st, &wish);
    ck_assert(!ciphered_shake(&st.client));
    shutdown(st.client.fd, SHUT_RDWR);
    ck_assert_int_eq(secure_shake(st.link, &st.why), SECURE_FAILED);
    ck_assert_str_eq(st.why, "the peer has closed the connection");
    stage_close(&st);
}
END_TEST

START_TEST(a_handshake_may_come_byte_by_byte)
{
    struct ciphered_wish wish = {0};
    int fds[2], between[2];
    struct stage st;
    bool done = false;
    char byte, back[4096];
    ssize_t n;

    stage_open(&st);
    wish.authority = &st.authority;
    stage_connect(&st, &wish);
    secure_link_free(st.link); /* a link behind a wire of our own */
    ciphered_pair(between);
    fds[0] = st.fd;
    fds[1] = between[0];
    st.fd = between[1];
    st.link = secure_link_new(st.keys, st.fd);
    while (!done) {
        ciphered_shake(&st.client);
        while (!done && recv(fds[0], &byte, 1, 0) == 1) {
            ck_assert_int_eq(send(fds[1], &byte, 1, 0), 1);
            done = secure_shake(st.link, &st.why) == SECURE_DONE;
        }
        while ((n = recv(fds[1], back, sizeof back, 0)) > 0)
            ck_assert_int_eq(send(fds[0], back, (size_t)n, 0), n);
    }
    close(fds[0]);
    close(fds[1]);
    stage_close(&st);
}
END_TEST

/* ---- certificates of clients ---- */

static void check_name(const struct secure_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return;
    ck_abort_msg("%s is not among the names", name);
}

START_TEST(a_client_with_a_certificate_has_its_names)
{
    struct ciphered_wish wish = {0};
    struct secure_names names;
    struct stage st;

    stage_open(&st);
    wish.authority = &st.authority;
    wish.me = &st.alice;
    st.listen.client_ca = st.authority.certificate_path;
    stage_connect(&st, &wish);
    ck_assert_int_eq(stage_shake(&st), SECURE_DONE);
    ck_assert(secure_names(st.link, &names));
    ck_assert_uint_eq(names.count, 6);
    ck_assert_str_eq(names.items[0], "CN=alice,O=Example");
    check_name(&names, "DNS:alice.example.org");
    check_name(&names, "email:a@example.org");
    check_name(&names, "URI:spiffe://example/alice");
    check_name(&names, "IP:10.0.0.1");
    check_name(&names, "IP:2001:db8::1");
    secure_names_release(&names);
    ck_assert_uint_eq(names.count, 0);
    stage_close(&st);
}
END_TEST

START_TEST(a_client_without_a_certificate_is_let_in_where_none_is_required)
{
    struct ciphered_wish wish = {0};
    struct secure_names names;
    struct stage st;

    stage_open(&st);
    wish.authority = &st.authority;
    st.listen.client_ca = st.authority.certificate_path;
    stage_connect(&st, &wish);
    ck_assert_int_eq(stage_shake(&st), SECURE_FAILED);
    ck_assert_msg(strstr(st.why, "did not return a certificate"), "%s", st.why);
    stage_hang_up(&st);
    secure_drop(st.keys);
    st.keys = NULL;
    st.listen.client_required = false;
    stage_connect(&st, &wish);
    ck_assert_int_eq(stage_shake(&st), SECURE_DONE);
    ck_assert(secure_names(st.link, &names));
    ck_assert_uint_eq(names.count, 0);
    secure_names_release(&names);
    stage_close(&st);
}
END_TEST

/* Signed by herself, by an authority that we do not know, or long ago. */
START_TEST(a_certificate_that_cannot_be_trusted_is_refused_though_none_is_required)
{
    const struct identity_wish selfmade = {.name = "selfmade"};
    const struct identity_wish old = {.name = "old", .valid_s = -60};
    struct ciphered_wish wish = {0};
    struct identity mallory[2];
    struct stage st;

    stage_open(&st);
    mallory[0] = keyring_issue(&st.ring, &selfmade, NULL);
    mallory[1] = keyring_issue(&st.ring, &old, &st.authority);
    wish.authority = &st.authority;
    st.listen.client_ca = st.authority.certificate_path;
    st.listen.client_required = false;
    for (int i = 0; i < 2; i++) {
        wish.me = &mallory[i];
        stage_connect(&st, &wish);
        ck_assert_int_eq(stage_shake(&st), SECURE_FAILED);
        ck_assert_msg(strstr(st.why, i == 0 ? "self-signed" : "expired"), "%s", st.why);
        identity_release(&mallory[i]);
    }
    stage_close(&st);
}
END_TEST

/* ---- tickets ---- */

/* A second connection of a client that was here before; whether it was resumed. */
static bool is_resumed(struct stage *st, const struct identity *me)
{
    struct ciphered_wish wish = {.authority = &st->authority, .me = me};
    char out[16];
    size_t len = 0;
    bool resumed;

    stage_connect(st, &wish);
    ck_assert_int_eq(stage_shake(st), SECURE_DONE);
    ciphered_receive(&st->client, out, sizeof out,
                     &len); /* the ticket, if there is one */
    wish.session = SSL_get1_session(st->client.ssl);
    if (!SSL_SESSION_is_resumable(wish.session)) {
        SSL_SESSION_free(wish.session);
        return false;
    }
    SSL_set_shutdown(st->client.ssl, SSL_SENT_SHUTDOWN); /* else it would not count */
    stage_connect(st, &wish);
    ck_assert_int_eq(stage_shake(st), SECURE_DONE);
    resumed = SSL_session_reused(st->client.ssl);
    SSL_SESSION_free(wish.session);
    return resumed;
}

START_TEST(who_comes_again_has_a_ticket)
{
    struct stage st;

    stage_open(&st);
    ck_assert(is_resumed(&st, NULL));
    stage_close(&st);
}
END_TEST

START_TEST(who_needs_a_certificate_shows_it_every_time)
{
    struct stage st;

    stage_open(&st);
    st.listen.client_ca = st.authority.certificate_path;
    ck_assert(!is_resumed(&st, &st.alice));
    stage_close(&st);
}
END_TEST

/* ---- bytes ---- */

START_TEST(what_is_sent_is_what_comes)
{
    char *bytes = pattern(LONG), *got = malloc(LONG);
    size_t sent = 0, len = 0;
    struct stage st;

    stage_begin(&st);
    while (len < LONG) {
        sent += ciphered_send(&st.client, bytes + sent, LONG - sent);
        link_read(&st, got, &len, 2 * SECURE_RECORD + len % 1000);
    }
    ck_assert_mem_eq(got, bytes, LONG);
    sent = len = 0;
    memset(got, 0, LONG);
    while (len < LONG) {
        ssize_t n = sent < LONG ? secure_send(st.link, bytes + sent, LONG - sent) : 0;

        if (n > 0)
            sent += (size_t)n;
        else if (n < 0)
            ck_assert_int_eq(errno, EAGAIN);
        ciphered_receive(&st.client, got, LONG, &len);
    }
    ck_assert_mem_eq(got, bytes, LONG);
    free(bytes);
    free(got);
    stage_close(&st);
}
END_TEST

/*
 * The wire is cut at every place: what is kept of a record, and what comes after it, must
 * not overtake each other in the room.
 */
START_TEST(records_may_come_in_any_pieces)
{
    enum { RECORD = 16384, CIPHERED = 70000 };
    char *bytes = pattern(3 * RECORD), *wire = malloc(CIPHERED), *got = malloc(CIPHERED);
    struct stage st;

    for (size_t piece = 1; piece < 20000; piece = piece * 3 + 1) {
        int relay[2];
        size_t len = 0;
        ssize_t all;

        stage_begin(&st);
        ck_assert_uint_eq(ciphered_send(&st.client, bytes, 3 * RECORD), 3 * RECORD);
        all = recv(st.fd, wire, CIPHERED, 0);
        for (ssize_t n; (n = recv(st.fd, wire + all, (size_t)(CIPHERED - all), 0)) > 0;)
            all += n;
        ciphered_pair(relay); /* in the place of what the link reads from */
        ck_assert_int_eq(dup2(relay[1], st.fd), st.fd);
        for (size_t at = 0; at < (size_t)all; at += piece) {
            size_t n = (size_t)all - at < piece ? (size_t)all - at : piece;

            ck_assert_int_eq(send(relay[0], wire + at, n, 0), (ssize_t)n);
            link_read(&st, got, &len, 2 * SECURE_RECORD);
        }
        ck_assert_uint_eq(len, 3 * RECORD);
        ck_assert_mem_eq(got, bytes, len);
        close(relay[0]);
        close(relay[1]);
        stage_close(&st);
    }
    free(bytes);
    free(wire);
    free(got);
}
END_TEST

START_TEST(after_a_good_bye_there_is_nothing_more)
{
    char got[ROOM];
    struct stage st;

    stage_begin(&st);
    ck_assert_uint_eq(ciphered_send(&st.client, "last", 4), 4);
    SSL_shutdown(st.client.ssl);
    ck_assert(!secure_is_over(st.link));
    ck_assert_int_eq(secure_receive(st.link, got, sizeof got), 4);
    ck_assert_mem_eq(got, "last", 4);
    ck_assert(secure_is_over(st.link));
    ck_assert_int_eq(secure_receive(st.link, got, sizeof got), 0);
    ck_assert_int_eq(secure_send(st.link, "bye", 3), 3); /* the other way still goes */
    stage_close(&st);
}
END_TEST

START_TEST(we_say_good_bye_too)
{
    char got[100];
    size_t len = 0;
    struct stage st;

    stage_begin(&st);
    ck_assert_int_eq(secure_send(st.link, "last", 4), 4);
    secure_link_end(st.link);
    ck_assert(ciphered_receive(&st.client, got, sizeof got, &len));
    ck_assert_uint_eq(len, 4);
    stage_close(&st);
}
END_TEST

START_TEST(a_connection_that_breaks_off_has_ended)
{
    char got[ROOM];
    struct stage st;

    stage_begin(&st);
    shutdown(st.client.fd, SHUT_WR);
    ck_assert_int_eq(secure_receive(st.link, got, sizeof got), 0);
    stage_close(&st);
}
END_TEST

START_TEST(bytes_that_were_changed_on_their_way_break_the_link)
{
    char got[ROOM], wire[1000];
    struct stage st;
    ssize_t n;

    stage_begin(&st);
    ck_assert_uint_eq(ciphered_send(&st.client, "genuine", 7), 7);
    n = recv(st.fd, wire, sizeof wire, 0);
    ck_assert_int_gt(n, 7);
    wire[n - 1] ^= 1;
    ck_assert_int_eq(send(st.client.fd, wire, (size_t)n, 0), n);
    ck_assert_int_eq(secure_receive(st.link, got, sizeof got), -1);
    ck_assert_int_eq(errno, EPROTO);
    ck_assert_int_eq(secure_receive(st.link, got, sizeof got), -1);
    ck_assert_int_eq(secure_send(st.link, "x", 1), -1);
    secure_link_end(st.link); /* says nothing more */
    stage_close(&st);
}
END_TEST

START_TEST(what_the_socket_does_not_take_goes_when_it_does)
{
    char *bytes = pattern(LONG), *got = malloc(2 * LONG);
    size_t sent = 0, len = 0;
    struct stage st;
    ssize_t n;

    stage_begin(&st);
    while ((n = secure_send(st.link, bytes + sent % LONG, LONG - sent % LONG)) > 0)
        sent += (size_t)n;
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(secure_send(st.link, bytes + sent % LONG, LONG - sent % LONG), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ciphered_receive(&st.client, got, 2 * LONG, &len);
    n = secure_send(st.link, bytes + sent % LONG, LONG - sent % LONG);
    ck_assert_int_gt(n, 0);
    sent += (size_t)n;
    ciphered_receive(&st.client, got, 2 * LONG, &len);
    ck_assert_uint_eq(len, sent);
    for (size_t i = 0; i < len; i++)
        ck_assert_int_eq(got[i], bytes[i % LONG]);
    free(bytes);
    free(got);
    stage_close(&st);
}
END_TEST

START_TEST(a_change_of_keys_is_no_end)
{
    char got[ROOM];
    size_t len = 0;
    struct stage st;

    stage_begin(&st);
    ck_assert_int_eq(SSL_key_update(st.client.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
    ck_assert_uint_eq(ciphered_send(&st.client, "new keys", 8), 8);
    link_read(&st, got, &len, sizeof got);
    ck_assert_uint_eq(len, 8);
    ck_assert_int_eq(secure_send(st.link, "ours, too", 9), 9);
    len = 0;
    ciphered_receive(&st.client, got, sizeof got, &len);
    ck_assert_uint_eq(len, 9);
    stage_close(&st);
}
END_TEST

START_TEST(nobody_shakes_hands_again)
{
    struct ciphered_wish wish = {.max_version = TLS1_2_VERSION};
    char got[ROOM];
    size_t len = 0;
    struct stage st;

    stage_open(&st);
    wish.authority = &st.authority;
    st.listen.min_version = CONFIG_TLS_1_2;
    stage_connect(&st, &wish);
    ck_assert_int_eq(stage_shake(&st), SECURE_DONE);
    SSL_renegotiate(st.client.ssl);
    for (int i = 0; i < 5; i++) {
        ciphered_shake(&st.client);
        while (secure_receive(st.link, got, sizeof got) > 0)
            ;
        ciphered_receive(&st.client, got, sizeof got, &len);
    }
    ck_assert(!ciphered_shake(&st.client));
    stage_close(&st);
}
END_TEST

START_TEST(a_link_keeps_its_keys)
{
    char got[100];
    size_t len = 0;
    struct stage st;

    stage_begin(&st);
    secure_drop(st.keys); /* a reload has brought others */
    st.keys = NULL;
    ck_assert_int_eq(secure_send(st.link, "still here", 10), 10);
    ciphered_receive(&st.client, got, sizeof got, &len);
    ck_assert_uint_eq(len, 10);
    stage_close(&st);
}
END_TEST

UNIT_MAIN("secure", a_handshake_needs_nothing_but_patience,
          tls_1_2_is_for_those_who_ask_for_it, tls_1_1_is_for_nobody,
          something_else_than_tls_fails_and_says_so, who_goes_away_in_the_middle_has_gone,
          a_handshake_may_come_byte_by_byte, a_client_with_a_certificate_has_its_names,
          a_client_without_a_certificate_is_let_in_where_none_is_required,
          a_certificate_that_cannot_be_trusted_is_refused_though_none_is_required,
          who_comes_again_has_a_ticket, who_needs_a_certificate_shows_it_every_time,
          what_is_sent_is_what_comes, records_may_come_in_any_pieces,
          after_a_good_bye_there_is_nothing_more, we_say_good_bye_too,
          a_connection_that_breaks_off_has_ended,
          bytes_that_were_changed_on_their_way_break_the_link,
          what_the_socket_does_not_take_goes_when_it_does, a_change_of_keys_is_no_end,
          nobody_shakes_hands_again, a_link_keeps_its_keys)
