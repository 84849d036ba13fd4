/* SPDX-License-Identifier: MIT */
#include "notify.h"
#include "unit.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* A service manager's socket; a name with `@` is abstract. */
static int manager(const char *name)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

    strncpy(at.sun_path, name, sizeof at.sun_path - 1);
    if (name[0] == '@')
        at.sun_path[0] = '\0';
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(
        bind(fd, (const struct sockaddr *)&at,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
        0);
    setenv("NOTIFY_SOCKET", name, 1);
    return fd;
}

static void hears(int fd, const char *text)
{
    char heard[200] = "";

    ck_assert_int_ge(recv(fd, heard, sizeof heard - 1, 0), 0);
    ck_assert_str_eq(heard, text);
}

START_TEST(send_reaches_an_abstract_socket)
{
    char name[64];
    int fd;

    snprintf(name, sizeof name, "@chand-test-%d", (int)getpid());
    fd = manager(name);
    notify_send("READY=1");
    notify_send("STOPPING=1");
    hears(fd, "READY=1");
    hears(fd, "STOPPING=1");
    close(fd);
}
END_TEST

START_TEST(send_reaches_a_socket_file)
{
    char folder[] = "/tmp/chand-test-XXXXXX", name[64];
    int fd;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(name, sizeof name, "%s/notify", folder);
    fd = manager(name);
    notify_send("READY=1");
    hears(fd, "READY=1");
    close(fd);
    unlink(name);
    rmdir(folder);
}
END_TEST

START_TEST(a_reload_tells_its_time_in_microseconds)
{
    char name[64];
    int fd;

    snprintf(name, sizeof name, "@chand-test-%d", (int)getpid());
    fd = manager(name);
    notify_reloading(INT64_C(1234567890123456789));
    hears(fd, "RELOADING=1\nMONOTONIC_USEC=1234567890123456");
    close(fd);
}
END_TEST

/* Nothing to see: but no descriptor is left, and nobody is killed. */
START_TEST(send_to_nobody_does_nothing)
{
    char overlong[300];
    int before = dup(0), after;

    close(before);
    memset(overlong, 'x', sizeof overlong - 1);
    overlong[0] = '/';
    overlong[sizeof overlong - 1] = '\0';
    unsetenv("NOTIFY_SOCKET");
    notify_send("READY=1");
    setenv("NOTIFY_SOCKET", "", 1);
    notify_send("READY=1");
    setenv("NOTIFY_SOCKET", "relative", 1);
    notify_send("READY=1");
    setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
    notify_send("READY=1");
    setenv("NOTIFY_SOCKET", overlong, 1);
    notify_send("READY=1");
    after = dup(0);
    close(after);
    ck_assert_int_eq(before, after);
}
END_TEST

static void set_pid(const char *name, int offset)
{
    char text[32];

    snprintf(text, sizeof text, "%d", (int)getpid() + offset);
    setenv(name, text, 1);
}

START_TEST(the_watchdog_is_fed_at_half_its_time)
{
    ck_assert_int_eq(notify_watchdog_ns(), 0);
    setenv("WATCHDOG_USEC", "3000000", 1);
    ck_assert_int_eq(notify_watchdog_ns(), INT64_C(1500000000));
    set_pid("WATCHDOG_PID", 0);
    ck_assert_int_eq(notify_watchdog_ns(), INT64_C(1500000000));
    set_pid("WATCHDOG_PID", 1);
    ck_assert_int_eq(notify_watchdog_ns(), 0);
}
END_TEST

START_TEST(a_watchdog_that_is_no_number_is_none)
{
    static const char *const wrong[] = {"", "x", "1x", "-5", "0", "9223372036854775807"};

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        setenv("WATCHDOG_USEC", wrong[i], 1);
        ck_assert_int_eq(notify_watchdog_ns(), 0);
    }
}
END_TEST

START_TEST(sockets_are_taken_only_if_they_are_for_this_process)
{
    ck_assert_int_eq(notify_listen_fds(), 0);
    setenv("LISTEN_FDS", "2", 1);
    ck_assert_int_eq(notify_listen_fds(), 0); /* for whom? */
    set_pid("LISTEN_PID", 0);
    ck_assert_int_eq(notify_listen_fds(), 2);
    set_pid("LISTEN_PID", 1);
    ck_assert_int_eq(notify_listen_fds(), 0);
    set_pid("LISTEN_PID", 0);
    setenv("LISTEN_FDS", "1000000", 1);
    ck_assert_int_eq(notify_listen_fds(), 0);
    setenv("LISTEN_FDS", "two", 1);
    ck_assert_int_eq(notify_listen_fds(), 0);
}
END_TEST

UNIT_MAIN("notify", send_reaches_an_abstract_socket, send_reaches_a_socket_file,
          a_reload_tells_its_time_in_microseconds, send_to_nobody_does_nothing,
          the_watchdog_is_fed_at_half_its_time, a_watchdog_that_is_no_number_is_none,
          sockets_are_taken_only_if_they_are_for_this_process)
