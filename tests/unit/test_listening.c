/* SPDX-License-Identifier: MIT */
#include "config.h"
#include "keyring.h"
#include "listening.h"
#include "said.h"
#include "secure.h"
#include "starve.h"
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* A certificate, and a configuration that uses it. */
struct stage {
    struct keyring ring;
    struct identity server;
    struct config *config;
    struct listening all;
    struct options options;
};

static void stage_open(struct stage *st)
{
    const struct identity_wish server = {.name = "server"};

    memset(st, 0, sizeof *st);
    st->ring = keyring_new();
    st->server = keyring_issue(&st->ring, &server, NULL);
}

static void configure(struct stage *st, const char *uris)
{
    struct mistakes mistakes;
    char text[1000];

    config_free(st->config);
    snprintf(text, sizeof text,
             "listen: [%s, {uri: 'tls://127.0.0.1:0', certificate: %s, "
             "key: %s}]",
             uris, st->server.certificate_path, st->server.key_path);
    mistakes_init(&mistakes, "test");
    st->config = config_parse(text, strlen(text), &mistakes);
    ck_assert_msg(st->config, "%s", mistakes_line(&mistakes, 0));
    mistakes_release(&mistakes);
}

static void stage_close(struct stage *st)
{
    listening_close(&st->all);
    config_free(st->config);
    identity_release(&st->server);
    keyring_free(&st->ring);
}

static void on_accepted(const struct accepted *accepted, void *arg)
{
    struct secure_keys **last = arg;

    *last = secure_hold(accepted->keys);
    close(accepted->fd);
}

/* The keys with which the i-th accepts somebody now, held. */
static struct secure_keys *accept_with(struct event_base *base, struct secure_keys **last,
                                       const struct listener *l)
{
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)listener_uri(l)->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&in, sizeof in), 0);
    event_base_loop(base, EVLOOP_ONCE);
    close(fd);
    return *last;
}

START_TEST(the_configuration_says_where)
{
    struct stage st;

    stage_open(&st);
    configure(&st, "'tcp://127.0.0.1:0'");
    ck_assert(listening_open(&st.all, st.config, &st.options));
    ck_assert_uint_eq(st.all.count, 2);
    ck_assert_int_eq(listener_uri(st.all.items[0])->scheme, URI_TCP);
    ck_assert_int_eq(listener_uri(st.all.items[1])->scheme, URI_TLS);
    ck_assert_ptr_eq(listener_how(st.all.items[1]), &st.config->listen.items[1]);
    stage_close(&st);
}
END_TEST

START_TEST(an_option_has_what_the_configuration_says_of_the_same_uri)
{
    char *uris[] = {(char[]){"tls://127.0.0.1:0"}, (char[]){"tcp://127.0.0.1:0"}};
    struct stage st;

    stage_open(&st);
    configure(&st, "'tcp://127.0.0.1:1'");
    st.options = (struct options){.listen = uris, .listen_count = 2};
    ck_assert(listening_open(&st.all, st.config, &st.options));
    ck_assert_uint_eq(st.all.count, 2);
    ck_assert_ptr_eq(listener_how(st.all.items[0]), &st.config->listen.items[1]);
    ck_assert_ptr_null(listener_how(st.all.items[1])->uri);
    stage_close(&st);
}
END_TEST

/* Opening fails, with that in the log. */
static void check_refused(struct stage *st, const char *says)
{
    struct said said;
    char *log;

    said_begin(&said, STDERR_FILENO);
    ck_assert(!listening_open(&st->all, st->config, &st->options));
    log = said_end(&said);
    ck_assert_msg(strstr(log, says) != NULL, "%s: %s", says, log);
    free(log);
    listening_close(&st->all);
}

START_TEST(without_a_certificate_there_is_no_listener)
{
    char *uris[] = {(char[]){"tls://localhost:0"}}; /* another name for the host */
    struct stage st;

    stage_open(&st);
    configure(&st, "'tcp://127.0.0.1:0'");
    unlink(st.server.key_path);
    check_refused(&st, "error: cannot listen on tls://127.0.0.1:0: /tmp/chand-keys-");
    st.options = (struct options){.listen = uris, .listen_count = 1};
    check_refused(&st, "error: cannot listen on tls://localhost:0: listen in the "
                       "configuration does not have it");
    stage_close(&st);
}
END_TEST

START_TEST(what_cannot_be_opened_is_named)
{
    struct stage st;

    stage_open(&st);
    configure(&st, "'unix:///nonexistent/sock'");
    check_refused(&st, "error: cannot listen on unix:///nonexistent/sock: No such file");
    stage_close(&st);
}
END_TEST

/* A socket that listens on a port of the system's choice. */
static int listening_socket(int *ret_port)
{
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    socklen_t len = sizeof in;

    ck_assert_int_eq(bind(fd, (const struct sockaddr *)&in, sizeof in), 0);
    ck_assert_int_eq(listen(fd, 5), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &len), 0);
    *ret_port = ntohs(in.sin_port);
    return fd;
}

/*
 * As systemd does it: the sockets begin at 3, and are ours by our pid. In a process of
 * its own, and without a word: 3 is where Check writes to. Exits with the scheme.
 */
static void adopt_and_exit(struct stage *st, int fd)
{
    char pid[16];

    dup2(fd, 3);
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("LISTEN_PID", pid, 1);
    setenv("LISTEN_FDS", "1", 1);
    if (!listening_open(&st->all, st->config, &st->options) || st->all.count != 1)
        _exit(EXIT_FAILURE);
    _exit(100 + (int)listener_uri(st->all.items[0])->scheme);
}

/*
 * What becomes of a socket that is handed over where the configuration has TLS for its
 * port and that host; NULL: for another port.
 */
static int adopted_scheme(const char *host)
{
    int status, port, fd = listening_socket(&port);
    char uris[400];
    struct stage st;
    pid_t pid;

    stage_open(&st);
    snprintf(uris, sizeof uris, "{uri: 'tls://%s:%d', certificate: %s, key: %s}",
             host ? host : "127.0.0.1", host ? port : 1, st.server.certificate_path,
             st.server.key_path);
    configure(&st, uris);
    pid = fork();
    if (pid == 0)
        adopt_and_exit(&st, fd);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    close(fd);
    stage_close(&st);
    return WEXITSTATUS(status) - 100;
}

START_TEST(a_socket_of_systemd_has_tls_if_the_configuration_has_it_for_its_port)
{
    ck_assert_int_eq(adopted_scheme("127.0.0.1"), URI_TLS);
    ck_assert_int_eq(adopted_scheme("localhost"), URI_TLS);
    ck_assert_int_eq(adopted_scheme(NULL), URI_TCP);
}
END_TEST

START_TEST(other_keys_are_for_those_who_come_later_and_bad_ones_for_nobody)
{
    struct secure_keys *last = NULL, *first, *second, *third;
    struct event_base *base = event_base_new();
    const struct identity_wish again = {.name = "server"};
    struct identity other;
    struct said said;
    struct stage st;
    char *log;

    stage_open(&st);
    configure(&st, "'tcp://127.0.0.1:0'");
    said_begin(&said, STDERR_FILENO);
    ck_assert(listening_open(&st.all, st.config, &st.options));
    ck_assert(listening_start(&st.all, base, on_accepted, &last));
    ck_assert_ptr_null(accept_with(base, &last, st.all.items[0]));
    first = accept_with(base, &last, st.all.items[1]);
    ck_assert_ptr_nonnull(first);
    other = keyring_issue(&st.ring, &again, NULL); /* in the same files */
    listening_renew_keys(&st.all);
    second = accept_with(base, &last, st.all.items[1]);
    ck_assert_ptr_ne(second, first);
    unlink(other.certificate_path);
    listening_renew_keys(&st.all);
    third = accept_with(base, &last, st.all.items[1]);
    ck_assert_ptr_eq(third, second);
    log = said_end(&said);
    ck_assert_ptr_nonnull(strstr(log, "notice: listening on tls://127.0.0.1:"));
    ck_assert_ptr_nonnull(strstr(log, "notice: the certificate of tls://"));
    ck_assert_ptr_nonnull(strstr(log, "stays as it was: /tmp/chand-keys-"));
    free(log);
    secure_drop(first);
    secure_drop(second);
    secure_drop(third);
    identity_release(&other);
    stage_close(&st);
    event_base_free(base);
}
END_TEST

/* The daemon serves on: those who could reach it before still can. */
START_TEST(a_file_that_cannot_be_given_away_is_named)
{
    char path[64], uri[80], *uris[] = {uri};
    struct stage st;
    struct said said;
    char *log;

    stage_open(&st);
    configure(&st, "'tcp://127.0.0.1:0'");
    snprintf(path, sizeof path, "/tmp/chand-give-%d", getpid());
    snprintf(uri, sizeof uri, "unix://%s", path);
    st.options = (struct options){.listen = uris, .listen_count = 1};
    ck_assert(listening_open(&st.all, st.config, &st.options));
    ck_assert_int_eq(unlink(path), 0);
    said_begin(&said, STDERR_FILENO);
    listening_give(&st.all, 4711, 4712);
    log = said_end(&said);
    ck_assert_ptr_nonnull(strstr(log, "warning: the file of unix:///tmp/chand-give-"));
    ck_assert_ptr_nonnull(strstr(log, "stays root's: No such file or directory"));
    free(log);
    stage_close(&st);
}
END_TEST

START_TEST(without_memory_it_says_so)
{
    struct stage st;
    struct said said;
    char *log;
    bool ok;

    stage_open(&st);
    configure(&st, "'tcp://127.0.0.1:0'");
    said_begin(&said, STDERR_FILENO);
    starve_after(0);
    ok = listening_open(&st.all, st.config, &st.options);
    starve_end();
    log = said_end(&said);
    ck_assert(!ok);
    ck_assert_ptr_nonnull(strstr(log, "cannot listen: "));
    free(log);
    stage_close(&st);
}
END_TEST

UNIT_MAIN("listening", the_configuration_says_where,
          an_option_has_what_the_configuration_says_of_the_same_uri,
          without_a_certificate_there_is_no_listener, what_cannot_be_opened_is_named,
          a_socket_of_systemd_has_tls_if_the_configuration_has_it_for_its_port,
          other_keys_are_for_those_who_come_later_and_bad_ones_for_nobody,
          a_file_that_cannot_be_given_away_is_named, without_memory_it_says_so)
