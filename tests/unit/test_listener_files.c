/* SPDX-License-Identifier: MIT */
/* Listeners whose address is a file. */
#include "listener.h"

#include <fcntl.h>
#include <sys/stat.h>
#include "door.h"
#include "unit.h"

START_TEST(a_socket_file_comes_and_goes_with_the_listener)
{
    struct uri uri = unix_uri();
    struct listener *l = listener_open(&uri, NULL);
    struct stat st;

    ck_assert_ptr_nonnull(l);
    ck_assert_int_eq(stat(uri.path, &st), 0);
    ck_assert(S_ISSOCK(st.st_mode));
    listener_free(l);
    ck_assert_int_lt(stat(uri.path, &st), 0);
    remove_folder();
}
END_TEST

START_TEST(a_left_over_socket_file_is_replaced)
{
    struct uri uri = unix_uri();
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0), client;
    struct listener *l;

    memcpy(un.sun_path, uri.path, sizeof un.sun_path);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&un, sizeof un), 0);
    close(fd);
    l = listener_open(&uri, NULL);
    ck_assert_ptr_nonnull(l);
    client = connect_to(&uri);
    ck_assert_int_ge(client, 0);
    close(client);
    listener_free(l);
    remove_folder();
}
END_TEST

START_TEST(a_socket_file_that_is_answered_is_left_alone)
{
    struct uri uri = unix_uri();
    struct listener *first = listener_open(&uri, NULL);
    int fd;

    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_null(listener_open(&uri, NULL));
    ck_assert_int_eq(errno, EADDRINUSE);
    fd = connect_to(&uri);
    ck_assert_int_ge(fd, 0);
    close(fd);
    listener_free(first);
    remove_folder();
}
END_TEST

START_TEST(a_file_that_is_no_socket_is_left_alone)
{
    struct uri uri = unix_uri();
    int fd = open(uri.path, O_CREAT | O_WRONLY, 0600);
    struct stat st;

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, "precious", 8), 8);
    close(fd);
    ck_assert_ptr_null(listener_open(&uri, NULL));
    ck_assert_int_eq(stat(uri.path, &st), 0);
    ck_assert_int_eq(st.st_size, 8);
    remove_folder();
}
END_TEST

START_TEST(a_socket_file_of_somebody_else_is_not_removed)
{
    struct uri uri = unix_uri();
    struct listener *first = listener_open(&uri, NULL), *second;
    int fd;

    unlink(uri.path);
    second = listener_open(&uri, NULL);
    ck_assert_ptr_nonnull(second);
    listener_free(first);
    fd = connect_to(&uri);
    ck_assert_int_ge(fd, 0);
    close(fd);
    listener_free(second);
    remove_folder();
}
END_TEST

START_TEST(the_file_of_an_adopted_socket_stays)
{
    struct uri uri = unix_uri();
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    struct listener *l;
    struct stat st;

    memcpy(un.sun_path, uri.path, sizeof un.sun_path);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&un, sizeof un), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    l = listener_adopt(fd);
    ck_assert_ptr_nonnull(l);
    ck_assert_str_eq(listener_uri(l)->path, uri.path);
    listener_free(l);
    ck_assert_int_eq(stat(uri.path, &st), 0);
    remove_folder();
}
END_TEST

START_TEST(a_socket_file_is_as_the_configuration_wants_it)
{
    const struct config_listen how = {.mode = 0600};
    struct uri uri = unix_uri();
    struct listener *l = listener_open(&uri, &how);
    struct stat st;

    ck_assert_ptr_nonnull(l);
    ck_assert_ptr_eq(listener_how(l), &how);
    ck_assert_int_eq(stat(uri.path, &st), 0);
    ck_assert_int_eq(st.st_mode & 0777, 0600);
    listener_free(l);
    remove_folder();
}
END_TEST

/* The owner of a listener's file after it was given to 4711:4712, where root does it. */
static struct stat owner_when_given(const struct config_listen *how)
{
    struct uri uri = unix_uri();
    struct listener *l = listener_open(&uri, how);
    const uid_t user = geteuid() == 0 ? 4711 : geteuid();
    const gid_t group = geteuid() == 0 ? 4712 : getegid();
    struct stat st;

    ck_assert_ptr_nonnull(l);
    ck_assert(listener_give(l, user, group));
    ck_assert_int_eq(stat(uri.path, &st), 0);
    listener_free(l);
    remove_folder();
    return st;
}

START_TEST(a_socket_file_is_given_away_but_for_what_the_configuration_says)
{
    char me[16], mine[16];
    const bool root = geteuid() == 0;
    struct config_listen how = {.mode = -1};
    struct stat st = owner_when_given(&how);

    snprintf(me, sizeof me, "%u", geteuid());
    snprintf(mine, sizeof mine, "%u", getegid());
    ck_assert_uint_eq(st.st_uid, root ? 4711 : geteuid());
    ck_assert_uint_eq(st.st_gid, root ? 4712 : getegid());
    how.owner = me;
    st = owner_when_given(&how);
    ck_assert_uint_eq(st.st_uid, geteuid());
    ck_assert_uint_eq(st.st_gid, root ? 4712 : getegid());
    how.group = mine;
    st = owner_when_given(&how);
    ck_assert_uint_eq(st.st_uid, geteuid());
    ck_assert_uint_eq(st.st_gid, getegid());
}
END_TEST

START_TEST(what_has_no_file_is_given_to_nobody_and_that_is_fine)
{
    const struct uri uri = {.scheme = URI_TCP, .host = "127.0.0.1"};
    struct listener *l = listener_open(&uri, NULL);

    ck_assert_ptr_nonnull(l);
    ck_assert(listener_give(l, 4711, 4712));
    listener_free(l);
}
END_TEST

UNIT_MAIN("listener_files", a_socket_file_comes_and_goes_with_the_listener,
          a_left_over_socket_file_is_replaced,
          a_socket_file_that_is_answered_is_left_alone,
          a_file_that_is_no_socket_is_left_alone,
          a_socket_file_of_somebody_else_is_not_removed,
          the_file_of_an_adopted_socket_stays,
          a_socket_file_is_as_the_configuration_wants_it,
          a_socket_file_is_given_away_but_for_what_the_configuration_says,
          what_has_no_file_is_given_to_nobody_and_that_is_fine)
