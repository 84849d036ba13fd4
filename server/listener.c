/* SPDX-License-Identifier: MIT */
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event_struct.h>
#include <event2/listener.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "log.h"

enum { BACKLOG = 4096, PAUSE_MS = 100, US_PER_MS = 1000 };

struct listener {
    int fd;
    struct uri uri;
    ino_t inode; /* of the socket file that we made; 0: none */
    struct evconnlistener *events;
    struct event pause;
    bool paused; /* and it was said */
    listener_accepted *accepted;
    void *arg;
};

/* ---- sockets ---- */

static int bind_and_listen(int family, const struct sockaddr *addr, socklen_t len)
{
    const int on = 1;
    int saved, fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    if (family != AF_UNIX)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, addr, len) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static int open_tcp(const struct uri *uri)
{
    const struct addrinfo hints = {
        .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
        .ai_socktype = SOCK_STREAM,
    };
    struct addrinfo *found;
    char port[8];
    int fd = -1;

    snprintf(port, sizeof port, "%d", uri->port);
    if (getaddrinfo(uri->host, port, &hints, &found) != 0) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next)
        fd = bind_and_listen(a->ai_family, a->ai_addr, a->ai_addrlen);
    freeaddrinfo(found);
    return fd;
}

/* Whether a socket file is a left-over: it is there, and nobody answers on it. */
static bool is_stale(const struct sockaddr_un *addr)
{
    struct stat st;
    bool stale;
    int fd;

    if (stat(addr->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return false;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    stale = connect(fd, (const struct sockaddr *)addr, sizeof *addr) < 0 &&
            errno == ECONNREFUSED;
    close(fd);
    return stale;
}

static int open_unix(const struct uri *uri)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    int fd;

    memcpy(addr.sun_path, uri->path, sizeof addr.sun_path);
    fd = bind_and_listen(AF_UNIX, (const struct sockaddr *)&addr, sizeof addr);
    if (fd >= 0 || errno != EADDRINUSE)
        return fd;
    if (is_stale(&addr) && unlink(addr.sun_path) == 0)
        return bind_and_listen(AF_UNIX, (const struct sockaddr *)&addr, sizeof addr);
    errno = EADDRINUSE;
    return -1;
}

/* Where a socket is bound, as a URI. False: to nothing that clients can connect to. */
static bool uri_of_socket(int fd, struct uri *ret)
{
    union {
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_un un;
    } addr = {0};
    socklen_t len = sizeof addr;

    if (getsockname(fd, &addr.any, &len) < 0)
        return false;
    memset(ret, 0, sizeof *ret);
    ret->scheme = addr.any.sa_family == AF_UNIX ? URI_UNIX : URI_TCP;
    if (addr.any.sa_family == AF_INET)
        inet_ntop(AF_INET, &addr.in.sin_addr, ret->host, sizeof ret->host);
    else if (addr.any.sa_family == AF_INET6)
        inet_ntop(AF_INET6, &addr.in6.sin6_addr, ret->host, sizeof ret->host);
    else if (addr.any.sa_family == AF_UNIX)
        memcpy(ret->path, addr.un.sun_path, sizeof ret->path - 1);
    else
        return false;
    ret->port = ntohs(addr.in.sin_port); /* in the same place for both families */
    return true;
}

/* ---- opening ---- */

static struct listener *listener_new(int fd, const struct uri *uri)
{
    struct listener *l = calloc(1, sizeof *l);
    struct stat st;

    if (!l)
        return NULL;
    l->fd = fd;
    l->uri = *uri;
    if (uri->scheme == URI_UNIX && stat(uri->path, &st) == 0)
        l->inode = st.st_ino;
    return l;
}

struct listener *listener_open(const struct uri *uri)
{
    int fd = uri->scheme == URI_UNIX ? open_unix(uri) : open_tcp(uri);
    struct uri real = *uri;
    struct listener *l;

    if (fd < 0)
        return NULL;
    if (uri->port == 0 && uri->scheme == URI_TCP && uri_of_socket(fd, &real))
        memcpy(real.host, uri->host, sizeof real.host); /* as it was asked for */
    l = listener_new(fd, &real);
    if (!l)
        close(fd);
    return l;
}

struct listener *listener_adopt(int fd)
{
    struct listener *l;
    struct uri uri;
    int listens = 0;
    socklen_t len = sizeof listens;

    if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) < 0)
        return NULL;
    if (!listens || !uri_of_socket(fd, &uri)) {
        errno = EINVAL;
        return NULL;
    }
    evutil_make_socket_nonblocking(fd);
    evutil_make_socket_closeonexec(fd);
    l = listener_new(fd, &uri);
    if (l)
        l->inode = 0; /* the file is its maker's */
    return l;
}

/* ---- accepting ---- */

static void on_accept(struct evconnlistener *events, evutil_socket_t fd,
                      struct sockaddr *addr, int len, void *arg)
{
    struct listener *l = arg;
    const int on = 1;

    (void)events;
    (void)addr;
    (void)len;
    if (l->uri.scheme == URI_TCP) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    }
    l->paused = false;
    l->accepted(fd, l->arg);
}

static void on_resume(evutil_socket_t fd, short what, void *arg)
{
    struct listener *l = arg;

    (void)fd;
    (void)what;
    evconnlistener_enable(l->events);
}

/* Out of descriptors, most likely: those who wait will be there in a moment, too. */
static void on_error(struct evconnlistener *events, void *arg)
{
    const struct timeval moment = {.tv_usec = (suseconds_t)PAUSE_MS * US_PER_MS};
    struct listener *l = arg;
    char text[URI_TEXT_MAX];

    if (!l->paused) {
        uri_format(&l->uri, text);
        log_line(LEVEL_WARNING, "cannot accept on %s: %s; trying again every %d ms", text,
                 strerror(errno), PAUSE_MS);
    }
    l->paused = true;
    evconnlistener_disable(events);
    event_add(&l->pause, &moment);
}

bool listener_start(struct listener *l, struct event_base *base,
                    listener_accepted *accepted, void *arg)
{
    l->accepted = accepted;
    l->arg = arg;
    l->events = evconnlistener_new(base, on_accept, l, LEV_OPT_CLOSE_ON_EXEC, 0, l->fd);
    if (!l->events)
        return false;
    evconnlistener_set_error_cb(l->events, on_error);
    return event_assign(&l->pause, base, -1, 0, on_resume, l) == 0;
}

const struct uri *listener_uri(const struct listener *l)
{
    return &l->uri;
}

void listener_free(struct listener *l)
{
    struct stat st;

    if (!l)
        return;
    if (l->events) {
        event_del(&l->pause);
        evconnlistener_free(l->events);
    }
    close(l->fd);
    if (l->inode && stat(l->uri.path, &st) == 0 && st.st_ino == l->inode)
        unlink(l->uri.path);
    free(l);
}
