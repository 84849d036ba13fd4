/* SPDX-License-Identifier: MIT */
#include "listener.h"

#include <fcntl.h>
#include "door.h"
#include "starve.h"
#include "unit.h"

/* ---- opening ---- */

START_TEST(port_0_becomes_a_real_one)
{
    struct listener *a = opened("tcp://127.0.0.1:0"), *b = opened("tcp://127.0.0.1:0");

    ck_assert_str_eq(listener_uri(a)->host, "127.0.0.1");
    ck_assert_int_gt(listener_uri(a)->port, 0);
    ck_assert_int_ne(listener_uri(a)->port, listener_uri(b)->port);
    listener_free(a);
    listener_free(b);
    listener_free(NULL);
}
END_TEST

START_TEST(a_name_stays_as_it_was_asked_for)
{
    struct listener *l = opened("tcp://localhost:0");

    ck_assert_str_eq(listener_uri(l)->host, "localhost");
    listener_free(l);
}
END_TEST

START_TEST(a_port_in_use_is_refused)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct uri uri = *listener_uri(l);

    ck_assert_ptr_null(listener_open(&uri, NULL));
    ck_assert_int_eq(errno, EADDRINUSE);
    listener_free(l);
}
END_TEST

START_TEST(a_port_can_be_used_again_at_once)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct uri uri = *listener_uri(l);
    struct door door = {.base = event_base_new()};
    int fd = connect_to(&uri);

    ck_assert(listener_start(l, door.base, on_accepted, &door));
    let_in(&door, 1);
    close(door.fds[0]); /* our side closes first, and lingers in the kernel */
    close(fd);
    listener_free(l);
    l = listener_open(&uri, NULL);
    ck_assert_ptr_nonnull(l);
    listener_free(l);
    event_base_free(door.base);
}
END_TEST

START_TEST(a_host_that_is_none_is_refused)
{
    struct uri uri = uri_of("tcp://256.0.0.1:0");

    ck_assert_ptr_null(listener_open(&uri, NULL));
    ck_assert_int_eq(errno, EADDRNOTAVAIL);
}
END_TEST

/* Whatever went wrong before: it must not be served in plain. */
START_TEST(a_listener_with_tls_does_not_start_without_keys)
{
    const struct config_listen how = {.uri = (char[]){"tls://127.0.0.1:0"}, .mode = -1};
    struct uri tls = uri_of("tls://127.0.0.1:0");
    struct event_base *base = event_base_new();
    struct listener *l = listener_open(&tls, NULL), *adopted;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_ptr_nonnull(l);
    ck_assert_int_gt(listener_uri(l)->port, 0);
    ck_assert(!listener_start(l, base, on_accepted, NULL));
    ck_assert_int_eq(errno, EINVAL);
    listener_free(l);

    ck_assert_int_eq(listen(fd, 1), 0);
    adopted = listener_adopt(fd);
    ck_assert_ptr_nonnull(adopted);
    ck_assert_int_eq(listener_uri(adopted)->scheme, URI_TCP);
    listener_set_up(adopted, &how);
    ck_assert_int_eq(listener_uri(adopted)->scheme, URI_TLS);
    ck_assert(!listener_start(adopted, base, on_accepted, NULL));
    listener_free(adopted);
    event_base_free(base);
}
END_TEST

START_TEST(without_memory_nothing_is_open)
{
    struct uri uri = unix_uri();
    struct listener *l;

    starve_after(0);
    l = listener_open(&uri, NULL);
    ck_assert_int_gt(starve_end(), 0);
    ck_assert_ptr_null(l);
    ck_assert_int_lt(connect_to(&uri), 0);
    remove_folder();
}
END_TEST

/* ---- adopting ---- */

START_TEST(a_socket_that_listens_is_adopted)
{
    struct listener *l = opened("tcp://127.0.0.1:0"), *adopted;
    struct sockaddr_in any = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&any, sizeof any), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    adopted = listener_adopt(fd);
    ck_assert_ptr_nonnull(adopted);
    ck_assert_str_eq(listener_uri(adopted)->host, "127.0.0.1");
    ck_assert_int_gt(listener_uri(adopted)->port, 0);
    ck_assert_int_ne(fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
    ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    listener_free(adopted);
    ck_assert_int_lt(fcntl(fd, F_GETFL), 0);
    listener_free(l);
}
END_TEST

START_TEST(what_does_not_listen_is_not_adopted)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), pipes[2];

    ck_assert_ptr_null(listener_adopt(fd));
    ck_assert_int_eq(errno, EINVAL);
    close(fd);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    ck_assert_ptr_null(listener_adopt(fd));
    ck_assert_int_ge(fcntl(fd, F_GETFL), 0); /* it is still ours */
    close(fd);
    ck_assert_int_eq(pipe(pipes), 0);
    ck_assert_ptr_null(listener_adopt(pipes[0]));
    close(pipes[0]);
    close(pipes[1]);
    ck_assert_ptr_null(listener_adopt(999));
}
END_TEST

START_TEST(an_abstract_socket_has_a_name_and_no_file)
{
    struct door door = {.base = event_base_new()};
    struct listener *l, *adopted;
    struct uri uri;
    char text[64];
    int fd;

    snprintf(text, sizeof text, "unix://@chand-test-%d", (int)getpid());
    uri = uri_of(text);
    l = opened(text);
    ck_assert_str_eq(listener_uri(l)->path, text + strlen("unix://"));
    ck_assert_int_lt(access(uri.path, F_OK), 0);
    ck_assert_ptr_null(listener_open(&uri, NULL));
    ck_assert_int_eq(errno, EADDRINUSE);
    ck_assert(listener_start(l, door.base, on_accepted, &door));
    fd = connect_to(&uri);
    ck_assert_int_ge(fd, 0);
    let_in(&door, 1);
    ck_assert_int_eq(door.from[0].family, ADDRESS_UNIX);
    close(door.fds[0]);
    close(fd);
    listener_free(l);
    ck_assert_int_lt(connect_to(&uri), 0);

    fd = socket(AF_UNIX, SOCK_STREAM, 0); /* the same name, from somebody else */
    {
        struct sockaddr_un un = {.sun_family = AF_UNIX};

        memcpy(un.sun_path + 1, uri.path + 1, strlen(uri.path) - 1);
        ck_assert_int_eq(
            bind(fd, (const struct sockaddr *)&un,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(uri.path))),
            0);
    }
    ck_assert_int_eq(listen(fd, 1), 0);
    adopted = listener_adopt(fd);
    ck_assert_ptr_nonnull(adopted);
    ck_assert_str_eq(listener_uri(adopted)->path, uri.path);
    listener_free(adopted);
    event_base_free(door.base);
}
END_TEST

UNIT_MAIN("listener", port_0_becomes_a_real_one, a_name_stays_as_it_was_asked_for,
          a_port_in_use_is_refused, a_port_can_be_used_again_at_once,
          a_host_that_is_none_is_refused, a_listener_with_tls_does_not_start_without_keys,
          without_memory_nothing_is_open, a_socket_that_listens_is_adopted,
          what_does_not_listen_is_not_adopted, an_abstract_socket_has_a_name_and_no_file)
