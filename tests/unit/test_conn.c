/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "conn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
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

UNIT_MAIN("conn", lines_arrive_whole_whatever_the_pieces,
          a_line_longer_than_the_room_arrives, receiving_nothing_changes_nothing,
          what_is_written_leaves_once, a_socket_that_is_full_takes_the_rest_later,
          the_end_takes_it_down_behind_what_was_said,
          a_failure_to_send_lets_the_last_words_arrive,
          an_end_that_takes_nothing_more_and_says_nothing_is_down,
          leaving_closes_one_direction_when_all_is_sent,
          a_connection_that_is_none_does_nothing, what_was_sent_can_be_wiped,
          a_connection_that_moves_goes_on_where_the_last_one_was)
