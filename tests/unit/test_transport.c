/* SPDX-License-Identifier: MIT */
#include "backlog.h"
#include "ciphered.h"
#include "config.h"
#include "gather.h"
#include "transport.h"
#include "unit.h"

#include <errno.h>

enum { ROOM = 128 * 1024, BORROWED = 20000 };

/* Both ends, the daemon's as a transport. */
struct stage {
    struct keyring ring;
    struct identity authority, server;
    struct secure_keys *keys;
    struct ciphered client;
    struct transport transport;
    int peer; /* the other end's socket */
};

static void open_plain(struct stage *st)
{
    int fds[2];

    memset(st, 0, sizeof *st);
    ciphered_pair(fds);
    st->peer = fds[0];
    st->transport = (struct transport){.fd = fds[1]};
}

static void open_secure(struct stage *st)
{
    const struct identity_wish ca = {.name = "ca", .is_authority = true};
    const struct identity_wish server = {.name = "server"};
    struct ciphered_wish wish = {0};
    struct config_listen listen = {.min_version = CONFIG_TLS_1_3};
    enum secure_step step;
    char text[SECURE_WHY_MAX];
    const char *why = text;

    open_plain(st);
    st->ring = keyring_new();
    st->authority = keyring_issue(&st->ring, &ca, NULL);
    st->server = keyring_issue(&st->ring, &server, &st->authority);
    listen.certificate = st->server.certificate_path;
    listen.key = st->server.key_path;
    st->keys = secure_load(&listen, text);
    ck_assert_msg(st->keys, "%s", why);
    wish.authority = &st->authority;
    st->client = ciphered_new(st->peer, &wish);
    st->transport.link = secure_link_new(st->keys, st->transport.fd);
    do {
        ciphered_shake(&st->client);
        step = secure_shake(st->transport.link, &why);
    } while (step != SECURE_DONE && step != SECURE_FAILED);
    ck_assert_int_eq(step, SECURE_DONE);
}

static void stage_close(struct stage *st)
{
    if (st->transport.fd >= 0)
        transport_close(&st->transport);
    if (!st->keys) {
        close(st->peer);
        return;
    }
    ciphered_free(&st->client);
    secure_drop(st->keys);
    identity_release(&st->server);
    identity_release(&st->authority);
    keyring_free(&st->ring);
}

/* Appends what has come to the other end. */
static void peer_read(struct stage *st, char *out, size_t *len)
{
    ssize_t n;

    if (st->keys)
        ciphered_receive(&st->client, out, ROOM, len);
    else
        while ((n = recv(st->peer, out + *len, ROOM - *len, 0)) > 0)
            *len += (size_t)n;
}

static void peer_write(struct stage *st, const char *text)
{
    const size_t len = strlen(text);

    if (st->keys)
        ck_assert_uint_eq(ciphered_send(&st->client, text, len), len);
    else
        ck_assert_int_eq(send(st->peer, text, len, 0), (ssize_t)len);
}

static void check_both_ways(struct stage *st)
{
    char got[ROOM];
    size_t len = 0;

    ck_assert_int_eq(transport_is_secure(&st->transport), st->keys != NULL);
    ck_assert_int_eq(transport_receive(&st->transport, got, sizeof got), -1);
    ck_assert_int_eq(errno, EAGAIN);
    peer_write(st, "hello");
    ck_assert_int_eq(transport_receive(&st->transport, got, sizeof got), 5);
    ck_assert_mem_eq(got, "hello", 5);
    ck_assert_int_eq(transport_send(&st->transport, "hello, you", 10), 10);
    peer_read(st, got, &len);
    ck_assert_uint_eq(len, 10);
    ck_assert_mem_eq(got, "hello, you", 10);
}

START_TEST(bytes_go_both_ways_on_either_kind)
{
    struct stage st;

    open_plain(&st);
    check_both_ways(&st);
    stage_close(&st);
    open_secure(&st);
    check_both_ways(&st);
    stage_close(&st);
}
END_TEST

static ssize_t send_gathered(struct stage *st, const struct gather *g)
{
    struct iovec pieces[GATHER_PIECES];

    return transport_send_pieces(&st->transport, pieces, gather_list(g, pieces));
}

/* Text, a long value, text, another, text: as replies are. */
static void check_pieces(struct stage *st)
{
    char *expected = malloc(ROOM), *value = malloc(BORROWED), *got = malloc(ROOM);
    struct gather g = {0};
    size_t len = 0, at = 0;
    ssize_t n;

    memset(value, 'v', BORROWED);
    for (int i = 0; i < 2; i++) {
        text_add(&g.text, "before", 6);
        gather_borrow(&g, slice_of(value, (size_t)(BORROWED - i)), NULL);
        memcpy(expected + at, "before", 6);
        memset(expected + at + 6, 'v', (size_t)(BORROWED - i));
        at += (size_t)(6 + BORROWED - i);
    }
    text_add(&g.text, "behind", 6);
    memcpy(expected + at, "behind", 6);
    n = send_gathered(st, &g);
    ck_assert_int_eq(n, (ssize_t)gather_len(&g));
    peer_read(st, got, &len);
    ck_assert_uint_eq(len, gather_len(&g));
    ck_assert_mem_eq(got, expected, len);
    gather_release(&g);
    free(expected);
    free(value);
    free(got);
}

START_TEST(pieces_come_as_one)
{
    struct stage st;

    open_plain(&st);
    check_pieces(&st);
    stage_close(&st);
    open_secure(&st);
    check_pieces(&st);
    stage_close(&st);
}
END_TEST

/* Until the socket is full, and then the rest: what was not said to be sent is sent. */
static void check_rest(struct stage *st)
{
    char *value = malloc(BORROWED), *got = malloc(ROOM);
    struct gather g = {0};
    struct backlog *rest = backlog_new();
    struct iovec pieces[BACKLOG_PIECES];
    size_t len = 0, total = 0, left;
    ssize_t n;

    for (size_t i = 0; i < BORROWED; i++)
        value[i] = (char)(i % 127);
    text_add(&g.text, "0123456789", 10);
    gather_borrow(&g, slice_of(value, BORROWED), NULL);
    do {
        n = send_gathered(st, &g);
        total += n > 0 ? (size_t)n : 0;
    } while (n == (ssize_t)gather_len(&g));
    ck_assert(n > 0 || errno == EAGAIN);
    backlog_take_over(rest, &g, n > 0 ? (size_t)n : 0);
    left = backlog_len(rest);
    for (size_t read = 0; read < total + left; read += len, len = 0) {
        peer_read(st, got, &len);
        if (backlog_len(rest) == 0)
            continue;
        n = transport_send_pieces(&st->transport, pieces,
                                  backlog_list(rest, SIZE_MAX, pieces));
        backlog_consume(rest, n > 0 ? (size_t)n : 0);
    }
    ck_assert_uint_eq((total + left) % gather_len(&g), 0);
    backlog_free(rest);
    gather_release(&g);
    free(value);
    free(got);
}

START_TEST(what_is_not_sent_is_for_later)
{
    struct stage st;

    open_plain(&st);
    check_rest(&st);
    stage_close(&st);
    open_secure(&st);
    check_rest(&st);
    stage_close(&st);
}
END_TEST

START_TEST(a_good_bye_is_heard_and_said)
{
    char got[ROOM];
    size_t len = 0;
    struct stage st;

    open_secure(&st);
    peer_write(&st, "last");
    SSL_shutdown(st.client.ssl);
    ck_assert_int_eq(transport_receive(&st.transport, got, sizeof got), 4);
    ck_assert(transport_is_over(&st.transport));
    transport_close(&st.transport);
    ck_assert_int_eq(st.transport.fd, -1);
    ck_assert(!transport_is_secure(&st.transport));
    ck_assert(ciphered_receive(&st.client, got, sizeof got, &len));
    stage_close(&st);
    open_plain(&st);
    ck_assert(!transport_is_over(&st.transport));
    transport_close(&st.transport);
    ck_assert_int_eq(recv(st.peer, got, sizeof got, 0), 0);
    stage_close(&st);
}
END_TEST

START_TEST(who_shows_no_certificate_has_no_names)
{
    struct secure_names names = {.count = 5};
    struct stage st;

    open_plain(&st);
    ck_assert(transport_peer_names(&st.transport, &names));
    ck_assert_uint_eq(names.count, 0);
    secure_names_release(&names);
    stage_close(&st);
    open_secure(&st);
    ck_assert(transport_peer_names(&st.transport, &names));
    ck_assert_uint_eq(names.count, 0);
    secure_names_release(&names);
    stage_close(&st);
}
END_TEST

UNIT_MAIN("transport", bytes_go_both_ways_on_either_kind, pieces_come_as_one,
          what_is_not_sent_is_for_later, a_good_bye_is_heard_and_said,
          who_shows_no_certificate_has_no_names)
