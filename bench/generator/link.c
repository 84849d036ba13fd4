/* SPDX-License-Identifier: MIT */
#include "link.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "clock.h"
#include "die.h"
#include "process.h"

enum { RETRY_MS = 2, PATIENCE_MS = 10000 };

/* ---- connecting ---- */

struct address {
    struct sockaddr_storage at;
    socklen_t len;
};

static struct address resolve_unix(const struct uri *server)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    struct address address = {.len = sizeof at};

    memcpy(at.sun_path, server->path, sizeof at.sun_path);
    memcpy(&address.at, &at, sizeof at);
    return address;
}

static struct address resolve_tcp(const struct uri *server)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                                   .ai_flags = AI_NUMERICSERV};
    struct address address;
    struct addrinfo *found;
    char port[8];
    int error;

    snprintf(port, sizeof port, "%d", server->port);
    error = getaddrinfo(server->host, port, &hints, &found);
    if (error)
        die("%s: %s", server->host, gai_strerror(error));
    address.len = found->ai_addrlen;
    memcpy(&address.at, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return address;
}

/* A connected socket, or -1 with errno. */
static int dial(const struct address *address)
{
    int fd = socket(address->at.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), failure;

    if (fd < 0)
        die("no socket: %s", strerror(errno));
    if (connect(fd, (const struct sockaddr *)&address->at, address->len) == 0)
        return fd;
    failure = errno;
    close(fd);
    errno = failure;
    return -1;
}

/* Nobody listens there yet. */
static bool is_early(int error)
{
    return error == ECONNREFUSED || error == ENOENT;
}

static void link_tune(struct link *link)
{
    const struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
    const int on = 1;

    /* A Unix socket knows no delays, and refuses. */
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(link->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

void link_open(struct link *link, const struct uri *server, pid_t pid)
{
    struct address address =
        server->scheme == URI_UNIX ? resolve_unix(server) : resolve_tcp(server);
    int64_t deadline_ns = clock_now_ns() + PATIENCE_MS * NS_PER_MS;

    while ((link->fd = dial(&address)) < 0) {
        if (!is_early(errno) || clock_now_ns() > deadline_ns)
            die("cannot connect: %s", strerror(errno));
        if (pid && !process_is_alive(pid))
            die("the server has ended before it could be connected to");
        poll(NULL, 0, RETRY_MS);
    }
    link_tune(link);
}

void link_close(struct link *link)
{
    if (link->fd >= 0)
        close(link->fd);
    link->fd = -1;
    inbox_release(&link->in);
    text_release(&link->out);
}

/* ---- traffic ---- */

void link_flush(struct link *link)
{
    if (link->out.broken)
        die_of_memory();
    while (link->sent < link->out.len) {
        ssize_t n = send(link->fd, link->out.bytes + link->sent,
                         link->out.len - link->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && errno == EAGAIN) {
            link->congested = true;
            return;
        }
        if (n < 0)
            die("the server has hung up on what was sent: %s", strerror(errno));
        link->sent += (size_t)n;
    }
    text_clear(&link->out);
    link->sent = 0;
    link->congested = false;
}

static bool link_receive_by(struct link *link, int flags)
{
    size_t room;
    char *at = inbox_room(&link->in, &room);
    ssize_t n = recv(link->fd, at, room, flags);

    if (n == 0)
        die("the server has closed connection %u", link->number);
    if (n > 0)
        inbox_add(&link->in, (size_t)n);
    else if (errno != EAGAIN && errno != EINTR)
        die("cannot receive: %s", strerror(errno));
    return n > 0;
}

bool link_receive(struct link *link)
{
    return link_receive_by(link, MSG_DONTWAIT);
}

void link_await(struct link *link)
{
    if (!link_receive_by(link, 0))
        die("nothing came on connection %u for %d s", link->number, PATIENCE_MS / 1000);
}

void link_add_channel(struct link *link, uint32_t channel)
{
    text_add(&link->out, link->terms->prefix, link->terms->prefix_len);
    text_add_int(&link->out, channel);
}
