/* SPDX-License-Identifier: MIT */
/*
 * serving.h - a hub with workers that serve socket pairs, and clients at the other ends:
 * what the tests of the server's threads start from.
 *
 * A test may hold hub.lock, or the lock of a session, to stop a worker where it matters;
 * there is nothing in here that waits for a while, only for something to happen.
 */
#ifndef TESTS_SERVING_H
#define TESTS_SERVING_H

#include <check.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "arrival.h"
#include "clock.h"
#include "session.h"
#include "worker.h"

enum { SERVING_WORKERS_MAX = 4, SERVING_PATIENCE_S = 60 };

struct serving {
    struct metrics metrics;
    struct hub *hub;
    struct worker *workers[SERVING_WORKERS_MAX];
    size_t count;
    bool running;
};

struct client {
    int fd;
    FILE *in;
};

/* ---- waiting ---- */

/* Gives the processor away until the condition holds. */
#define serving_await(condition)                                                         \
    do {                                                                                 \
        int64_t until_ns = clock_now_ns() + SERVING_PATIENCE_S * NS_PER_S;               \
                                                                                         \
        while (!(condition)) {                                                           \
            ck_assert_msg(clock_now_ns() < until_ns, "in vain for: %s", #condition);     \
            sched_yield();                                                               \
        }                                                                                \
    } while (0)

/* ---- the daemon's side ---- */

static inline struct broker_settings serving_settings(void)
{
    return (struct broker_settings){
        .limits = limits_default(),
        .auto_create = true,
        .closed_linger_ns = 3600 * NS_PER_S,
    };
}

/* Workers that are not running yet. */
static inline void serving_prepare(struct serving *sv, size_t count,
                                   const struct broker_settings *settings)
{
    ck_assert_uint_le(count, SERVING_WORKERS_MAX);
    memset(sv, 0, sizeof *sv);
    sv->metrics.started_ns = clock_now_ns();
    sv->metrics.workers = (int)count;
    sv->hub = hub_new(settings);
    ck_assert_ptr_nonnull(sv->hub);
    for (sv->count = 0; sv->count < count; sv->count++) {
        sv->workers[sv->count] = worker_new(sv->hub, &sv->metrics);
        ck_assert_ptr_nonnull(sv->workers[sv->count]);
    }
}

static inline void serving_run(struct serving *sv)
{
    for (size_t i = 0; i < sv->count; i++)
        ck_assert(worker_start(sv->workers[i]));
    sv->running = true;
}

/* So many workers with the default settings, running. */
static inline void serving_start(struct serving *sv, size_t count)
{
    const struct broker_settings settings = serving_settings();

    serving_prepare(sv, count, &settings);
    serving_run(sv);
}

/* As the daemon does: all are told, then all are waited for. */
static inline void serving_stop(struct serving *sv)
{
    for (size_t i = 0; sv->running && i < sv->count; i++)
        worker_stop(sv->workers[i]);
    for (size_t i = 0; sv->running && i < sv->count; i++)
        worker_join(sv->workers[i]);
    for (size_t i = 0; i < sv->count; i++)
        worker_free(sv->workers[i]);
    ck_assert_int_eq(atomic_load(&sv->hub->outside), 0);
    if (broker_totals(sv->hub->broker).channels == 0)
        ck_assert_int_eq(budget_total(&sv->hub->budget), 0);
    hub_free(sv->hub);
}

static inline int64_t serving_metric(const struct serving *sv, enum metric metric)
{
    return metrics_get(&sv->metrics, metric);
}

/* Until the daemon's side has ended all but so many sessions. */
static inline void serving_await_sessions(struct serving *sv, int64_t count)
{
    serving_await(serving_metric(sv, METRIC_connections) == count);
}

/* ---- the client's side ---- */

static inline struct client client_of(int fd)
{
    const struct timeval patience = {.tv_sec = SERVING_PATIENCE_S};
    struct client c = {.fd = fd, .in = fdopen(dup(fd), "r")};

    ck_assert_ptr_nonnull(c.in);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience),
                     0);
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience),
                     0);
    return c;
}

/* A pair of sockets as a listener hands them over: the daemon's end does not block. */
static inline struct client client_pair(int *ret_fd)
{
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    ck_assert_int_eq(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
    *ret_fd = fds[1];
    return client_of(fds[0]);
}

/* The daemon's end of a connection goes to a worker, as the main thread would send it. */
static inline void serving_welcome(struct serving *sv, size_t worker, int fd)
{
    const struct accepted accepted = {.fd = fd, .from.family = ADDRESS_UNIX};

    metrics_add(&sv->metrics, METRIC_connections, 1);
    ck_assert(arrival_post(sv->workers[worker], &accepted));
}

static inline struct client client_connect(struct serving *sv, size_t worker)
{
    struct client c;
    int fd;

    c = client_pair(&fd);
    serving_welcome(sv, worker, fd);
    return c;
}

static inline void client_send_bytes(const struct client *c, const char *bytes,
                                     size_t len)
{
    while (len > 0) {
        ssize_t n = send(c->fd, bytes, len, MSG_NOSIGNAL);

        ck_assert_int_gt(n, 0);
        bytes += n;
        len -= (size_t)n;
    }
}

static inline void client_send(const struct client *c, const char *text)
{
    client_send_bytes(c, text, strlen(text));
}

/* The next line without its line feed, the caller's; NULL: the daemon has closed. */
static inline char *client_line(const struct client *c)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t n = getline(&line, &cap, c->in);

    if (n < 0) {
        ck_assert_msg(feof(c->in), "no line within %d s", SERVING_PATIENCE_S);
        free(line);
        return NULL;
    }
    ck_assert_int_eq(line[n - 1], '\n');
    line[n - 1] = '\0';
    return line;
}

static inline void client_expect(const struct client *c, const char *text)
{
    char *line = client_line(c);

    ck_assert_msg(line, "the daemon has closed instead of: %s", text);
    ck_assert_str_eq(line, text);
    free(line);
}

static inline void client_expect_end(const struct client *c)
{
    char *line = client_line(c);

    ck_assert_msg(!line, "instead of the end: %s", line);
}

/* Asks, and holds the answer against what is expected. */
static inline void client_ask(const struct client *c, const char *request,
                              const char *reply)
{
    client_send(c, request);
    client_expect(c, reply);
}

/* Whatever was sent before has been started when this returns. */
static inline void client_sync(const struct client *c)
{
    client_ask(c, "{\"op\":\"ping\",\"id\":\"sync\"}\n", "{\"id\":\"sync\",\"ok\":true}");
}

#define PING             "{\"op\":\"ping\"}\n"
#define PONG             "{\"ok\":true}"
#define TAKE(chan)       "{\"op\":\"take\",\"chan\":\"" chan "\"}\n"
#define PUT(chan, value) "{\"op\":\"put\",\"chan\":\"" chan "\",\"value\":" #value "}\n"
#define GOT(value)       "{\"ok\":true,\"value\":" #value "}"

/* A JSON string of len bytes, the caller's. */
static inline char *long_value(size_t len)
{
    char *value = malloc(len + 1);

    ck_assert_ptr_nonnull(value);
    memset(value, 'x', len);
    value[0] = value[len - 1] = '"';
    value[len] = '\0';
    return value;
}

static inline void client_close(struct client *c)
{
    fclose(c->in);
    close(c->fd);
}

/* ---- holding a worker up ---- */

/*
 * hub.lock is held in between: no session's lock may be taken there, only before.
 * The worker of this client, which has been quiet, stops in front of the hub. Whatever
 * comes to it until serving_let_go, it finds in its next turn, in the order of coming.
 */
static inline void serving_hold(struct serving *sv, const struct client *c)
{
    int64_t before = serving_metric(sv, METRIC_received_bytes);

    pthread_mutex_lock(&sv->hub->lock);
    client_send(c, PING);
    serving_await(serving_metric(sv, METRIC_received_bytes) > before);
}

static inline void serving_let_go(struct serving *sv, const struct client *c)
{
    pthread_mutex_unlock(&sv->hub->lock);
    client_expect(c, PONG);
}

/* ---- looking inside, while the worker is held up or at rest ---- */

/* The session that came to the worker as the i-th of those that are left, from 0. */
static inline struct session *serving_session(struct serving *sv, size_t worker, size_t i)
{
    struct list *l;

    pthread_mutex_lock(&sv->hub->lock); /* between two visits of the worker */
    l = sv->workers[worker]->sessions.next;
    while (i-- > 0)
        l = l->next;
    pthread_mutex_unlock(&sv->hub->lock);
    ck_assert_ptr_ne(l, &sv->workers[worker]->sessions);
    return container_of(l, struct session, siblings);
}

#endif
