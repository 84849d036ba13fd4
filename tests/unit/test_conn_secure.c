/* SPDX-License-Identifier: MIT */
/* Connections over TLS. */
#include "conn.h"

#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include "unit.h"
#include "vault.h"

/* Takes the library's end of it. */
static void secure_open(struct vault *v, struct conn *conn)
{
    vault_open(v, "DNS:localhost");
    vault_connect(v, (struct tls_settings){.host = "localhost"});
    *conn = (struct conn){.fd = -1};
    ck_assert(conn_init(conn, v->fd));
    conn_secure(conn, v->tls);
    v->tls = NULL;
}

static void secure_shake(struct vault *v, struct conn *conn)
{
    enum conn_step step;

    while ((step = conn_shake(conn)) == CONN_GOES_ON)
        SSL_do_handshake(v->ssl);
    ck_assert_int_eq(step, CONN_DONE);
    SSL_do_handshake(v->ssl);
}

static void secure_begin(struct vault *v, struct conn *conn)
{
    secure_open(v, conn);
    secure_shake(v, conn);
}

static void secure_close(struct vault *v, struct conn *conn)
{
    conn_release(conn);
    vault_close(v);
}

START_TEST(nothing_is_said_before_hands_are_shaken)
{
    struct conn conn;
    struct vault v;
    char got[8];
    size_t len = 0;

    secure_open(&v, &conn);
    text_lit(conn_out(&conn), "early");
    conn_send(&conn);
    ck_assert(!conn_receive(&conn));
    ck_assert_int_eq(recv(v.peer, got, sizeof got, MSG_DONTWAIT), -1);
    ck_assert_int_eq(conn_shake(&conn), CONN_GOES_ON);
    ck_assert_int_eq(conn_events(&conn), POLLIN);
    secure_shake(&v, &conn);
    ck_assert_int_eq(conn_events(&conn), POLLIN | POLLOUT);
    conn_send(&conn);
    ck_assert_int_eq(conn_events(&conn), POLLIN);
    vault_peer_receive(&v, got, sizeof got, &len);
    ck_assert_uint_eq(len, 5);
    ck_assert_mem_eq(got, "early", 5);
    secure_close(&v, &conn);
}
END_TEST

START_TEST(a_handshake_that_fails_takes_it_down)
{
    struct conn conn;
    struct vault v;
    char room[96];

    secure_open(&v, &conn);
    ck_assert_int_eq(conn_shake(&conn), CONN_GOES_ON);
    ck_assert_int_eq(send(v.peer, "HTTP/1.1 400", 12, 0), 12);
    ck_assert_int_eq(conn_shake(&conn), CONN_FAILED);
    ck_assert(conn.down);
    ck_assert_ptr_nonnull(strstr(conn_why(&conn, room, sizeof room), "not speak TLS"));
    conn_send(&conn);
    ck_assert(!conn_receive(&conn));
    secure_close(&v, &conn);
}
END_TEST

START_TEST(lines_come_over_tls_and_poll_tells_of_all_of_them)
{
    static char line[100001];
    struct pollfd p = {.events = POLLIN};
    size_t sent = 0, lines = 0, len;
    struct conn conn;
    struct vault v;
    char *got;

    memset(line, 'x', sizeof line);
    line[sizeof line - 1] = '\n';
    secure_begin(&v, &conn);
    p.fd = conn.fd;
    while (sent < sizeof line || poll(&p, 1, 0) == 1) {
        sent += vault_peer_send(&v, line + sent, sizeof line - sent);
        ck_assert(conn_receive(&conn));
        while (conn_line(&conn, &got, &len) == FRAME_LINE) {
            ck_assert_uint_eq(len, sizeof line - 1);
            lines++;
        }
    }
    ck_assert_uint_eq(lines, 1);
    ck_assert(!conn_receive(&conn));
    ck_assert(!conn.down);
    secure_close(&v, &conn);
}
END_TEST

START_TEST(what_the_socket_does_not_take_waits)
{
    static char bytes[900000], got[sizeof bytes];
    struct conn conn;
    struct vault v;
    size_t len = 0;

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 31 + i / 256);
    secure_begin(&v, &conn);
    text_add(conn_out(&conn), bytes, sizeof bytes);
    conn_send(&conn);
    ck_assert_int_eq(conn_events(&conn), POLLIN | POLLOUT);
    while (len < sizeof got) {
        conn_send(&conn);
        vault_peer_receive(&v, got, sizeof got, &len);
    }
    ck_assert_mem_eq(got, bytes, sizeof bytes);
    ck_assert_int_eq(conn_events(&conn), POLLIN);
    secure_close(&v, &conn);
}
END_TEST

START_TEST(the_end_is_known_with_the_last_words)
{
    struct conn conn;
    struct vault v;
    char room[96], *line;
    size_t len;

    secure_begin(&v, &conn);
    vault_peer_send(&v, "bye\n", 4);
    SSL_shutdown(v.ssl);
    ck_assert(conn_receive(&conn));
    ck_assert(conn.down);
    ck_assert_int_eq(conn_line(&conn, &line, &len), FRAME_LINE);
    ck_assert_str_eq(conn_why(&conn, room, sizeof room), "the server closed it");
    secure_close(&v, &conn);
}
END_TEST

START_TEST(a_failure_to_send_over_tls_lets_the_last_words_arrive)
{
    struct conn conn;
    struct vault v;
    char *line;
    size_t len;

    secure_begin(&v, &conn);
    vault_peer_send(&v, "bye\n", 4);
    shutdown(v.peer, SHUT_RDWR);
    text_lit(conn_out(&conn), "hello");
    conn_send(&conn);
    ck_assert(!conn.down);
    ck_assert(conn_receive(&conn));
    ck_assert_int_eq(conn_line(&conn, &line, &len), FRAME_LINE);
    conn_receive(&conn);
    ck_assert(conn.down);
    secure_close(&v, &conn);
}
END_TEST

START_TEST(who_leaves_still_hears_what_was_on_its_way)
{
    struct conn conn;
    struct vault v;
    char got[8], *line;
    size_t len = 0;

    secure_begin(&v, &conn);
    text_lit(conn_out(&conn), "last");
    conn_leave(&conn);
    conn_leave(&conn);
    vault_peer_receive(&v, got, sizeof got, &len);
    ck_assert_uint_eq(len, 4);
    ck_assert_int_ne(SSL_get_shutdown(v.ssl) & SSL_RECEIVED_SHUTDOWN, 0);
    ck_assert_int_eq(conn_events(&conn), POLLIN);
    vault_peer_send(&v, "reply\n", 6);
    ck_assert(conn_receive(&conn));
    ck_assert_int_eq(conn_line(&conn, &line, &len), FRAME_LINE);
    ck_assert(!conn.down);
    secure_close(&v, &conn);
}
END_TEST

/* As the only thread of a program does: the socket blocks. */
START_TEST(an_answer_can_be_waited_for)
{
    struct conn conn;
    struct vault v;
    char *line;
    size_t len;
    pid_t pid;

    secure_begin(&v, &conn);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0)
        _exit(vault_peer_send(&v, "late\n", 5) == 5 ? 0 : 1);
    conn_await(&conn);
    ck_assert(conn_receive(&conn));
    ck_assert_int_eq(conn_line(&conn, &line, &len), FRAME_LINE);
    ck_assert_int_eq(waitpid(pid, NULL, 0), pid);
    secure_close(&v, &conn);
}
END_TEST

UNIT_MAIN("conn_secure", nothing_is_said_before_hands_are_shaken,
          a_handshake_that_fails_takes_it_down,
          lines_come_over_tls_and_poll_tells_of_all_of_them,
          what_the_socket_does_not_take_waits, the_end_is_known_with_the_last_words,
          a_failure_to_send_over_tls_lets_the_last_words_arrive,
          who_leaves_still_hears_what_was_on_its_way, an_answer_can_be_waited_for)
