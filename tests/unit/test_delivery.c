/* SPDX-License-Identifier: MIT */
#include "delivery.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "clock.h"
#include "unit.h"

enum { PATIENCE_S = 60, SMALL = 4096, DAY_S = 86400 };

/* Both ends of a connection over loopback. */
struct line {
    int here, there;
};

static struct line line_open(int room)
{
    struct sockaddr_in addr = {.sin_family = AF_INET};
    socklen_t len = sizeof addr;
    int listening = socket(AF_INET, SOCK_STREAM, 0);
    struct line line = {.there = socket(AF_INET, SOCK_STREAM, 0)};

    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(listening, (struct sockaddr *)&addr, sizeof addr), 0);
    ck_assert_int_eq(listen(listening, 1), 0);
    ck_assert_int_eq(getsockname(listening, (struct sockaddr *)&addr, &len), 0);
    if (room)
        setsockopt(line.there, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    ck_assert_int_eq(connect(line.there, (struct sockaddr *)&addr, sizeof addr), 0);
    line.here = accept(listening, NULL, NULL);
    ck_assert_int_ge(line.here, 0);
    ck_assert_int_eq(fcntl(line.here, F_SETFL, O_NONBLOCK), 0);
    close(listening);
    return line;
}

static void line_close(const struct line *line)
{
    close(line->here);
    close(line->there);
}

/* The other end drops whatever comes, as a machine does that is not there any more. */
static void line_cut(const struct line *line)
{
    struct sock_filter drop[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    const struct sock_fprog program = {.len = 1, .filter = drop};

    ck_assert_int_eq(
        setsockopt(line->there, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program),
        0);
}

/* Sends until there is no more room, for a moment at least. */
static void line_fill(const struct line *line)
{
    static const char bytes[1 << 16];

    while (send(line->here, bytes, sizeof bytes, MSG_NOSIGNAL) > 0)
        ;
    ck_assert_int_eq(errno, EAGAIN);
}

static void line_send(const struct line *line)
{
    ck_assert_int_eq(send(line->here, "x", 1, MSG_NOSIGNAL), 1);
}

/* Looks until it sees that, at a clock that goes a thousand times as fast. */
static void await_state(const struct line *line, int64_t lost_s, int64_t stalled_s,
                        enum delivery_state state)
{
    const int64_t begin_ns = clock_now_ns();
    struct delivery d = {0};
    int64_t passed_ns = 0;

    while (delivery_look(&d, line->here, 0,
                         (uint32_t)(1 + passed_ns * 1000 / NS_PER_TENTH), lost_s,
                         stalled_s) != state) {
        passed_ns = clock_now_ns() - begin_ns;
        ck_assert_int_lt(passed_ns, PATIENCE_S * NS_PER_S);
        sched_yield();
    }
}

START_TEST(what_has_arrived_is_done)
{
    struct line line = line_open(0);

    line_send(&line);
    await_state(&line, 1, 1, DELIVERY_DONE);
    line_close(&line);
}
END_TEST

/* ---- within the machine ---- */

START_TEST(what_a_socket_of_the_machine_has_taken_is_done)
{
    struct delivery d = {0};
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    ck_assert_int_eq(send(fds[0], "x", 1, 0), 1);
    ck_assert_int_eq(delivery_look(&d, fds[0], -1, 1, 1, 1), DELIVERY_DONE);
    ck_assert_int_eq(delivery_look(&d, fds[0], -1, DAY_S * TENTHS_PER_S, 1, 1),
                     DELIVERY_DONE);
    close(fds[0]);
    close(fds[1]);
}
END_TEST

START_TEST(a_full_socket_stalls_unless_something_is_taken)
{
    struct delivery d = {0};
    struct line line;
    char bytes[SMALL];
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
    line = (struct line){fds[0], fds[1]};
    for (uint32_t now = 1; now < 100; now += 10) {
        line_fill(&line);
        ck_assert_int_eq(delivery_look(&d, fds[0], 0, now, 1, 1), DELIVERY_UNDER_WAY);
        ck_assert_int_eq(delivery_look(&d, fds[0], 0, now + TENTHS_PER_S, 1, 1),
                         DELIVERY_UNDER_WAY);
        while (recv(fds[1], bytes, sizeof bytes, 0) > 0)
            ;
        ck_assert_int_eq(delivery_look(&d, fds[0], 0, now + 50, 1, 1), DELIVERY_DONE);
    }
    line_fill(&line);
    ck_assert_int_eq(delivery_look(&d, fds[0], 0, 1000, 1, 1), DELIVERY_UNDER_WAY);
    ck_assert_int_gt(recv(fds[1], bytes, sizeof bytes, 0), 0);
    while (d.since == 1000) { /* a buffer of which enough was read is free */
        ck_assert_int_gt(recv(fds[1], bytes, sizeof bytes, 0), 0);
        ck_assert_int_eq(delivery_look(&d, fds[0], 0, 1009, 1, 1), DELIVERY_UNDER_WAY);
    }
    line_fill(&line); /* as much waits to be read as before, but more has gone */
    ck_assert_int_eq(delivery_look(&d, fds[0], SMALL, 1015, 1, 1), DELIVERY_UNDER_WAY);
    ck_assert_int_eq(delivery_look(&d, fds[0], SMALL, 1025, 1, 1), DELIVERY_UNDER_WAY);
    ck_assert_int_eq(delivery_look(&d, fds[0], SMALL, 1026, 1, 1), DELIVERY_STALLED);
    line_close(&line);
}
END_TEST

/* ---- over TCP ---- */

START_TEST(a_peer_without_room_stalls_when_the_time_is_up_and_not_before)
{
    struct line line = line_open(SMALL);
    struct delivery d = {0};
    const uint32_t begin = 77;

    line_fill(&line);
    ck_assert_int_eq(delivery_look(&d, line.here, 0, begin, 0, 5), DELIVERY_UNDER_WAY);
    while (delivery_look(&d, line.here, 0, begin, 0, 5) == DELIVERY_UNDER_WAY &&
           d.taken < SMALL / 4) /* what it had room for is acknowledged */
        sched_yield();
    ck_assert_int_eq(delivery_look(&d, line.here, 0, begin + 5 * TENTHS_PER_S, 0, 5),
                     DELIVERY_UNDER_WAY);
    ck_assert_int_eq(delivery_look(&d, line.here, 0, begin + 5 * TENTHS_PER_S + 1, 0, 5),
                     DELIVERY_STALLED);
    ck_assert_int_eq(delivery_look(&d, line.here, 0, DAY_S * TENTHS_PER_S, 0, 0),
                     DELIVERY_UNDER_WAY);
    line_close(&line);
}
END_TEST

START_TEST(a_peer_that_takes_something_has_its_time_anew)
{
    struct line line = line_open(SMALL);
    struct delivery d = {0};
    char bytes[SMALL];
    uint32_t before, now = 1;

    line_fill(&line);
    delivery_look(&d, line.here, 0, now, 0, 5);
    before = d.taken;
    while (d.taken == before) {
        recv(line.there, bytes, sizeof bytes, MSG_DONTWAIT);
        now += 1;
        delivery_look(&d, line.here, 0, now, 0, 5);
    }
    ck_assert_uint_eq(d.since, now);
    line_close(&line);
}
END_TEST

START_TEST(a_peer_that_lives_is_not_lost_however_long_it_has_no_room)
{
    struct line line = line_open(SMALL);
    struct pollfd answer = {.fd = line.here, .events = POLLIN};
    struct delivery d = {0};
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    uint32_t now = 1;

    line_fill(&line);
    while (info.tcpi_backoff < 4) { /* several probes, which it answers */
        ck_assert_int_eq(delivery_look(&d, line.here, 0, now, 1, 0), DELIVERY_UNDER_WAY);
        now += TENTHS_PER_S;
        ck_assert_int_eq(poll(&answer, 1, 10), 0); /* it has nothing to say */
        ck_assert_int_eq(getsockopt(line.here, IPPROTO_TCP, TCP_INFO, &info, &len), 0);
    }
    line_close(&line);
}
END_TEST

START_TEST(a_peer_that_does_not_answer_is_lost)
{
    struct line line = line_open(0);

    line_cut(&line);
    line_send(&line);
    await_state(&line, 1, 0, DELIVERY_LOST);
    line_close(&line);
}
END_TEST

START_TEST(a_peer_without_room_that_does_not_answer_is_lost)
{
    struct line line = line_open(SMALL);

    line_fill(&line);
    line_cut(&line);
    await_state(&line, 1, 0, DELIVERY_LOST);
    line_close(&line);
}
END_TEST

START_TEST(without_a_limit_nobody_is_lost)
{
    struct line line = line_open(0);
    struct delivery d = {0};

    line_cut(&line);
    line_send(&line);
    await_state(&line, 1, 0, DELIVERY_LOST);
    ck_assert_int_eq(delivery_look(&d, line.here, 0, 1, 0, 0), DELIVERY_UNDER_WAY);
    ck_assert_int_eq(delivery_look(&d, line.here, 0, DAY_S * TENTHS_PER_S, 0, 0),
                     DELIVERY_UNDER_WAY);
    line_close(&line);
}
END_TEST

UNIT_MAIN("delivery", what_has_arrived_is_done,
          what_a_socket_of_the_machine_has_taken_is_done,
          a_full_socket_stalls_unless_something_is_taken,
          a_peer_without_room_stalls_when_the_time_is_up_and_not_before,
          a_peer_that_takes_something_has_its_time_anew,
          a_peer_that_lives_is_not_lost_however_long_it_has_no_room,
          a_peer_that_does_not_answer_is_lost,
          a_peer_without_room_that_does_not_answer_is_lost,
          without_a_limit_nobody_is_lost)
