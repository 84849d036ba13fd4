/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "dial.h"
#include "deadline.h"
#include "fake.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/un.h>

static enum chan_status try(const char *uri, int64_t timeout_ms, struct text *why,
                            int *fd)
{
    struct places places = {0};
    enum chan_status status;

    text_clear(why);
    status = places_find(uri, why, &places);
    if (status == CHAN_OK)
        status = dial(&places, deadline_after_ms(timeout_ms), why, fd);
    places_release(&places);
    text_lit(why, "\0");
    return status;
}

static void expect_connected(const char *uri)
{
    struct text why = {0};
    int fd = -1;

    ck_assert_msg(try(uri, 10000, &why, &fd) == CHAN_OK, "%s: %s", uri, why.bytes);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    close(fd);
    text_release(&why);
}

static void expect_failure(const char *uri, enum chan_status status, const char *reason)
{
    struct text why = {0};
    int fd = -5;

    ck_assert_int_eq(try(uri, 2000, &why, &fd), status);
    ck_assert_int_eq(fd, -5);
    ck_assert_msg(strstr(why.bytes, reason), "%s: %s", uri, why.bytes);
    text_release(&why);
}

START_TEST(tcp_connects_by_address_and_by_name)
{
    char uri[64], name[64];
    int listener = fake_listen(uri);

    expect_connected(uri);
    /* localhost may be ::1 first, where nobody listens: the next address is tried. */
    snprintf(name, sizeof name, "tcp://localhost:%s", strrchr(uri, ':') + 1);
    expect_connected(name);
    close(listener);
}
END_TEST

START_TEST(tcp_sockets_send_at_once_and_notice_a_dead_peer)
{
    char uri[64];
    int listener = fake_listen(uri), fd = -1, on;
    socklen_t len = sizeof on;
    struct text why = {0};

    ck_assert_int_eq(try(uri, 10000, &why, &fd), CHAN_OK);
    ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
    ck_assert_int_ne(on, 0);
    ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &len), 0);
    ck_assert_int_ne(on, 0);
    close(fd);
    close(listener);
    text_release(&why);
}
END_TEST

START_TEST(ipv6_connects_in_brackets)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6,
                                   .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    socklen_t len = sizeof address;
    char uri[64];
    int fd = socket(AF_INET6, SOCK_STREAM, 0);

    if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0) {
        ck_assert_int_eq(listen(fd, 4), 0);
        ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, &len), 0);
        snprintf(uri, sizeof uri, "tcp://[::1]:%d", ntohs(address.sin6_port));
        expect_connected(uri);
    } else {
        /* A machine without IPv6 says so, and takes the text for an address. */
        expect_failure("tcp://[::1]:9", CHAN_UNREACHABLE, "");
    }
    if (fd >= 0)
        close(fd);
}
END_TEST

/* A folder for one socket; the path stands in room. */
static int unix_listener(char room[64], int backlog)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    strcpy(room, "/tmp/chan-dial-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(room));
    strcat(room, "/s");
    strcpy(address.sun_path, room);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    ck_assert_int_eq(listen(fd, backlog), 0);
    return fd;
}

static void unix_remove(char room[64])
{
    unlink(room);
    *strrchr(room, '/') = '\0';
    rmdir(room);
}

START_TEST(unix_sockets_connect_by_path)
{
    char path[64], uri[80];
    int listener = unix_listener(path, 4);

    snprintf(uri, sizeof uri, "unix://%s", path);
    expect_connected(uri);
    close(listener);
    expect_failure(uri, CHAN_UNREACHABLE, "Connection refused");
    unix_remove(path);
    expect_failure(uri, CHAN_UNREACHABLE, "No such file or directory");
}
END_TEST

START_TEST(a_server_that_accepts_nobody_is_given_up_in_time)
{
    char path[64], uri[80];
    int listener = unix_listener(path, 0), fds[8];
    struct text why = {0};
    enum chan_status status = CHAN_OK;
    int connected = 0;

    snprintf(uri, sizeof uri, "unix://%s", path);
    while (connected < 8 && status == CHAN_OK) {
        status = try(uri, 50, &why, &fds[connected]);
        connected += status == CHAN_OK;
    }
    ck_assert_int_eq(status, CHAN_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(why.bytes, "timed out"));
    while (connected > 0)
        close(fds[--connected]);
    close(listener);
    unix_remove(path);
    text_release(&why);
}
END_TEST

START_TEST(a_port_where_nobody_listens_refuses)
{
    char uri[64];

    close(fake_listen(uri));
    expect_failure(uri, CHAN_UNREACHABLE, "Connection refused");
}
END_TEST

START_TEST(a_name_that_nobody_knows_says_so)
{
    struct text why = {0};
    int fd = -5;

    ck_assert_int_eq(try("tcp://no-such-host.invalid:1", 2000, &why, &fd),
                     CHAN_UNREACHABLE);
    ck_assert_uint_gt(why.len, 5);
    ck_assert_int_eq(fd, -5);
    text_release(&why);
}
END_TEST

START_TEST(what_is_no_uri_is_invalid)
{
    static const char *const uris[] = {
        "", "nonsense", "tcp://", "http://a:1", "tcp://a:70000", "unix://relative",
    };

    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++)
        expect_failure(uris[i], CHAN_INVALID, "");
}
END_TEST

UNIT_MAIN("dial", tcp_connects_by_address_and_by_name,
          tcp_sockets_send_at_once_and_notice_a_dead_peer, ipv6_connects_in_brackets,
          unix_sockets_connect_by_path, a_server_that_accepts_nobody_is_given_up_in_time,
          a_port_where_nobody_listens_refuses, a_name_that_nobody_knows_says_so,
          what_is_no_uri_is_invalid)
