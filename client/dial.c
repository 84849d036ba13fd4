/* SPDX-License-Identifier: MIT */
#include "dial.h"
#include "deadline.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* Requests are small and wait for their replies; and a take that waits for ever must
 * learn one day that the machine at the other end has gone. */
static void tune_tcp(int fd)
{
    static const struct {
        int level, name, value;
    } options[] = {
        {IPPROTO_TCP, TCP_NODELAY, 1},   {SOL_SOCKET, SO_KEEPALIVE, 1},
        {IPPROTO_TCP, TCP_KEEPIDLE, 30}, {IPPROTO_TCP, TCP_KEEPINTVL, 10},
        {IPPROTO_TCP, TCP_KEEPCNT, 3},
    };

    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        setsockopt(fd, options[i].level, options[i].name, &options[i].value,
                   sizeof options[i].value);
}

static int open_socket(const struct place *place, int flags)
{
    const int family = place->address.ss_family;
    const int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

    if (fd >= 0 && family != AF_UNIX)
        tune_tcp(fd);
    return fd;
}

static int try_connect(int fd, const struct place *place)
{
    const struct sockaddr *address = (const void *)&place->address;

    return connect(fd, address, place->len) ? errno : 0;
}

int dial_begin(const struct place *place, int *ret_fd)
{
    const int fd = open_socket(place, SOCK_NONBLOCK);
    int error;

    if (fd < 0)
        return errno;
    error = try_connect(fd, place);
    if (error == EINTR) /* it goes on all the same */
        error = EINPROGRESS;
    if (error && error != EINPROGRESS)
        close(fd);
    else
        *ret_fd = fd;
    return error;
}

int dial_end(int fd)
{
    int error = 0;
    socklen_t len = sizeof error;

    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) ? errno : error;
}

/* Waits for a connect(2) under way; 0 or the errno of its failure. */
static int await_connect(int fd, int64_t deadline_ns)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    int n;

    do
        n = poll(&p, 1, deadline_poll_ms(deadline_ns));
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno;
    return n == 0 ? ETIMEDOUT : dial_end(fd);
}

/* 0 and a connected socket, or an errno. */
static int try_tcp(const struct place *place, int64_t deadline_ns, int *ret_fd)
{
    int fd = -1, error = dial_begin(place, &fd);

    if (error == EINPROGRESS) {
        error = await_connect(fd, deadline_ns);
        if (error)
            close(fd);
    }
    if (!error)
        *ret_fd = fd;
    return error;
}

/*
 * A Unix socket whose server is slow to accept turns a connect away that would block, and
 * poll(2) knows nothing of it. So it blocks, for as long as the socket is told.
 */
static int connect_unix(int fd, const struct place *place, int64_t deadline_ns)
{
    const int ms = deadline_poll_ms(deadline_ns);
    const struct timeval left = {ms / 1000, ms % 1000 * 1000 + (ms == 0)};
    int error;

    if (ms >= 0 && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &left, sizeof left))
        return errno;
    do
        error = try_connect(fd, place);
    while (error == EINTR);
    if (error)
        return error == EAGAIN ? ETIMEDOUT : error;
    return fcntl(fd, F_SETFL, O_NONBLOCK) ? errno : 0;
}

static int try_unix(const struct place *place, int64_t deadline_ns, int *ret_fd)
{
    const int fd = open_socket(place, 0);
    int error;

    if (fd < 0)
        return errno;
    error = connect_unix(fd, place, deadline_ns);
    if (error)
        close(fd);
    else
        *ret_fd = fd;
    return error;
}

static int try_place(const struct place *place, int64_t deadline_ns, int *ret_fd)
{
    return place->address.ss_family == AF_UNIX ? try_unix(place, deadline_ns, ret_fd)
                                               : try_tcp(place, deadline_ns, ret_fd);
}

enum chan_status dial(const struct places *places, int64_t deadline_ns, struct text *why,
                      int *ret_fd)
{
    int error = EADDRNOTAVAIL;
    const char *text;
    char room[128];

    for (size_t i = 0; i < places->count && error; i++)
        error = try_place(&places->list[i], deadline_ns, ret_fd);
    if (!error)
        return CHAN_OK;
    text = strerror_r(error, room, sizeof room);
    text_add(why, text, strlen(text));
    return CHAN_UNREACHABLE;
}
