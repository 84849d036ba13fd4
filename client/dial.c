/* SPDX-License-Identifier: MIT */
#include "dial.h"
#include "deadline.h"
#include "uri.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

static void add_errno(struct text *why, int error)
{
    char room[128];
    const char *text = strerror_r(error, room, sizeof room);

    text_add(why, text, strlen(text));
}

/* Waits for a connect(2) under way; 0 or the errno of its failure. */
static int await_connect(int fd, int64_t deadline_ns)
{
    struct pollfd p = {.fd = fd, .events = POLLOUT};
    int error = 0, n;
    socklen_t len = sizeof error;

    do
        n = poll(&p, 1, deadline_poll_ms(deadline_ns));
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return errno;
    if (n == 0)
        return ETIMEDOUT;
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) ? errno : error;
}

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

/* 0 and a connected socket, or an errno. */
static int try_address(const struct sockaddr *address, socklen_t len, int64_t deadline_ns,
                       int *ret_fd)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error = 0;

    if (fd < 0)
        return errno;
    if (connect(fd, address, len))
        error = errno == EINPROGRESS || errno == EINTR ? await_connect(fd, deadline_ns)
                                                       : errno;
    if (error) {
        close(fd);
        return error;
    }
    *ret_fd = fd;
    return 0;
}

/*
 * A Unix socket whose server is slow to accept turns a connect away that would block, and
 * poll(2) knows nothing of it. So it blocks, for as long as the socket is told.
 */
static int connect_unix(int fd, const struct sockaddr_un *address, int64_t deadline_ns)
{
    const int ms = deadline_poll_ms(deadline_ns);
    const struct timeval left = {ms / 1000, ms % 1000 * 1000 + (ms == 0)};
    int result;

    if (ms >= 0 && setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &left, sizeof left))
        return errno;
    do
        result = connect(fd, (const struct sockaddr *)address, sizeof *address);
    while (result && errno == EINTR);
    if (result)
        return errno == EAGAIN ? ETIMEDOUT : errno;
    return fcntl(fd, F_SETFL, O_NONBLOCK) ? errno : 0;
}

static int try_unix(const char *path, int64_t deadline_ns, int *ret_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int error;

    if (fd < 0)
        return errno;
    strcpy(address.sun_path, path);
    error = connect_unix(fd, &address, deadline_ns);
    if (error)
        close(fd);
    else
        *ret_fd = fd;
    return error;
}

static int try_all(const struct addrinfo *list, int64_t deadline_ns, int *ret_fd)
{
    int error = EADDRNOTAVAIL;

    for (const struct addrinfo *a = list; a && error; a = a->ai_next)
        error = try_address(a->ai_addr, a->ai_addrlen, deadline_ns, ret_fd);
    if (!error)
        tune_tcp(*ret_fd);
    return error;
}

static enum chan_status dial_tcp(const struct uri *uri, int64_t deadline_ns,
                                 struct text *why, int *ret_fd)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICSERV};
    struct addrinfo *list = NULL;
    char port[8];
    int error;

    snprintf(port, sizeof port, "%d", uri->port);
    error = getaddrinfo(uri->host, port, &hints, &list);
    if (error == EAI_MEMORY)
        return CHAN_NO_MEMORY;
    if (error == EAI_SYSTEM)
        add_errno(why, errno);
    else if (error)
        text_add(why, gai_strerror(error), strlen(gai_strerror(error)));
    if (error)
        return CHAN_UNREACHABLE;
    error = try_all(list, deadline_ns, ret_fd);
    freeaddrinfo(list);
    if (error)
        add_errno(why, error);
    return error ? CHAN_UNREACHABLE : CHAN_OK;
}

enum chan_status dial(const char *uri_text, int64_t deadline_ns, struct text *why,
                      int *ret_fd)
{
    struct uri uri;
    const char *wrong = uri_parse(uri_text, &uri);
    int error;

    if (wrong) {
        text_add(why, wrong, strlen(wrong));
        return CHAN_INVALID;
    }
    if (uri.scheme == URI_TCP)
        return dial_tcp(&uri, deadline_ns, why, ret_fd);
    error = try_unix(uri.path, deadline_ns, ret_fd);
    if (error)
        add_errno(why, error);
    return error ? CHAN_UNREACHABLE : CHAN_OK;
}
