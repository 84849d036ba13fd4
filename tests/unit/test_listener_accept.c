/* SPDX-License-Identifier: MIT */
/* Who is let in, how, and what is said where nobody can be. */
#include "listener.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include "door.h"
#include "said.h"
#include "unit.h"

START_TEST(who_comes_has_an_address)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};
    struct sockaddr_in in;
    socklen_t len = sizeof in;
    int fd = connect_to(listener_uri(l));
    char text[ADDRESS_TEXT_MAX], expected[ADDRESS_TEXT_MAX];

    ck_assert(listener_start(l, door.base, on_accepted, &door));
    let_in(&door, 1);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    snprintf(expected, sizeof expected, "127.0.0.1:%d", ntohs(in.sin_port));
    address_format(&door.from[0], text);
    ck_assert_str_eq(text, expected);
    ck_assert_int_eq(door.proxies, 0);
    close(door.fds[0]);
    close(fd);
    listener_free(l);
    event_base_free(door.base);
}
END_TEST

START_TEST(who_comes_from_a_range_of_proxies_is_one)
{
    static const struct {
        const char *range;
        int proxies;
    } rows[] = {{"127.0.0.0/8", 1}, {"10.0.0.0/8", 0}, {"::/0", 0}, {"unix", 0}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct address_range ranges[2];
        const struct config_listen how = {.mode = -1, .proxy = {ranges, 2}};
        struct uri uri = uri_of("tcp://127.0.0.1:0");
        struct listener *l = listener_open(&uri, &how);
        struct door door = {.base = event_base_new()};
        int fd = connect_to(listener_uri(l));

        ck_assert_ptr_null(address_range_parse("192.0.2.1", &ranges[0]));
        ck_assert_ptr_null(address_range_parse(rows[i].range, &ranges[1]));
        ck_assert(listener_start(l, door.base, on_accepted, &door));
        let_in(&door, 1);
        ck_assert_int_eq(door.proxies, rows[i].proxies);
        close(door.fds[0]);
        close(fd);
        listener_free(l);
        event_base_free(door.base);
    }
}
END_TEST

START_TEST(connections_are_handed_over_ready_for_use)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};
    int clients[3], on = 0;
    socklen_t len = sizeof on;

    ck_assert(listener_start(l, door.base, on_accepted, &door));
    for (int i = 0; i < 3; i++)
        clients[i] = connect_to(listener_uri(l));
    let_in(&door, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_ne(fcntl(door.fds[i], F_GETFL) & O_NONBLOCK, 0);
        ck_assert_int_ne(fcntl(door.fds[i], F_GETFD) & FD_CLOEXEC, 0);
        ck_assert_int_eq(getsockopt(door.fds[i], IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
        ck_assert_int_ne(on, 0);
        close(door.fds[i]);
        close(clients[i]);
    }
    listener_free(l);
    event_base_free(door.base);
}
END_TEST

START_TEST(nobody_is_accepted_before_the_start)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};
    int fd = connect_to(listener_uri(l)); /* waits in the backlog */

    ck_assert_int_ge(fd, 0);
    event_base_loop(door.base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(door.count, 0);
    ck_assert(listener_start(l, door.base, on_accepted, &door));
    let_in(&door, 1);
    close(door.fds[0]);
    close(fd);
    listener_free(l);
    event_base_free(door.base);
}
END_TEST

static int option_of(int fd, int level, int option)
{
    int value = -1;
    socklen_t len = sizeof value;

    ck_assert_int_eq(getsockopt(fd, level, option, &value, &len), 0);
    return value;
}

START_TEST(clients_over_tcp_are_asked_whether_they_are_there)
{
    static const struct {
        int64_t keepalive_s;
        bool on;
        int idle_s, interval_s;
    } rows[] = {
        {60, true, 30, 10},         {1, true, 1, 1},    {2, true, 1, 1},
        {32767, true, 16383, 5461}, {0, false, -1, -1},
    };
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};

    ck_assert(listener_start(l, door.base, on_accepted, &door));
    for (int i = 0; i < (int)(sizeof rows / sizeof *rows); i++) {
        int client, fd;

        listener_keep_alive(l, rows[i].keepalive_s);
        client = connect_to(listener_uri(l));
        let_in(&door, 1);
        fd = door.fds[--door.count];
        ck_assert_int_eq(option_of(fd, SOL_SOCKET, SO_KEEPALIVE), rows[i].on);
        if (rows[i].on) {
            ck_assert_int_eq(option_of(fd, IPPROTO_TCP, TCP_KEEPIDLE), rows[i].idle_s);
            ck_assert_int_eq(option_of(fd, IPPROTO_TCP, TCP_KEEPINTVL),
                             rows[i].interval_s);
            ck_assert_int_eq(option_of(fd, IPPROTO_TCP, TCP_KEEPCNT), 3);
        }
        close(client);
        close(fd);
    }
    listener_free(l);
    event_base_free(door.base);
}
END_TEST

/* ---- errors ---- */

/* Lowers how many descriptors there may be to those that are in use. */
static struct rlimit no_more_descriptors(void)
{
    struct rlimit before, now;
    int next = dup(0);

    close(next);
    getrlimit(RLIMIT_NOFILE, &before);
    now = before;
    now.rlim_cur = (rlim_t)next;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &now), 0);
    return before;
}

START_TEST(without_descriptors_it_pauses_says_so_once_and_goes_on)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};
    int fd = connect_to(listener_uri(l));
    struct rlimit before;
    struct said said;
    char *text;

    ck_assert(listener_start(l, door.base, on_accepted, &door));
    said_begin(&said, STDERR_FILENO);
    before = no_more_descriptors();
    for (int i = 0; i < 6; i++) /* it fails, pauses, tries again, … */
        event_base_loop(door.base, EVLOOP_ONCE);
    setrlimit(RLIMIT_NOFILE, &before);
    text = said_end(&said);
    ck_assert_int_eq(door.count, 0);
    ck_assert_ptr_nonnull(strstr(text, "warning: cannot accept on tcp://127.0.0.1:"));
    ck_assert_ptr_nonnull(strstr(text, "Too many open files"));
    ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
    let_in(&door, 1);
    close(door.fds[0]);
    close(fd);
    free(text);
    listener_free(l);
    event_base_free(door.base);
}
END_TEST

/* What accept is to fail with, and how often yet. */
static int accept_error, accept_errors, accept_calls;
static bool every_other; /* of the calls is to fail, the first one too */

/* Stands in front of that of libc. */
int accept4(int fd, __SOCKADDR_ARG addr, socklen_t *len, int flags)
{
    if (every_other ? accept_calls++ % 2 == 0 : accept_errors > 0) {
        accept_errors--;
        errno = accept_error;
        return -1;
    }
    return (int)syscall(SYS_accept4, fd, addr.__sockaddr__, len, flags);
}

/* What the log says while one client comes and accept fails so often before; freed. */
static char *log_of_errors(int error, int count)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};
    int fd = connect_to(listener_uri(l));
    struct said said;
    char *text;

    ck_assert(listener_start(l, door.base, on_accepted, &door));
    said_begin(&said, STDERR_FILENO);
    accept_error = error;
    accept_errors = count;
    let_in(&door, 1);
    ck_assert_int_eq(accept_errors, 0);
    event_base_loop(door.base, EVLOOP_NONBLOCK); /* nobody waits any more */
    text = said_end(&said);
    close(door.fds[0]);
    close(fd);
    listener_free(l);
    event_base_free(door.base);
    return text;
}

START_TEST(whatever_it_wants_it_says_so_once_and_when_that_is_over)
{
    static const int errors[] = {EMFILE, ENFILE, ENOMEM, ENOBUFS};

    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        char *text = log_of_errors(errors[i], 3), *again = strchr(text, '\n');

        ck_assert_ptr_nonnull(again);
        ck_assert_ptr_nonnull(strstr(text, "warning: cannot accept on tcp://127.0.0.1:"));
        ck_assert_ptr_nonnull(strstr(text, strerror(errors[i])));
        ck_assert_ptr_nonnull(strstr(again, "notice: accepting on tcp://127.0.0.1:"));
        ck_assert_ptr_eq(strchr(again + 1, '\n'), text + strlen(text) - 1);
        free(text);
    }
}
END_TEST

START_TEST(errors_of_a_connection_are_passed_over)
{
    static const int errors[] = {EINTR, ECONNABORTED, EPERM, EPROTO, ENETDOWN};

    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        char *text = log_of_errors(errors[i], 3);

        ck_assert_str_eq(text, "");
        free(text);
    }
}
END_TEST

/* As long as somebody comes whenever there is a descriptor, it is not over. */
START_TEST(who_gets_in_now_and_then_does_not_make_it_talk)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};
    int fds[2];
    struct said said;
    char *text;

    for (int i = 0; i < 2; i++)
        fds[i] = connect_to(listener_uri(l));
    accept_error = EMFILE;
    every_other = true;
    ck_assert(listener_start(l, door.base, on_accepted, &door));
    said_begin(&said, STDERR_FILENO);
    let_in(&door, 2);
    text = said_end(&said);
    ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
    free(text);
    every_other = false;
    for (int i = 0; i < 2; i++) {
        close(door.fds[i]);
        close(fds[i]);
    }
    listener_free(l);
    event_base_free(door.base);
}
END_TEST

START_TEST(a_paused_listener_may_be_freed)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};
    int fd = connect_to(listener_uri(l));
    struct rlimit before;
    struct said said;

    ck_assert(listener_start(l, door.base, on_accepted, &door));
    said_begin(&said, STDERR_FILENO);
    before = no_more_descriptors();
    event_base_loop(door.base, EVLOOP_ONCE);
    setrlimit(RLIMIT_NOFILE, &before);
    free(said_end(&said));
    listener_free(l);
    event_base_loop(door.base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(door.count, 0);
    close(fd);
    event_base_free(door.base);
}
END_TEST

UNIT_MAIN("listener_accept", who_comes_has_an_address,
          who_comes_from_a_range_of_proxies_is_one,
          connections_are_handed_over_ready_for_use, nobody_is_accepted_before_the_start,
          clients_over_tcp_are_asked_whether_they_are_there,
          without_descriptors_it_pauses_says_so_once_and_goes_on,
          whatever_it_wants_it_says_so_once_and_when_that_is_over,
          errors_of_a_connection_are_passed_over,
          who_gets_in_now_and_then_does_not_make_it_talk, a_paused_listener_may_be_freed)
