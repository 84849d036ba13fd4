/* SPDX-License-Identifier: MIT */
#include "listener.h"
#include "said.h"
#include "starve.h"
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

/* ---- a folder for socket files, and clients ---- */

/* Of this process: every test has its own. Made with the first URI in it. */
static char folder[] = "/tmp/chand-test-XXXXXX";

static struct uri uri_of(const char *text)
{
    struct uri uri;
    const char *wrong = uri_parse(text, &uri);

    ck_assert_msg(!wrong, "%s: %s", text, wrong);
    return uri;
}

static struct uri unix_uri(void)
{
    struct uri uri = {.scheme = URI_UNIX};

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(uri.path, sizeof uri.path, "%s/sock", folder);
    return uri;
}

static void remove_folder(void)
{
    char path[64];

    snprintf(path, sizeof path, "%s/sock", folder);
    unlink(path);
    rmdir(folder);
    memset(folder + strlen(folder) - 6, 'X', 6); /* so that it can be made again */
}

static int connect_to(const struct uri *uri)
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

static void on_accepted(const struct accepted *accepted, void *arg)
{
    struct door *door = arg;

    door->from[door->count] = accepted->from;
    door->proxies += accepted->is_proxy;
    door->fds[door->count++] = accepted->fd;
    if (door->count == door->wanted)
        event_base_loopbreak(door->base);
}

/* Accepts so many, waiting for them, and no longer than a minute. */
static void let_in(struct door *door, int count)
{
    const struct timeval patience = {.tv_sec = 60};

    door->wanted = count;
    event_base_loopexit(door->base, &patience);
    while (door->count < count && !event_base_got_exit(door->base))
        event_base_loop(door->base, EVLOOP_ONCE);
    ck_assert_int_eq(door->count, count);
}

static struct listener *opened(const char *text)
{
    struct uri uri = uri_of(text);
    struct listener *l = listener_open(&uri, NULL);

    ck_assert_msg(l, "%s: %s", text, strerror(errno));
    return l;
}

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

/* ---- accepting ---- */

START_TEST(who_comes_has_an_address)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};
    struct sockaddr_in in;
    socklen_t len = sizeof in;
    int fd = connect_to(listener_uri(l));
    char text[ADDRESS_TEXT_MAX], expected[ADDRESS_TEXT_MAX];

    ck_assert(listener_start(l, door.base, on_accepted, &door));
    let_in(&door, 1);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    snprintf(expected, sizeof expected, "127.0.0.1:%d", ntohs(in.sin_port));
    address_format(&door.from[0], text);
    ck_assert_str_eq(text, expected);
    ck_assert_int_eq(door.proxies, 0);
    close(door.fds[0]);
    close(fd);
    listener_free(l);
    event_base_free(door.base);
}
END_TEST

START_TEST(who_comes_from_a_range_of_proxies_is_one)
{
    static const struct {
        const char *range;
        int proxies;
    } rows[] = {{"127.0.0.0/8", 1}, {"10.0.0.0/8", 0}, {"::/0", 0}, {"unix", 0}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct address_range ranges[2];
        const struct config_listen how = {.mode = -1, .proxy = {ranges, 2}};
        struct uri uri = uri_of("tcp://127.0.0.1:0");
        struct listener *l = listener_open(&uri, &how);
        struct door door = {.base = event_base_new()};
        int fd = connect_to(listener_uri(l));

        ck_assert_ptr_null(address_range_parse("192.0.2.1", &ranges[0]));
        ck_assert_ptr_null(address_range_parse(rows[i].range, &ranges[1]));
        ck_assert(listener_start(l, door.base, on_accepted, &door));
        let_in(&door, 1);
        ck_assert_int_eq(door.proxies, rows[i].proxies);
        close(door.fds[0]);
        close(fd);
        listener_free(l);
        event_base_free(door.base);
    }
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

START_TEST(connections_are_handed_over_ready_for_use)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};
    int clients[3], on = 0;
    socklen_t len = sizeof on;

    ck_assert(listener_start(l, door.base, on_accepted, &door));
    for (int i = 0; i < 3; i++)
        clients[i] = connect_to(listener_uri(l));
    let_in(&door, 3);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_ne(fcntl(door.fds[i], F_GETFL) & O_NONBLOCK, 0);
        ck_assert_int_ne(fcntl(door.fds[i], F_GETFD) & FD_CLOEXEC, 0);
        ck_assert_int_eq(getsockopt(door.fds[i], IPPROTO_TCP, TCP_NODELAY, &on, &len), 0);
        ck_assert_int_ne(on, 0);
        close(door.fds[i]);
        close(clients[i]);
    }
    listener_free(l);
    event_base_free(door.base);
}
END_TEST

START_TEST(nobody_is_accepted_before_the_start)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};
    int fd = connect_to(listener_uri(l)); /* waits in the backlog */

    ck_assert_int_ge(fd, 0);
    event_base_loop(door.base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(door.count, 0);
    ck_assert(listener_start(l, door.base, on_accepted, &door));
    let_in(&door, 1);
    close(door.fds[0]);
    close(fd);
    listener_free(l);
    event_base_free(door.base);
}
END_TEST

/* Lowers how many descriptors there may be to those that are in use. */
static struct rlimit no_more_descriptors(void)
{
    struct rlimit before, now;
    int next = dup(0);

    close(next);
    getrlimit(RLIMIT_NOFILE, &before);
    now = before;
    now.rlim_cur = (rlim_t)next;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &now), 0);
    return before;
}

START_TEST(without_descriptors_it_pauses_says_so_once_and_goes_on)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};
    int fd = connect_to(listener_uri(l));
    struct rlimit before;
    struct said said;
    char *text;

    ck_assert(listener_start(l, door.base, on_accepted, &door));
    said_begin(&said, STDERR_FILENO);
    before = no_more_descriptors();
    for (int i = 0; i < 6; i++) /* it fails, pauses, tries again, … */
        event_base_loop(door.base, EVLOOP_ONCE);
    setrlimit(RLIMIT_NOFILE, &before);
    text = said_end(&said);
    ck_assert_int_eq(door.count, 0);
    ck_assert_ptr_nonnull(strstr(text, "warning: cannot accept on tcp://127.0.0.1:"));
    ck_assert_ptr_nonnull(strstr(text, "Too many open files"));
    ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
    let_in(&door, 1);
    close(door.fds[0]);
    close(fd);
    free(text);
    listener_free(l);
    event_base_free(door.base);
}
END_TEST

/* What accept is to fail with, and how often yet. */
static int accept_error, accept_errors, accept_calls;
static bool every_other; /* of the calls is to fail, the first one too */

/* Stands in front of that of libc. */
int accept4(int fd, __SOCKADDR_ARG addr, socklen_t *len, int flags)
{
    if (every_other ? accept_calls++ % 2 == 0 : accept_errors > 0) {
        accept_errors--;
        errno = accept_error;
        return -1;
    }
    return (int)syscall(SYS_accept4, fd, addr.__sockaddr__, len, flags);
}

/* What the log says while one client comes and accept fails so often before; freed. */
static char *log_of_errors(int error, int count)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};
    int fd = connect_to(listener_uri(l));
    struct said said;
    char *text;

    ck_assert(listener_start(l, door.base, on_accepted, &door));
    said_begin(&said, STDERR_FILENO);
    accept_error = error;
    accept_errors = count;
    let_in(&door, 1);
    ck_assert_int_eq(accept_errors, 0);
    event_base_loop(door.base, EVLOOP_NONBLOCK); /* nobody waits any more */
    text = said_end(&said);
    close(door.fds[0]);
    close(fd);
    listener_free(l);
    event_base_free(door.base);
    return text;
}

START_TEST(whatever_it_wants_it_says_so_once_and_when_that_is_over)
{
    static const int errors[] = {EMFILE, ENFILE, ENOMEM, ENOBUFS};

    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        char *text = log_of_errors(errors[i], 3), *again = strchr(text, '\n');

        ck_assert_ptr_nonnull(again);
        ck_assert_ptr_nonnull(strstr(text, "warning: cannot accept on tcp://127.0.0.1:"));
        ck_assert_ptr_nonnull(strstr(text, strerror(errors[i])));
        ck_assert_ptr_nonnull(strstr(again, "notice: accepting on tcp://127.0.0.1:"));
        ck_assert_ptr_eq(strchr(again + 1, '\n'), text + strlen(text) - 1);
        free(text);
    }
}
END_TEST

START_TEST(errors_of_a_connection_are_passed_over)
{
    static const int errors[] = {EINTR, ECONNABORTED, EPERM, EPROTO, ENETDOWN};

    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        char *text = log_of_errors(errors[i], 3);

        ck_assert_str_eq(text, "");
        free(text);
    }
}
END_TEST

/* As long as somebody comes whenever there is a descriptor, it is not over. */
START_TEST(who_gets_in_now_and_then_does_not_make_it_talk)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};
    int fds[2];
    struct said said;
    char *text;

    for (int i = 0; i < 2; i++)
        fds[i] = connect_to(listener_uri(l));
    accept_error = EMFILE;
    every_other = true;
    ck_assert(listener_start(l, door.base, on_accepted, &door));
    said_begin(&said, STDERR_FILENO);
    let_in(&door, 2);
    text = said_end(&said);
    ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
    free(text);
    every_other = false;
    for (int i = 0; i < 2; i++) {
        close(door.fds[i]);
        close(fds[i]);
    }
    listener_free(l);
    event_base_free(door.base);
}
END_TEST

static int option_of(int fd, int level, int option)
{
    int value = -1;
    socklen_t len = sizeof value;

    ck_assert_int_eq(getsockopt(fd, level, option, &value, &len), 0);
    return value;
}

START_TEST(clients_over_tcp_are_asked_whether_they_are_there)
{
    static const struct {
        int64_t keepalive_s;
        bool on;
        int idle_s, interval_s;
    } rows[] = {
        {60, true, 30, 10},         {1, true, 1, 1},    {2, true, 1, 1},
        {32767, true, 16383, 5461}, {0, false, -1, -1},
    };
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};

    ck_assert(listener_start(l, door.base, on_accepted, &door));
    for (int i = 0; i < (int)(sizeof rows / sizeof *rows); i++) {
        int client, fd;

        listener_keep_alive(l, rows[i].keepalive_s);
        client = connect_to(listener_uri(l));
        let_in(&door, 1);
        fd = door.fds[--door.count];
        ck_assert_int_eq(option_of(fd, SOL_SOCKET, SO_KEEPALIVE), rows[i].on);
        if (rows[i].on) {
            ck_assert_int_eq(option_of(fd, IPPROTO_TCP, TCP_KEEPIDLE), rows[i].idle_s);
            ck_assert_int_eq(option_of(fd, IPPROTO_TCP, TCP_KEEPINTVL),
                             rows[i].interval_s);
            ck_assert_int_eq(option_of(fd, IPPROTO_TCP, TCP_KEEPCNT), 3);
        }
        close(client);
        close(fd);
    }
    listener_free(l);
    event_base_free(door.base);
}
END_TEST

START_TEST(a_paused_listener_may_be_freed)
{
    struct listener *l = opened("tcp://127.0.0.1:0");
    struct door door = {.base = event_base_new()};
    int fd = connect_to(listener_uri(l));
    struct rlimit before;
    struct said said;

    ck_assert(listener_start(l, door.base, on_accepted, &door));
    said_begin(&said, STDERR_FILENO);
    before = no_more_descriptors();
    event_base_loop(door.base, EVLOOP_ONCE);
    setrlimit(RLIMIT_NOFILE, &before);
    free(said_end(&said));
    listener_free(l);
    event_base_loop(door.base, EVLOOP_NONBLOCK);
    ck_assert_int_eq(door.count, 0);
    close(fd);
    event_base_free(door.base);
}
END_TEST

UNIT_MAIN("listener", port_0_becomes_a_real_one, a_name_stays_as_it_was_asked_for,
          a_port_in_use_is_refused, a_port_can_be_used_again_at_once,
          a_host_that_is_none_is_refused, a_socket_file_comes_and_goes_with_the_listener,
          a_left_over_socket_file_is_replaced,
          a_socket_file_that_is_answered_is_left_alone,
          a_file_that_is_no_socket_is_left_alone,
          a_socket_file_of_somebody_else_is_not_removed, without_memory_nothing_is_open,
          a_socket_that_listens_is_adopted, the_file_of_an_adopted_socket_stays,
          what_does_not_listen_is_not_adopted, an_abstract_socket_has_a_name_and_no_file,
          a_socket_file_is_as_the_configuration_wants_it,
          a_socket_file_is_given_away_but_for_what_the_configuration_says,
          what_has_no_file_is_given_to_nobody_and_that_is_fine, who_comes_has_an_address,
          who_comes_from_a_range_of_proxies_is_one,
          a_listener_with_tls_does_not_start_without_keys,
          connections_are_handed_over_ready_for_use, nobody_is_accepted_before_the_start,
          without_descriptors_it_pauses_says_so_once_and_goes_on,
          whatever_it_wants_it_says_so_once_and_when_that_is_over,
          errors_of_a_connection_are_passed_over,
          who_gets_in_now_and_then_does_not_make_it_talk,
          clients_over_tcp_are_asked_whether_they_are_there,
          a_paused_listener_may_be_freed)
