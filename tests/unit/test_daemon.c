/* SPDX-License-Identifier: MIT */
#include "daemon.h"
#include "said.h"
#include "starve.h"
#include "unit.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

/* ---- a place for files, and a daemon in it ---- */

struct spot {
    char folder[32], config[64], sock[64], listen[80];
    char *uris[1];
    struct options options;
};

static void spot_make(struct spot *p)
{
    *p = (struct spot){.folder = "/tmp/chand-test-XXXXXX"};
    ck_assert_ptr_nonnull(mkdtemp(p->folder));
    snprintf(p->config, sizeof p->config, "%s/chand.yaml", p->folder);
    snprintf(p->sock, sizeof p->sock, "%s/sock", p->folder);
    snprintf(p->listen, sizeof p->listen, "unix://%s", p->sock);
    p->uris[0] = p->listen;
    p->options = (struct options){.listen = p->uris, .listen_count = 1};
}

static void spot_remove(struct spot *p)
{
    unlink(p->config);
    unlink(p->sock);
    ck_assert_int_eq(rmdir(p->folder), 0);
}

static void spot_configure(struct spot *p, const char *text)
{
    FILE *file = fopen(p->config, "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

/* ---- somebody outside, while the daemon has this thread ---- */

static int connect_to(const char *path)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    const struct timeval patience = {.tv_sec = 60};

    snprintf(un.sun_path, sizeof un.sun_path, "%s", path);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience),
                     0);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)&un, sizeof un), 0);
    return fd;
}

static bool is_answered(int fd, const char *request, const char *reply)
{
    char came[4096];
    size_t len = 0;
    ssize_t n = send(fd, request, strlen(request), MSG_NOSIGNAL);

    while (n > 0 && (len == 0 || came[len - 1] != '\n') && len < sizeof came - 1) {
        n = recv(fd, came + len, sizeof came - 1 - len, 0);
        len += n > 0 ? (size_t)n : 0;
    }
    came[len] = '\0';
    return strstr(came, reply) != NULL;
}

struct visit {
    struct spot *spot;
    bool welcome;
};

static void *visit_and_stop(void *arg)
{
    struct visit *visit = arg;
    int fd = connect_to(visit->spot->sock);

    visit->welcome =
        is_answered(fd, "{\"op\":\"ping\",\"id\":1}\n", "{\"id\":1,\"ok\":true}\n");
    close(fd);
    kill(getpid(), SIGTERM);
    return NULL;
}

/* Sends itself a SIGHUP, and sees a limit change. */
static void *reload_and_stop(void *arg)
{
    struct visit *visit = arg;
    int fd = connect_to(visit->spot->sock);

    visit->welcome = is_answered(fd, "{\"op\":\"hello\"}\n", "\"alts_ops\":2,");
    spot_configure(visit->spot, "limits: {alts_ops: 3}\n");
    kill(getpid(), SIGHUP);
    for (int i = 0; visit->welcome && i < 1000000; i++, sched_yield())
        if (is_answered(fd, "{\"op\":\"hello\"}\n", "\"alts_ops\":3,"))
            break;
    visit->welcome =
        visit->welcome && is_answered(fd, "{\"op\":\"hello\"}\n", "\"alts_ops\":3,");
    close(fd);
    kill(getpid(), SIGTERM);
    return NULL;
}

/* Runs a daemon there with a visitor; what it logged is the caller's. */
static char *run_with(struct spot *p, void *(*visitor)(void *))
{
    struct config *config = daemon_configure(&p->options);
    struct visit visit = {.spot = p};
    struct said said;
    struct daemon *d;
    pthread_t thread;
    char *log;

    ck_assert_ptr_nonnull(config);
    said_begin(&said, STDERR_FILENO);
    d = daemon_new(config, &p->options);
    ck_assert_ptr_nonnull(d);
    ck_assert_int_eq(pthread_create(&thread, NULL, visitor, &visit), 0);
    ck_assert(daemon_run(d));
    pthread_join(thread, NULL);
    daemon_free(d);
    log = said_end(&said);
    ck_assert_msg(visit.welcome, "%s", log);
    return log;
}

/* ---- configuring ---- */

START_TEST(without_a_file_everything_has_its_default)
{
    const struct options options = {0};
    struct config *config = daemon_configure(&options);

    ck_assert_ptr_nonnull(config);
    ck_assert_uint_eq(config->listen.count, 1);
    ck_assert_str_eq(config->listen.items[0].uri, "tcp://127.0.0.1:2426");
    config_free(config);
}
END_TEST

START_TEST(every_mistake_of_a_file_is_told)
{
    struct spot p;
    struct said said;
    char *text;

    spot_make(&p);
    spot_configure(&p, "workers: many\nnonsense: 1\n");
    p.options.config = p.config;
    said_begin(&said, STDERR_FILENO);
    ck_assert_ptr_null(daemon_configure(&p.options));
    text = said_end(&said);
    ck_assert_ptr_nonnull(strstr(text, "chand.yaml:1:10: workers: "));
    ck_assert_ptr_nonnull(strstr(text, "chand.yaml:2:1: nonsense: "));
    free(text);
    spot_remove(&p);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_told)
{
    struct spot p;
    struct said said;
    char *text;

    spot_make(&p);
    p.options.config = p.config;
    said_begin(&said, STDERR_FILENO);
    ck_assert_ptr_null(daemon_configure(&p.options));
    text = said_end(&said);
    ck_assert_ptr_nonnull(strstr(text, p.config));
    free(text);
    spot_remove(&p);
}
END_TEST

/* ---- starting and stopping ---- */

START_TEST(it_serves_until_a_signal_ends_it)
{
    struct stat st;
    struct spot p;
    char *log;

    spot_make(&p);
    log = run_with(&p, visit_and_stop);
    ck_assert_ptr_nonnull(strstr(log, "notice: listening on unix:///tmp/chand-test-"));
    ck_assert_ptr_nonnull(strstr(log, "notice: stopping: Terminated\n"));
    ck_assert_ptr_nonnull(strstr(log, "notice: stopped\n"));
    ck_assert_int_lt(stat(p.sock, &st), 0);
    free(log);
    spot_remove(&p);
}
END_TEST

START_TEST(it_can_be_started_again_in_the_same_process)
{
    struct spot p;

    spot_make(&p);
    for (int i = 0; i < 3; i++)
        free(run_with(&p, visit_and_stop));
    spot_remove(&p);
}
END_TEST

START_TEST(a_reload_takes_the_file_as_it_is_now)
{
    struct spot p;
    char *log;

    spot_make(&p);
    spot_configure(&p, "limits: {alts_ops: 2}\nworkers: 2\n");
    p.options.config = p.config;
    log = run_with(&p, reload_and_stop);
    ck_assert_ptr_nonnull(strstr(log, "warning: workers has changed"));
    ck_assert_ptr_nonnull(strstr(log, "chand.yaml was read again"));
    free(log);
    spot_remove(&p);
}
END_TEST

START_TEST(the_level_of_the_command_line_counts)
{
    struct spot p;
    char *log;

    spot_make(&p);
    spot_configure(&p, "log: {level: debug}\n");
    p.options.config = p.config;
    p.options.has_level = true;
    p.options.level = LEVEL_ERROR;
    log = run_with(&p, visit_and_stop);
    ck_assert_str_eq(log, "");
    free(log);
    spot_remove(&p);
}
END_TEST

START_TEST(it_may_be_freed_without_having_run)
{
    struct daemon *d;
    struct spot p;

    spot_make(&p);
    d = daemon_new(daemon_configure(&p.options), &p.options);
    ck_assert_ptr_nonnull(d);
    daemon_free(d);
    daemon_free(NULL);
    spot_remove(&p);
}
END_TEST

START_TEST(a_place_that_is_taken_is_told)
{
    struct daemon *first;
    struct said said;
    struct spot p;
    char *text;

    spot_make(&p);
    first = daemon_new(daemon_configure(&p.options), &p.options);
    ck_assert_ptr_nonnull(first);
    said_begin(&said, STDERR_FILENO);
    ck_assert_ptr_null(daemon_new(daemon_configure(&p.options), &p.options));
    text = said_end(&said);
    ck_assert_ptr_nonnull(strstr(text, "error: cannot listen on unix://"));
    ck_assert_ptr_nonnull(strstr(text, "Address already in use\n"));
    free(text);
    daemon_free(first);
    spot_remove(&p);
}
END_TEST

START_TEST(a_channel_that_cannot_be_opened_is_told)
{
    struct said said;
    struct spot p;
    char *text;

    spot_make(&p);
    spot_configure(&p,
                   "limits: {channels: 1}\nchannels: {open: [{name: a}, {name: b}]}\n");
    p.options.config = p.config;
    said_begin(&said, STDERR_FILENO);
    ck_assert_ptr_null(daemon_new(daemon_configure(&p.options), &p.options));
    text = said_end(&said);
    ck_assert_ptr_nonnull(strstr(text, "error: cannot open channel b: "));
    free(text);
    spot_remove(&p);
}
END_TEST

/* Whatever it is that there is no memory for: nothing is left, and nothing crashes. */
START_TEST(without_memory_there_is_no_daemon)
{
    struct daemon *d = NULL;
    struct said said;
    struct spot p;

    spot_make(&p);
    spot_configure(&p, "workers: 2\nchannels: {open: [{name: a}]}\n");
    p.options.config = p.config;
    said_begin(&said, STDERR_FILENO);
    for (long i = 0; !d; i++) {
        struct config *config = daemon_configure(&p.options);
        long refused;

        ck_assert_ptr_nonnull(config);
        starve_after(i);
        d = daemon_new(config, &p.options);
        refused = starve_end();
        if (refused == 0)
            ck_assert_ptr_nonnull(d);
    }
    daemon_free(d);
    free(said_end(&said));
    spot_remove(&p);
}
END_TEST

UNIT_MAIN("daemon", without_a_file_everything_has_its_default,
          every_mistake_of_a_file_is_told, a_file_that_is_not_there_is_told,
          it_serves_until_a_signal_ends_it, it_can_be_started_again_in_the_same_process,
          a_reload_takes_the_file_as_it_is_now, the_level_of_the_command_line_counts,
          it_may_be_freed_without_having_run, a_place_that_is_taken_is_told,
          a_channel_that_cannot_be_opened_is_told, without_memory_there_is_no_daemon)
