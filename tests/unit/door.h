/* SPDX-License-Identifier: MIT */
/*
 * door.h - listeners, who comes to them, and what they let in.
 *
 *     struct listener *l = opened("tcp://127.0.0.1:0");
 *     int fd = connect_to(listener_uri(l));
 *     listener_start(l, door.base, on_accepted, &door);
 *     let_in(&door, 1);                      its end of it is door.fds[0]
 */
#ifndef TESTS_DOOR_H
#define TESTS_DOOR_H

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "listener.h"

/* Of this process: every test has its own. Made with the first URI in it. */
static char folder[] = "/tmp/chand-test-XXXXXX";

static inline struct uri uri_of(const char *text)
{
    struct uri uri;
    const char *wrong = uri_parse(text, &uri);

    ck_assert_msg(!wrong, "%s: %s", text, wrong);
    return uri;
}

static inline struct uri unix_uri(void)
{
    struct uri uri = {.scheme = URI_UNIX};

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(uri.path, sizeof uri.path, "%s/sock", folder);
    return uri;
}

static inline void remove_folder(void)
{
    char path[64];

    snprintf(path, sizeof path, "%s/sock", folder);
    unlink(path);
    rmdir(folder);
    memset(folder + strlen(folder) - 6, 'X', 6); /* so that it can be made again */
}

static inline int connect_to(const struct uri *uri)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)uri->port)};
    int fd = socket(uri->scheme == URI_UNIX ? AF_UNIX : AF_INET, SOCK_STREAM, 0);

    socklen_t un_len = sizeof un;

    memcpy(un.sun_path, uri->path, sizeof un.sun_path);
    if (uri_is_abstract(uri)) {
        un.sun_path[0] = '\0';
        un_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(uri->path));
    }
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd,
                uri->scheme == URI_UNIX ? (const struct sockaddr *)&un
                                        : (const struct sockaddr *)&in,
                uri->scheme == URI_UNIX ? un_len : sizeof in) == 0)
        return fd;
    close(fd);
    return -1;
}

/* What came in: the callback's argument. */
struct door {
    struct event_base *base;
    int fds[16], count, wanted, proxies;
    struct address from[16];
};

static inline void on_accepted(const struct accepted *accepted, void *arg)
{
    struct door *door = arg;

    door->from[door->count] = accepted->from;
    door->proxies += accepted->is_proxy;
    door->fds[door->count++] = accepted->fd;
    if (door->count == door->wanted)
        event_base_loopbreak(door->base);
}

/* Accepts so many, waiting for them, and no longer than a minute. */
static inline void let_in(struct door *door, int count)
{
    const struct timeval patience = {.tv_sec = 60};

    door->wanted = count;
    event_base_loopexit(door->base, &patience);
    while (door->count < count && !event_base_got_exit(door->base))
        event_base_loop(door->base, EVLOOP_ONCE);
    ck_assert_int_eq(door->count, count);
}

static inline struct listener *opened(const char *text)
{
    struct uri uri = uri_of(text);
    struct listener *l = listener_open(&uri, NULL);

    ck_assert_msg(l, "%s: %s", text, strerror(errno));
    return l;
}

#endif
