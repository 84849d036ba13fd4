/* SPDX-License-Identifier: MIT */
#include "secure.h"

#include <errno.h>
#include "tunnel.h"
#include "unit.h"

enum { ROOM = 64 * 1024, LONG = 300 * 1024 };

static char *pattern(size_t len)
{
    char *bytes = malloc(len);

    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    return bytes;
}

/* Appends what the link has, in pieces of at most so much room. */
static void link_read(struct tunnel *t, char *out, size_t *len, size_t room)
{
    char *piece = malloc(room);
    ssize_t n;

    while ((n = secure_receive(t->link, piece, room)) > 0) {
        memcpy(out + *len, piece, (size_t)n);
        *len += (size_t)n;
    }
    ck_assert_int_eq(n, -1);
    ck_assert_int_eq(errno, EAGAIN);
    free(piece);
}

START_TEST(what_is_sent_is_what_comes)
{
    char *bytes = pattern(LONG), *got = malloc(LONG);
    size_t sent = 0, len = 0;
    struct tunnel t;

    tunnel_begin(&t);
    while (len < LONG) {
        sent += ciphered_send(&t.client, bytes + sent, LONG - sent);
        link_read(&t, got, &len, 2 * SECURE_RECORD + len % 1000);
    }
    ck_assert_mem_eq(got, bytes, LONG);
    sent = len = 0;
    memset(got, 0, LONG);
    while (len < LONG) {
        ssize_t n = sent < LONG ? secure_send(t.link, bytes + sent, LONG - sent) : 0;

        if (n > 0)
            sent += (size_t)n;
        else if (n < 0)
            ck_assert_int_eq(errno, EAGAIN);
        ciphered_receive(&t.client, got, LONG, &len);
    }
    ck_assert_mem_eq(got, bytes, LONG);
    free(bytes);
    free(got);
    tunnel_close(&t);
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
    struct tunnel t;

    for (size_t piece = 1; piece < 20000; piece = piece * 3 + 1) {
        int relay[2];
        size_t len = 0;
        ssize_t all;

        tunnel_begin(&t);
        ck_assert_uint_eq(ciphered_send(&t.client, bytes, 3 * RECORD), 3 * RECORD);
        all = recv(t.fd, wire, CIPHERED, 0);
        for (ssize_t n; (n = recv(t.fd, wire + all, (size_t)(CIPHERED - all), 0)) > 0;)
            all += n;
        ciphered_pair(relay); /* in the place of what the link reads from */
        ck_assert_int_eq(dup2(relay[1], t.fd), t.fd);
        for (size_t at = 0; at < (size_t)all; at += piece) {
            size_t n = (size_t)all - at < piece ? (size_t)all - at : piece;

            ck_assert_int_eq(send(relay[0], wire + at, n, 0), (ssize_t)n);
            link_read(&t, got, &len, 2 * SECURE_RECORD);
        }
        ck_assert_uint_eq(len, 3 * RECORD);
        ck_assert_mem_eq(got, bytes, len);
        close(relay[0]);
        close(relay[1]);
        tunnel_close(&t);
    }
    free(bytes);
    free(wire);
    free(got);
}
END_TEST

START_TEST(after_a_good_bye_there_is_nothing_more)
{
    char got[ROOM];
    struct tunnel t;

    tunnel_begin(&t);
    ck_assert_uint_eq(ciphered_send(&t.client, "last", 4), 4);
    SSL_shutdown(t.client.ssl);
    ck_assert(!secure_is_over(t.link));
    ck_assert_int_eq(secure_receive(t.link, got, sizeof got), 4);
    ck_assert_mem_eq(got, "last", 4);
    ck_assert(secure_is_over(t.link));
    ck_assert_int_eq(secure_receive(t.link, got, sizeof got), 0);
    ck_assert_int_eq(secure_send(t.link, "bye", 3), 3); /* the other way still goes */
    tunnel_close(&t);
}
END_TEST

START_TEST(we_say_good_bye_too)
{
    char got[100];
    size_t len = 0;
    struct tunnel t;

    tunnel_begin(&t);
    ck_assert_int_eq(secure_send(t.link, "last", 4), 4);
    secure_link_end(t.link);
    ck_assert(ciphered_receive(&t.client, got, sizeof got, &len));
    ck_assert_uint_eq(len, 4);
    tunnel_close(&t);
}
END_TEST

START_TEST(a_connection_that_breaks_off_has_ended)
{
    char got[ROOM];
    struct tunnel t;

    tunnel_begin(&t);
    shutdown(t.client.fd, SHUT_WR);
    ck_assert_int_eq(secure_receive(t.link, got, sizeof got), 0);
    tunnel_close(&t);
}
END_TEST

START_TEST(bytes_that_were_changed_on_their_way_break_the_link)
{
    char got[ROOM], wire[1000];
    struct tunnel t;
    ssize_t n;

    tunnel_begin(&t);
    ck_assert_uint_eq(ciphered_send(&t.client, "genuine", 7), 7);
    n = recv(t.fd, wire, sizeof wire, 0);
    ck_assert_int_gt(n, 7);
    wire[n - 1] ^= 1;
    ck_assert_int_eq(send(t.client.fd, wire, (size_t)n, 0), n);
    ck_assert_int_eq(secure_receive(t.link, got, sizeof got), -1);
    ck_assert_int_eq(errno, EPROTO);
    ck_assert_int_eq(secure_receive(t.link, got, sizeof got), -1);
    ck_assert_int_eq(secure_send(t.link, "x", 1), -1);
    secure_link_end(t.link); /* says nothing more */
    tunnel_close(&t);
}
END_TEST

START_TEST(what_the_socket_does_not_take_goes_when_it_does)
{
    char *bytes = pattern(LONG), *got = malloc(2 * LONG);
    size_t sent = 0, len = 0;
    struct tunnel t;
    ssize_t n;

    tunnel_begin(&t);
    while ((n = secure_send(t.link, bytes + sent % LONG, LONG - sent % LONG)) > 0)
        sent += (size_t)n;
    ck_assert_int_eq(errno, EAGAIN);
    ck_assert_int_eq(secure_send(t.link, bytes + sent % LONG, LONG - sent % LONG), -1);
    ck_assert_int_eq(errno, EAGAIN);
    ciphered_receive(&t.client, got, 2 * LONG, &len);
    n = secure_send(t.link, bytes + sent % LONG, LONG - sent % LONG);
    ck_assert_int_gt(n, 0);
    sent += (size_t)n;
    ciphered_receive(&t.client, got, 2 * LONG, &len);
    ck_assert_uint_eq(len, sent);
    for (size_t i = 0; i < len; i++)
        ck_assert_int_eq(got[i], bytes[i % LONG]);
    free(bytes);
    free(got);
    tunnel_close(&t);
}
END_TEST

START_TEST(a_change_of_keys_is_no_end)
{
    char got[ROOM];
    size_t len = 0;
    struct tunnel t;

    tunnel_begin(&t);
    ck_assert_int_eq(SSL_key_update(t.client.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
    ck_assert_uint_eq(ciphered_send(&t.client, "new keys", 8), 8);
    link_read(&t, got, &len, sizeof got);
    ck_assert_uint_eq(len, 8);
    ck_assert_int_eq(secure_send(t.link, "ours, too", 9), 9);
    len = 0;
    ciphered_receive(&t.client, got, sizeof got, &len);
    ck_assert_uint_eq(len, 9);
    tunnel_close(&t);
}
END_TEST

START_TEST(a_link_keeps_its_keys)
{
    char got[100];
    size_t len = 0;
    struct tunnel t;

    tunnel_begin(&t);
    secure_drop(t.keys); /* a reload has brought others */
    t.keys = NULL;
    ck_assert_int_eq(secure_send(t.link, "still here", 10), 10);
    ciphered_receive(&t.client, got, sizeof got, &len);
    ck_assert_uint_eq(len, 10);
    tunnel_close(&t);
}
END_TEST

UNIT_MAIN("secure", what_is_sent_is_what_comes, records_may_come_in_any_pieces,
          after_a_good_bye_there_is_nothing_more, we_say_good_bye_too,
          a_connection_that_breaks_off_has_ended,
          bytes_that_were_changed_on_their_way_break_the_link,
          what_the_socket_does_not_take_goes_when_it_does, a_change_of_keys_is_no_end,
          a_link_keeps_its_keys)
