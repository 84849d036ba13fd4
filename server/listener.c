/* SPDX-License-Identifier: MIT */
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event_struct.h>
#include <event2/listener.h>
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

enum { BACKLOG = 4096, PAUSE_MS = 100, US_PER_MS = 1000 };

struct listener {
    int fd;
    struct uri uri;
    const struct config_listen *how;
    struct secure_keys *keys; /* for connections to come; NULL: none, or no TLS */
    struct sockfile file;     /* that we made */
    struct evconnlistener *events;
    struct event pause;
    bool paused; /* and it was said */
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

static void on_accept(struct evconnlistener *events, evutil_socket_t fd,
                      struct sockaddr *addr, int len, void *arg)
{
    struct listener *l = arg;
    struct accepted accepted = {.fd = fd, .from = address_of(addr), .keys = l->keys};
    const int on = 1;

    (void)events;
    (void)len;
    if (l->uri.scheme != URI_UNIX) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    }
    accepted.is_proxy = is_proxy(l, &accepted.from);
    l->paused = false;
    l->accepted(&accepted, l->arg);
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
    if ((l->keys != NULL) != (l->uri.scheme == URI_TLS)) {
        errno = EINVAL; /* never in plain by mistake */
        return false;
    }
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

const struct config_listen *listener_how(const struct listener *l)
{
    return l->how;
}

void listener_free(struct listener *l)
{
    if (!l)
        return;
    if (l->events) {
        event_del(&l->pause);
        evconnlistener_free(l->events);
    }
    close(l->fd);
    sockfile_remove(l->uri.path, &l->file);
    secure_drop(l->keys);
    free(l);
}
