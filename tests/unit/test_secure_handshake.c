/* SPDX-License-Identifier: MIT */
/* How a connection begins, and with whom; test_secure.c has what goes over it. */
#include "secure.h"

#include "tunnel.h"
#include "unit.h"

/* ---- handshakes ---- */

START_TEST(a_handshake_needs_nothing_but_patience)
{
    const struct ciphered_wish wish = {0};
    struct ciphered_wish trusting;
    struct tunnel t;

    tunnel_open(&t);
    trusting = wish;
    trusting.authority = &t.authority;
    tunnel_connect(&t, &trusting);
    ck_assert_int_eq(secure_shake(t.link, &t.why), SECURE_READ);
    ck_assert_int_eq(secure_shake(t.link, &t.why), SECURE_READ);
    ck_assert_int_eq(tunnel_shake(&t), SECURE_DONE);
    ck_assert_str_eq(SSL_get_version(t.client.ssl), "TLSv1.3");
    tunnel_close(&t);
}
END_TEST

START_TEST(tls_1_2_is_for_those_who_ask_for_it)
{
    struct ciphered_wish wish = {.max_version = TLS1_2_VERSION};
    struct tunnel t;

    tunnel_open(&t);
    wish.authority = &t.authority;
    tunnel_connect(&t, &wish);
    ck_assert_int_eq(tunnel_shake(&t), SECURE_FAILED);
    ck_assert_msg(strstr(t.why, "protocol") || strstr(t.why, "version"), "%s", t.why);
    tunnel_hang_up(&t);
    secure_drop(t.keys);
    t.keys = NULL;
    t.listen.min_version = CONFIG_TLS_1_2;
    tunnel_connect(&t, &wish);
    ck_assert_int_eq(tunnel_shake(&t), SECURE_DONE);
    ck_assert_str_eq(SSL_get_version(t.client.ssl), "TLSv1.2");
    tunnel_close(&t);
}
END_TEST

START_TEST(tls_1_1_is_for_nobody)
{
    struct ciphered_wish wish = {.max_version = TLS1_1_VERSION};
    struct tunnel t;

    tunnel_open(&t);
    wish.authority = &t.authority;
    t.listen.min_version = CONFIG_TLS_1_2;
    tunnel_connect(&t, &wish);
    SSL_set_security_level(t.client.ssl, 0);
    SSL_set_min_proto_version(t.client.ssl, TLS1_VERSION);
    SSL_set_cipher_list(t.client.ssl, "ALL");
    ck_assert_int_eq(tunnel_shake(&t), SECURE_FAILED);
    tunnel_close(&t);
}
END_TEST

START_TEST(something_else_than_tls_fails_and_says_so)
{
    static const char *const texts[] = {"{\"op\":\"ping\"}\n", "GET / HTTP/1.1\r\n\r\n",
                                        "\x16\x03\x01\x00\x05hello\x16\x03\x01\x00\x05"};
    const struct ciphered_wish wish = {0};
    struct tunnel t;

    tunnel_open(&t);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct ciphered_wish trusting = wish;
        size_t len = i == 2 ? 15 : strlen(texts[i]);

        trusting.authority = &t.authority;
        tunnel_connect(&t, &trusting);
        ck_assert_int_eq(send(t.client.fd, texts[i], len, 0), (ssize_t)len);
        ck_assert_int_eq(secure_shake(t.link, &t.why), SECURE_FAILED);
        ck_assert_str_ne(t.why, "");
        ck_assert_str_ne(t.why, "unknown error");
    }
    tunnel_close(&t);
}
END_TEST

START_TEST(who_goes_away_in_the_middle_has_gone)
{
    struct ciphered_wish wish = {0};
    struct tunnel t;

    tunnel_open(&t);
    wish.authority = &t.authority;
    tunnel_connect(&t, &wish);
    ck_assert(!ciphered_shake(&t.client));
    shutdown(t.client.fd, SHUT_RDWR);
    ck_assert_int_eq(secure_shake(t.link, &t.why), SECURE_FAILED);
    ck_assert_str_eq(t.why, "the peer has closed the connection");
    tunnel_close(&t);
}
END_TEST

START_TEST(a_handshake_may_come_byte_by_byte)
{
    struct ciphered_wish wish = {0};
    int fds[2], between[2];
    struct tunnel t;
    bool done = false;
    char byte, back[4096];
    ssize_t n;

    tunnel_open(&t);
    wish.authority = &t.authority;
    tunnel_connect(&t, &wish);
    secure_link_free(t.link); /* a link behind a wire of our own */
    ciphered_pair(between);
    fds[0] = t.fd;
    fds[1] = between[0];
    t.fd = between[1];
    t.link = secure_link_new(t.keys, t.fd);
    while (!done) {
        ciphered_shake(&t.client);
        while (!done && recv(fds[0], &byte, 1, 0) == 1) {
            ck_assert_int_eq(send(fds[1], &byte, 1, 0), 1);
            done = secure_shake(t.link, &t.why) == SECURE_DONE;
        }
        while ((n = recv(fds[1], back, sizeof back, 0)) > 0)
            ck_assert_int_eq(send(fds[0], back, (size_t)n, 0), n);
    }
    close(fds[0]);
    close(fds[1]);
    tunnel_close(&t);
}
END_TEST

enum { ROOM = 64 * 1024 };

START_TEST(nobody_shakes_hands_again)
{
    struct ciphered_wish wish = {.max_version = TLS1_2_VERSION};
    char got[ROOM];
    size_t len = 0;
    struct tunnel t;

    tunnel_open(&t);
    wish.authority = &t.authority;
    t.listen.min_version = CONFIG_TLS_1_2;
    tunnel_connect(&t, &wish);
    ck_assert_int_eq(tunnel_shake(&t), SECURE_DONE);
    SSL_renegotiate(t.client.ssl);
    for (int i = 0; i < 5; i++) {
        ciphered_shake(&t.client);
        while (secure_receive(t.link, got, sizeof got) > 0)
            ;
        ciphered_receive(&t.client, got, sizeof got, &len);
    }
    ck_assert(!ciphered_shake(&t.client));
    tunnel_close(&t);
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
    struct tunnel t;

    tunnel_open(&t);
    wish.authority = &t.authority;
    wish.me = &t.alice;
    t.listen.client_ca = t.authority.certificate_path;
    tunnel_connect(&t, &wish);
    ck_assert_int_eq(tunnel_shake(&t), SECURE_DONE);
    ck_assert(secure_names(t.link, &names));
    ck_assert_uint_eq(names.count, 6);
    ck_assert_str_eq(names.items[0], "CN=alice,O=Example");
    check_name(&names, "DNS:alice.example.org");
    check_name(&names, "email:a@example.org");
    check_name(&names, "URI:spiffe://example/alice");
    check_name(&names, "IP:10.0.0.1");
    check_name(&names, "IP:2001:db8::1");
    secure_names_release(&names);
    ck_assert_uint_eq(names.count, 0);
    tunnel_close(&t);
}
END_TEST

START_TEST(a_client_without_a_certificate_is_let_in_where_none_is_required)
{
    struct ciphered_wish wish = {0};
    struct secure_names names;
    struct tunnel t;

    tunnel_open(&t);
    wish.authority = &t.authority;
    t.listen.client_ca = t.authority.certificate_path;
    tunnel_connect(&t, &wish);
    ck_assert_int_eq(tunnel_shake(&t), SECURE_FAILED);
    ck_assert_msg(strstr(t.why, "did not return a certificate"), "%s", t.why);
    tunnel_hang_up(&t);
    secure_drop(t.keys);
    t.keys = NULL;
    t.listen.client_required = false;
    tunnel_connect(&t, &wish);
    ck_assert_int_eq(tunnel_shake(&t), SECURE_DONE);
    ck_assert(secure_names(t.link, &names));
    ck_assert_uint_eq(names.count, 0);
    secure_names_release(&names);
    tunnel_close(&t);
}
END_TEST

/* Signed by herself, by an authority that we do not know, or long ago. */
START_TEST(a_certificate_that_cannot_be_trusted_is_refused_though_none_is_required)
{
    const struct identity_wish selfmade = {.name = "selfmade"};
    const struct identity_wish old = {.name = "old", .valid_s = -60};
    struct ciphered_wish wish = {0};
    struct identity mallory[2];
    struct tunnel t;

    tunnel_open(&t);
    mallory[0] = keyring_issue(&t.ring, &selfmade, NULL);
    mallory[1] = keyring_issue(&t.ring, &old, &t.authority);
    wish.authority = &t.authority;
    t.listen.client_ca = t.authority.certificate_path;
    t.listen.client_required = false;
    for (int i = 0; i < 2; i++) {
        wish.me = &mallory[i];
        tunnel_connect(&t, &wish);
        ck_assert_int_eq(tunnel_shake(&t), SECURE_FAILED);
        ck_assert_msg(strstr(t.why, i == 0 ? "self-signed" : "expired"), "%s", t.why);
        identity_release(&mallory[i]);
    }
    tunnel_close(&t);
}
END_TEST

/* ---- tickets ---- */

/* A second connection of a client that was here before; whether it was resumed. */
static bool is_resumed(struct tunnel *t, const struct identity *me)
{
    struct ciphered_wish wish = {.authority = &t->authority, .me = me};
    char out[16];
    size_t len = 0;
    bool resumed;

    tunnel_connect(t, &wish);
    ck_assert_int_eq(tunnel_shake(t), SECURE_DONE);
    ciphered_receive(&t->client, out, sizeof out, &len); /* the ticket, if there is one */
    wish.session = SSL_get1_session(t->client.ssl);
    if (!SSL_SESSION_is_resumable(wish.session)) {
        SSL_SESSION_free(wish.session);
        return false;
    }
    SSL_set_shutdown(t->client.ssl, SSL_SENT_SHUTDOWN); /* else it would not count */
    tunnel_connect(t, &wish);
    ck_assert_int_eq(tunnel_shake(t), SECURE_DONE);
    resumed = SSL_session_reused(t->client.ssl);
    SSL_SESSION_free(wish.session);
    return resumed;
}

START_TEST(who_comes_again_has_a_ticket)
{
    struct tunnel t;

    tunnel_open(&t);
    ck_assert(is_resumed(&t, NULL));
    tunnel_close(&t);
}
END_TEST

START_TEST(who_needs_a_certificate_shows_it_every_time)
{
    struct tunnel t;

    tunnel_open(&t);
    t.listen.client_ca = t.authority.certificate_path;
    ck_assert(!is_resumed(&t, &t.alice));
    tunnel_close(&t);
}
END_TEST

UNIT_MAIN("secure_handshake", a_handshake_needs_nothing_but_patience,
          tls_1_2_is_for_those_who_ask_for_it, tls_1_1_is_for_nobody,
          something_else_than_tls_fails_and_says_so, who_goes_away_in_the_middle_has_gone,
          a_handshake_may_come_byte_by_byte, nobody_shakes_hands_again,
          a_client_with_a_certificate_has_its_names,
          a_client_without_a_certificate_is_let_in_where_none_is_required,
          a_certificate_that_cannot_be_trusted_is_refused_though_none_is_required,
          who_comes_again_has_a_ticket, who_needs_a_certificate_shows_it_every_time)
