/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "conn.h"
#include "vault.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A connection, and its other end. */
struct pair {
    struct conn conn;
    int far;
};

static void pair_open(struct pair *pair)
{
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    ck_assert_int_eq(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
    pair->conn = (struct conn){.fd = -1};
    ck_assert(conn_init(&pair->conn, fds[0]));
    pair->far = fds[1];
}

static void pair_close(struct pair *pair)
{
    conn_release(&pair->conn);
    ck_assert_int_eq(pair->conn.fd, -1);
    if (pair->far >= 0)
        close(pair->far);
}

static void far_says(struct pair *pair, const char *text)
{
    ck_assert_int_eq(write(pair->far, text, strlen(text)), (ssize_t)strlen(text));
}

static void expect_line(struct pair *pair, const char *text)
{
    char *line;
    size_t len;

    ck_assert_int_eq(conn_line(&pair->conn, &line, &len), FRAME_LINE);
    ck_assert_uint_eq(len, strlen(text));
    ck_assert_int_eq(memcmp(line, text, len), 0);
}

static void expect_no_line(struct pair *pair)
{
    char *line;
    size_t len;

    ck_assert_int_eq(conn_line(&pair->conn, &line, &len), FRAME_MORE);
}

START_TEST(lines_arrive_whole_whatever_the_pieces)
{
    struct pair pair;

    pair_open(&pair);
    far_says(&pair, "one\ntw");
    conn_receive(&pair.conn);
    expect_line(&pair, "one");
    expect_no_line(&pair);
    far_says(&pair, "o\nthree\n");
    conn_receive(&pair.conn);
    expect_line(&pair, "two");
    expect_line(&pair, "three");
    expect_no_line(&pair);
    pair_close(&pair);
}
END_TEST

START_TEST(a_line_longer_than_the_room_arrives)
{
    enum { LONG = 300000 };
    struct pair pair;
    char *text = malloc(LONG + 1), *line;
    size_t sent = 0, len;
    ssize_t n;

    ck_assert_ptr_nonnull(text);
    memset(text, 'x', LONG);
    text[LONG] = '\n';
    pair_open(&pair);
    ck_assert_int_eq(fcntl(pair.far, F_SETFL, O_NONBLOCK), 0);
    for (;;) {
        n = write(pair.far, text + sent, LONG + 1 - sent);
        sent += n > 0 ? (size_t)n : 0;
        conn_receive(&pair.conn);
        if (conn_line(&pair.conn, &line, &len) == FRAME_LINE)
            break;
    }
    ck_assert_uint_eq(len, LONG);
    pair_close(&pair);
    free(text);
}
END_TEST

START_TEST(receiving_nothing_changes_nothing)
{
    struct pair pair;

    pair_open(&pair);
    conn_receive(&pair.conn);
    expect_no_line(&pair);
    ck_assert(!pair.conn.down);
    pair_close(&pair);
}
END_TEST

START_TEST(what_is_written_leaves_once)
{
    struct pair pair;
    char room[16];

    pair_open(&pair);
    text_lit(conn_out(&pair.conn), "abc");
    ck_assert_int_eq(conn_events(&pair.conn), POLLIN | POLLOUT);
    conn_send(&pair.conn);
    ck_assert_int_eq(conn_events(&pair.conn), POLLIN);
    text_lit(conn_out(&pair.conn), "def");
    conn_send(&pair.conn);
    conn_send(&pair.conn);
    ck_assert_int_eq(read(pair.far, room, sizeof room), 6);
    ck_assert_int_eq(memcmp(room, "abcdef", 6), 0);
    pair_close(&pair);
}
END_TEST

/* Reads what is there, and checks that it goes on counting. */
static size_t far_counts(struct pair *pair, size_t next)
{
    unsigned char room[8192];
    bool fine = true;
    ssize_t n;

    while ((n = recv(pair->far, room, sizeof room, MSG_DONTWAIT)) > 0)
        for (ssize_t i = 0; i < n; i++)
            fine &= room[i] == next++ % 251;
    ck_assert(fine);
    return next;
}

START_TEST(a_socket_that_is_full_takes_the_rest_later)
{
    enum { TOTAL = 2000000, PIECE = 5000 };
    struct pair pair;
    size_t written = 0, arrived = 0;
    bool was_full = false;

    pair_open(&pair);
    while (arrived < TOTAL) {
        struct text *out = conn_out(&pair.conn);

        for (int i = 0; i < PIECE && written < TOTAL; i++)
            text_add(out, &(char){(char)(unsigned char)(written++ % 251)}, 1);
        conn_send(&pair.conn);
        was_full |= (conn_events(&pair.conn) & POLLOUT) != 0;
        /* Only now and then, so that the socket fills and what is left moves down. */
        if (written % (PIECE * 40) == 0)
            arrived = far_counts(&pair, arrived);
    }
    ck_assert(was_full);
    ck_assert_uint_lt(pair.conn.out.cap, 2 * TOTAL);
    pair_close(&pair);
}
END_TEST

START_TEST(the_end_takes_it_down_behind_what_was_said)
{
    struct pair pair;
    char room[64];

    pair_open(&pair);
    far_says(&pair, "goodbye\nhalf a li");
    close(pair.far);
    pair.far = -1;
    conn_receive(&pair.conn);
    expect_line(&pair, "goodbye");
    expect_no_line(&pair);
    ck_assert(!pair.conn.down);
    conn_receive(&pair.conn);
    ck_assert(pair.conn.down);
    expect_no_line(&pair);
    ck_assert_str_eq(conn_why(&pair.conn, room, sizeof room), "the server closed it");
    pair_close(&pair);
}
END_TEST

START_TEST(a_failure_to_send_lets_the_last_words_arrive)
{
    struct pair pair;
    char room[64];

    pair_open(&pair);
    far_says(&pair, "too many\n");
    close(pair.far);
    pair.far = -1;
    text_lit(conn_out(&pair.conn), "hello");
    conn_send(&pair.conn); /* no SIGPIPE */
    ck_assert_int_eq(pair.conn.error, EPIPE);
    ck_assert(!pair.conn.down);
    conn_receive(&pair.conn);
    expect_line(&pair, "too many");
    expect_no_line(&pair);
    conn_receive(&pair.conn);
    ck_assert(pair.conn.down);
    ck_assert_str_eq(conn_why(&pair.conn, room, sizeof room), "Broken pipe");
    pair_close(&pair);
}
END_TEST

START_TEST(an_end_that_takes_nothing_more_and_says_nothing_is_down)
{
    struct pair pair;

    pair_open(&pair);
    ck_assert_int_eq(shutdown(pair.far, SHUT_RD), 0);
    text_lit(conn_out(&pair.conn), "hello");
    conn_send(&pair.conn);
    conn_receive(&pair.conn);
    ck_assert(pair.conn.down);
    pair_close(&pair);
}
END_TEST

START_TEST(leaving_closes_one_direction_when_all_is_sent)
{
    struct pair pair;
    char room[16];

    pair_open(&pair);
    text_lit(conn_out(&pair.conn), "last");
    conn_leave(&pair.conn);
    ck_assert_int_eq(read(pair.far, room, sizeof room), 4);
    ck_assert_int_eq(read(pair.far, room, sizeof room), 0);
    far_says(&pair, "reply\n");
    conn_receive(&pair.conn);
    expect_line(&pair, "reply");
    expect_no_line(&pair);
    ck_assert(!pair.conn.down);
    pair_close(&pair);
}
END_TEST

START_TEST(a_connection_that_is_none_does_nothing)
{
    struct conn conn = {.fd = -1};
    char *line;
    size_t len;

    conn_send(&conn);
    conn_receive(&conn);
    conn_leave(&conn);
    ck_assert_int_eq(conn_line(&conn, &line, &len), FRAME_MORE);
    conn_release(&conn);
    conn_release(&conn);
}
END_TEST

START_TEST(what_was_sent_can_be_wiped)
{
    struct pair pair;
    char room[16];

    pair_open(&pair);
    conn_wipe(&pair.conn);
    text_lit(conn_out(&pair.conn), "secret");
    conn_wipe(&pair.conn); /* it was not sent yet */
    conn_send(&pair.conn);
    ck_assert_int_eq(read(pair.far, room, sizeof room), 6);
    ck_assert_mem_eq(room, "secret", 6);
    ck_assert_mem_eq(pair.conn.out.bytes, "secret", 6);
    conn_wipe(&pair.conn);
    ck_assert_mem_eq(pair.conn.out.bytes, "\0\0\0\0\0\0", 6);
    pair_close(&pair);
}
END_TEST

START_TEST(a_connection_that_moves_goes_on_where_the_last_one_was)
{
    struct conn to = {.fd = -1, .at = 1000};
    struct pair pair;
    char *line;
    size_t len;

    pair_open(&pair);
    far_says(&pair, "one\ntwo\n");
    ck_assert(conn_receive(&pair.conn));
    expect_line(&pair, "one");
    conn_move(&to, &pair.conn);
    ck_assert_int_eq(pair.conn.fd, -1);
    ck_assert_uint_eq(conn_place(&to), 1000);
    ck_assert_int_eq(conn_line(&to, &line, &len), FRAME_LINE);
    ck_assert_mem_eq(line, "two", len);
    conn_release(&to);
    pair_close(&pair);
}
END_TEST

/* ---- over TLS ---- */

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

UNIT_MAIN("conn", lines_arrive_whole_whatever_the_pieces,
          a_line_longer_than_the_room_arrives, receiving_nothing_changes_nothing,
          what_is_written_leaves_once, a_socket_that_is_full_takes_the_rest_later,
          the_end_takes_it_down_behind_what_was_said,
          a_failure_to_send_lets_the_last_words_arrive,
          an_end_that_takes_nothing_more_and_says_nothing_is_down,
          leaving_closes_one_direction_when_all_is_sent,
          a_connection_that_is_none_does_nothing, what_was_sent_can_be_wiped,
          a_connection_that_moves_goes_on_where_the_last_one_was,
          nothing_is_said_before_hands_are_shaken, a_handshake_that_fails_takes_it_down,
          lines_come_over_tls_and_poll_tells_of_all_of_them,
          what_the_socket_does_not_take_waits, the_end_is_known_with_the_last_words,
          a_failure_to_send_over_tls_lets_the_last_words_arrive,
          who_leaves_still_hears_what_was_on_its_way, an_answer_can_be_waited_for)
