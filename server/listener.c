/* SPDX-License-Identifier: MIT */
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event_struct.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "log.h"
#include "secure.h"
#include "sockfile.h"

enum { BACKLOG = 4096, ACCEPTS = 64, PAUSE_MS = 100, US_PER_MS = 1000 };

struct listener {
    int fd;
    struct uri uri;
    const struct config_listen *how;
    struct secure_keys *keys; /* for connections to come; NULL: none, or no TLS */
    struct sockfile file;     /* that we made */
    int64_t keepalive_s;
    struct event event, pause;
    bool started;
    bool wants; /* what it needs to accept, and it was said */
    listener_accepted *accepted;
    void *arg;
};

static const struct config_listen nothing_special = {
    .client_required = true,
    .min_version = CONFIG_TLS_1_3,
    .mode = -1,
};

/* ---- sockets ---- */

union any_address {
    struct sockaddr any;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_un un;
};

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

static int open_abstract(const struct uri *uri)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    const size_t len = strlen(uri->path); /* with the @, for which there is a NUL */

    memcpy(addr.sun_path + 1, uri->path + 1, len - 1);
    return bind_and_listen(AF_UNIX, (const struct sockaddr *)&addr,
                           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
}

static int open_unix(struct listener *l)
{
    const struct sockfile_wish wish = {l->how->mode, l->how->owner, l->how->group};

    if (uri_is_abstract(&l->uri))
        return open_abstract(&l->uri);
    return sockfile_open(l->uri.path, &wish, BACKLOG, &l->file);
}

/* Of an address with so many bytes; false: it has none, and nobody can connect to it. */
static bool path_of_address(const struct sockaddr_un *addr, socklen_t len,
                            struct uri *ret)
{
    const size_t begin = offsetof(struct sockaddr_un, sun_path);
    const size_t path_len = len > begin ? len - begin : 0;

    if (path_len == 0)
        return false;
    snprintf(ret->path, sizeof ret->path, "%c%.*s",
             addr->sun_path[0] ? addr->sun_path[0] : '@', (int)path_len - 1,
             addr->sun_path + 1);
    return true;
}

/* Where a socket is bound, as a URI. False: to nothing that clients can connect to. */
static bool uri_of_socket(int fd, struct uri *ret)
{
    union any_address addr = {0};
    socklen_t len = sizeof addr;

    if (getsockname(fd, &addr.any, &len) < 0)
        return false;
    memset(ret, 0, sizeof *ret);
    ret->scheme = addr.any.sa_family == AF_UNIX ? URI_UNIX : URI_TCP;
    if (addr.any.sa_family == AF_INET)
        inet_ntop(AF_INET, &addr.in.sin_addr, ret->host, sizeof ret->host);
    else if (addr.any.sa_family == AF_INET6)
        inet_ntop(AF_INET6, &addr.in6.sin6_addr, ret->host, sizeof ret->host);
    else
        return addr.any.sa_family == AF_UNIX && path_of_address(&addr.un, len, ret);
    ret->port = ntohs(addr.in.sin_port); /* in the same place for both families */
    return true;
}

/* ---- opening ---- */

static struct listener *listener_new(const struct uri *uri,
                                     const struct config_listen *how)
{
    struct listener *l = calloc(1, sizeof *l);

    if (!l)
        return NULL;
    l->fd = -1;
    l->uri = *uri;
    l->how = how ? how : &nothing_special;
    return l;
}

struct listener *listener_open(const struct uri *uri, const struct config_listen *how)
{
    struct listener *l = listener_new(uri, how);
    struct uri real;

    if (!l)
        return NULL;
    l->fd = uri->scheme == URI_UNIX ? open_unix(l) : open_tcp(uri);
    if (l->fd < 0) {
        free(l);
        return NULL;
    }
    if (uri->scheme != URI_UNIX && uri->port == 0 && uri_of_socket(l->fd, &real))
        l->uri.port = real.port; /* the host stays as it was asked for */
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
    l = listener_new(&uri, NULL);
    if (!l)
        return NULL;
    evutil_make_socket_nonblocking(fd);
    evutil_make_socket_closeonexec(fd);
    l->fd = fd;
    return l;
}

void listener_set_up(struct listener *l, const struct config_listen *how)
{
    struct uri uri;

    l->how = how;
    if (uri_parse(how->uri, &uri) == NULL && l->uri.scheme == URI_TCP)
        l->uri.scheme = uri.scheme;
}

void listener_set_keys(struct listener *l, struct secure_keys *keys)
{
    secure_drop(l->keys);
    l->keys = keys;
}

bool listener_give(struct listener *l, uid_t user, gid_t group)
{
    if (l->file.inode == 0 || (l->how->owner && l->how->group))
        return true;
    return sockfile_give(l->uri.path, &l->file, l->how->owner ? (uid_t)-1 : user,
                         l->how->group ? (gid_t)-1 : group);
}

/* ---- accepting ---- */

static struct address address_of(const struct sockaddr *addr)
{
    union any_address any = {0};

    any.any.sa_family = addr->sa_family;
    if (addr->sa_family == AF_INET) {
        memcpy(&any.in, addr, sizeof any.in);
        return address_of_ipv4(&any.in.sin_addr, ntohs(any.in.sin_port));
    }
    if (addr->sa_family == AF_INET6) {
        memcpy(&any.in6, addr, sizeof any.in6);
        return address_of_ipv6(&any.in6.sin6_addr, ntohs(any.in6.sin6_port));
    }
    return (struct address){.family = ADDRESS_UNIX};
}

static bool is_proxy(const struct listener *l, const struct address *from)
{
    for (size_t i = 0; i < l->how->proxy.count; i++)
        if (address_range_holds(&l->how->proxy.items[i], from))
            return true;
    return false;
}

static void set_tcp(int fd, int level, int option, int64_t value)
{
    const int number = (int)value;

    setsockopt(fd, level, option, &number, sizeof number);
}

/* Half of keepalive_s may pass in silence, and three questions have the other half. */
static void set_up_tcp(const struct listener *l, int fd)
{
    const int64_t half = l->keepalive_s / 2, sixth = l->keepalive_s / 6;

    set_tcp(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (l->keepalive_s == 0)
        return;
    set_tcp(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_tcp(fd, IPPROTO_TCP, TCP_KEEPIDLE, half > 0 ? half : 1);
    set_tcp(fd, IPPROTO_TCP, TCP_KEEPINTVL, sixth > 0 ? sixth : 1);
    set_tcp(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
}

static void hand_over(struct listener *l, int fd, const struct sockaddr *addr)
{
    struct accepted accepted = {.fd = fd, .from = address_of(addr), .keys = l->keys};

    accepted.is_proxy = is_proxy(l, &accepted.from);
    if (l->uri.scheme != URI_UNIX)
        set_up_tcp(l, fd);
    l->accepted(&accepted, l->arg);
}

static void say(const struct listener *l, int error)
{
    char text[URI_TEXT_MAX];

    uri_format(&l->uri, text);
    if (error)
        log_line(LEVEL_WARNING, "cannot accept on %s: %s; trying again every %d ms", text,
                 strerror(error), PAUSE_MS);
    else
        log_line(LEVEL_NOTICE, "accepting on %s again", text);
}

/* Whether it was the connection that had the error, which is gone with it. */
static bool is_passing(int error)
{
    static const int errors[] = {
        EINTR,     ECONNABORTED, EPERM,        EPROTO,     ENOPROTOOPT, ENETDOWN,
        EHOSTDOWN, ENONET,       EHOSTUNREACH, EOPNOTSUPP, ENETUNREACH, ETIMEDOUT,
    };

    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (error == errors[i])
            return true;
    return false;
}

static bool pause_a_moment(struct listener *l)
{
    const struct timeval moment = {.tv_usec = (suseconds_t)PAUSE_MS * US_PER_MS};

    return event_add(&l->pause, &moment) == 0;
}

/* accept has failed: nobody waits, or we have no room for who does. */
static void stop_for(struct listener *l, int error)
{
    const bool wants = error != EAGAIN && error != EWOULDBLOCK;

    if (is_passing(error))
        return;
    if (wants != l->wants)
        say(l, wants ? error : 0);
    l->wants = wants;
    if (wants && pause_a_moment(l))
        event_del(&l->event);
}

/* Some of those who wait: it is called again if there are more. */
static void on_waiting(evutil_socket_t listening, short what, void *arg)
{
    struct listener *l = arg;

    (void)what;
    for (int i = 0; i < ACCEPTS; i++) {
        union any_address addr = {0};
        socklen_t len = sizeof addr;
        int fd = accept4(listening, &addr.any, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            stop_for(l, errno);
            return;
        }
        hand_over(l, fd, &addr.any);
    }
}

/* Tries whether or not anybody waits: so it knows when there are descriptors again. */
static void on_resume(evutil_socket_t fd, short what, void *arg)
{
    struct listener *l = arg;

    (void)fd;
    if (event_add(&l->event, NULL) < 0)
        return; /* it comes again */
    event_del(&l->pause);
    on_waiting(l->fd, what, l);
}

bool listener_start(struct listener *l, struct event_base *base,
                    listener_accepted *accepted, void *arg)
{
    if ((l->keys != NULL) != (l->uri.scheme == URI_TLS)) {
        errno = EINVAL; /* never in plain by mistake */
        return false;
    }
    l->accepted = accepted;
    l->arg = arg;
    event_assign(&l->pause, base, -1, EV_PERSIST, on_resume, l);
    event_assign(&l->event, base, l->fd, EV_READ | EV_PERSIST, on_waiting, l);
    l->started = event_add(&l->event, NULL) == 0;
    return l->started;
}

void listener_keep_alive(struct listener *l, int64_t keepalive_s)
{
    l->keepalive_s = keepalive_s;
}

const struct uri *listener_uri(const struct listener *l)
{
    return &l->uri;
}

const struct config_listen *listener_how(const struct listener *l)
{
    return l->how;
}

void listener_free(struct listener *l)
{
    if (!l)
        return;
    if (l->started) {
        event_del(&l->pause);
        event_del(&l->event);
    }
    close(l->fd);
    sockfile_remove(l->uri.path, &l->file);
    secure_drop(l->keys);
    free(l);
}
