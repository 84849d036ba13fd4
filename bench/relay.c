/* SPDX-License-Identifier: MIT */
/*
 * relay PORT - the least that a server which acknowledges can do: connections are mates
 * in the order in which they come (0 and 1, 2 and 3, …); each line goes to the mate as it
 * is, and "+" LF comes back for it. Nothing is parsed, nothing is named, nothing is kept:
 * it is what the sockets cost, and so the limit for everybody else.
 *
 * One thread, one loop. It has no back-pressure, as those who use it bound what is under
 * way by its acknowledgements.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include "die.h"
#include "inbox.h"
#include "text.h"

enum { TURN_EVENTS = 256, BACKLOG = 1024 };

struct side {
    int fd;
    struct side *mate; /* NULL: it has yet to come */
    struct inbox in;   /* what it sent and is no whole line yet */
    struct text out;
    size_t sent; /* of out */
    bool congested;
};

struct relay {
    int epoll, listener;
    struct side *single; /* who waits for a mate */
};

static void control(const struct relay *r, int what, int fd, uint32_t events, void *who)
{
    struct epoll_event event = {.events = events, .data.ptr = who};

    if (epoll_ctl(r->epoll, what, fd, &event) != 0)
        die("epoll_ctl: %s", strerror(errno));
}

static void flush(const struct relay *r, struct side *side)
{
    bool was_congested = side->congested;

    side->congested = false;
    while (side->sent < side->out.len && !side->congested) {
        ssize_t n = send(side->fd, side->out.bytes + side->sent,
                         side->out.len - side->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n < 0 && errno != EAGAIN)
            return; /* it has gone: its input will say so */
        side->congested = n < 0;
        side->sent += n < 0 ? 0 : (size_t)n;
    }
    if (!side->congested) {
        text_clear(&side->out);
        side->sent = 0;
    }
    if (side->congested != was_congested)
        control(r, EPOLL_CTL_MOD, side->fd,
                side->congested ? EPOLLIN | EPOLLOUT : EPOLLIN, side);
}

/* Passes on all whole lines, in one piece, and acknowledges each. */
static void pass_on(const struct relay *r, struct side *side)
{
    struct slice all = inbox_all(&side->in);
    const char *end = all.bytes + all.len, *lf;
    size_t whole = 0;

    if (!side->mate || all.len == 0)
        return;
    while ((lf = memchr(all.bytes + whole, '\n', (size_t)(end - all.bytes) - whole))) {
        whole = (size_t)(lf + 1 - all.bytes);
        text_lit(&side->out, "+\n");
        if (whole == all.len)
            break;
    }
    if (whole == 0)
        return;
    text_add(&side->mate->out, all.bytes, whole);
    inbox_drop(&side->in, whole);
    if (side->out.broken || side->mate->out.broken)
        die_of_memory();
    flush(r, side->mate);
    flush(r, side);
}

static void side_end(struct relay *r, struct side *side)
{
    if (side->mate)
        side->mate->mate = NULL;
    if (r->single == side)
        r->single = NULL;
    close(side->fd);
    inbox_release(&side->in);
    text_release(&side->out);
    free(side);
}

static void side_ready(struct relay *r, struct side *side, uint32_t events)
{
    size_t room;
    char *at;
    ssize_t n;

    if (events & EPOLLOUT)
        flush(r, side);
    if (!(events & ~(uint32_t)EPOLLOUT))
        return;
    at = inbox_room(&side->in, &room);
    n = recv(side->fd, at, room, MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno != EAGAIN)) {
        side_end(r, side);
    } else if (n > 0) {
        inbox_add(&side->in, (size_t)n);
        pass_on(r, side);
    }
}

static void welcome(struct relay *r)
{
    const int on = 1;
    struct side *side = calloc(1, sizeof *side);

    if (!side)
        die_of_memory();
    side->fd = accept4(r->listener, NULL, NULL, SOCK_CLOEXEC);
    if (side->fd < 0)
        die("accept: %s", strerror(errno));
    setsockopt(side->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    side->mate = r->single;
    if (side->mate)
        side->mate->mate = side;
    r->single = side->mate ? NULL : side;
    control(r, EPOLL_CTL_ADD, side->fd, EPOLLIN, side);
    if (side->mate)
        pass_on(r, side->mate);
}

static void listen_at(struct relay *r, const char *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    const int on = 1;

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
    r->epoll = epoll_create1(EPOLL_CLOEXEC);
    r->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(r->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(r->listener, (const struct sockaddr *)&at, sizeof at) != 0 ||
        listen(r->listener, BACKLOG) != 0)
        die("port %s: %s", port, strerror(errno));
    control(r, EPOLL_CTL_ADD, r->listener, EPOLLIN, NULL);
}

int main(int argc, char **argv)
{
    struct epoll_event events[TURN_EVENTS];
    struct relay relay = {0};

    if (argc != 2)
        die("usage: relay PORT");
    listen_at(&relay, argv[1]);
    for (;;) {
        int count = epoll_wait(relay.epoll, events, TURN_EVENTS, -1);

        for (int i = 0; i < count; i++)
            if (events[i].data.ptr)
                side_ready(&relay, events[i].data.ptr, events[i].events);
            else
                welcome(&relay);
    }
}
