/* SPDX-License-Identifier: MIT */
#include "daemon.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <malloc.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "admission.h"
#include "allowance.h"
#include "clock.h"
#include "exposure.h"
#include "hub.h"
#include "identity.h"
#include "listening.h"
#include "log.h"
#include "metrics.h"
#include "notify.h"
#include "reply.h"
#include "settings.h"
#include "worker.h"

enum { SIGNALS = 3 };

struct daemon {
    const struct options *options;
    struct config *started; /* what it started with: some keys stay so */
    struct config *config;  /* what counts now */
    struct metrics metrics;
    struct event_base *base;
    struct hub *hub;
    struct admission *admission;
    struct worker **workers;
    size_t worker_count, running, next; /* next: who gets the next connection */
    struct listening listening;
    struct event signals[SIGNALS];
    struct event watchdog;
    uint64_t last_beats[HUB_WORKERS_MAX];
    int spare; /* a descriptor for the reload, which clients cannot have; -1: none */
};

/* ---- configuration ---- */

static struct config *load(const char *path)
{
    struct mistakes mistakes;
    struct config *config;

    mistakes_init(&mistakes, path);
    config = config_load(path, &mistakes);
    for (size_t i = 0; i < mistakes_count(&mistakes); i++)
        fprintf(stderr, "%s\n", mistakes_line(&mistakes, i));
    mistakes_release(&mistakes);
    return config;
}

struct config *daemon_configure(const struct options *options)
{
    struct config *config = options->config ? load(options->config) : config_default();
    char why[EXPOSURE_WHY_MAX];

    if (!config || exposure_allows(config, options, why))
        return config;
    fprintf(stderr, "chand: %s\n", why);
    config_free(config);
    return NULL;
}

/* Whether there is anything in memory by which somebody could pass for another one. */
static bool has_secrets(const struct config *config)
{
    for (size_t i = 0; i < config->listen.count; i++)
        if (config->listen.items[i].key)
            return true;
    return config->users.count > 0;
}

/* Descriptors, one for each connection; and no core dumps if they would tell too much. */
static void set_allowances(const struct daemon *d)
{
    const int64_t connections = d->config->limits.connections;
    uint64_t allowed;

    if (!allowance_raise(connections, &allowed))
        log_line(LEVEL_WARNING,
                 "limits.connections is %lld, but only %llu descriptors are allowed",
                 (long long)connections, (unsigned long long)allowed);
    if (has_secrets(d->config))
        allowance_keep_memory();
}

static void set_log_level(const struct daemon *d)
{
    log_set_level(d->options->has_level ? d->options->level : d->config->log_level);
}

/* ---- connections ---- */

/* One line, as PROTOCOL.md has it, to somebody for whom there is no place. */
static void turn_away(struct daemon *d, const struct accepted *accepted, enum err err)
{
    const struct reply_view r = reply_of((struct slice){0}, err);
    struct text out = {0};

    if (!accepted->keys) /* with TLS there is nothing to say before the handshake */
        reply_write(&out, &r);
    if (out.len > 0 && !out.broken &&
        send(accepted->fd, out.bytes, out.len, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        log_line(LEVEL_DEBUG,
                 "a client was turned away, and gone before it could be told");
    text_release(&out);
    close(accepted->fd);
    metrics_add(&d->metrics, METRIC_refused_total, 1);
}

static void on_accepted(const struct accepted *accepted, void *arg)
{
    struct daemon *d = arg;
    struct worker *w = d->workers[d->next];

    if (metrics_get(&d->metrics, METRIC_connections) >= d->config->limits.connections) {
        turn_away(d, accepted, ERR_LIMIT_CONNECTIONS);
        return;
    }
    d->next = (d->next + 1) % d->worker_count;
    metrics_add(&d->metrics, METRIC_connections, 1); /* before it can end */
    if (arrival_post(w, accepted)) {
        metrics_add(&d->metrics, METRIC_connections_total, 1);
        return;
    }
    metrics_add(&d->metrics, METRIC_connections, -1);
    turn_away(d, accepted, ERR_NO_MEMORY);
}

/* Why there is no daemon. */
static bool lacks(const char *what)
{
    log_line(LEVEL_ERROR, "cannot start without %s: %s", what, strerror(errno));
    return false;
}

/* ---- signals ---- */

static void on_stop(evutil_socket_t sig, short what, void *arg)
{
    struct daemon *d = arg;

    (void)what;
    log_line(LEVEL_NOTICE, "stopping: %s", strsignal((int)sig));
    event_base_loopbreak(d->base);
}

static void warn_of_fixed_keys(const struct daemon *d, const struct config *loaded)
{
    const char *keys[CONFIG_FIXED_MAX];
    size_t count = config_fixed_changes(d->started, loaded, keys);

    for (size_t i = 0; i < count; i++)
        log_line(LEVEL_WARNING, "%s has changed: that takes effect at the next start",
                 keys[i]);
}

static bool configure_hub(struct daemon *d, const struct config *loaded)
{
    struct broker_settings settings;
    bool ok = settings_of(loaded, &settings);

    if (!ok)
        return false;
    ok = hub_configure(d->hub, &settings);
    settings_release(&settings);
    return ok;
}

/* All of it, or, without memory, nothing. */
static bool apply(struct daemon *d, const struct config *loaded)
{
    struct roster *roster;

    if (!admission_draft(d->admission, &loaded->users, &roster))
        return false;
    if (!configure_hub(d, loaded)) {
        roster_drop(roster);
        return false;
    }
    admission_enact(d->admission, roster);
    for (size_t i = 0; i < d->worker_count; i++)
        worker_renew_limits(d->workers[i]);
    listening_keep_alive(&d->listening, loaded->limits.keepalive_s);
    return true;
}

static bool is_guarded(const struct daemon *d, const struct config *config)
{
    char why[EXPOSURE_WHY_MAX];
    bool ok = exposure_allows_all(config, &d->listening, why);

    if (!ok)
        log_line(LEVEL_ERROR, "%s", why);
    return ok;
}

static void reload(struct daemon *d)
{
    struct config *loaded = load(d->options->config);

    if (!loaded || !is_guarded(d, loaded) || !apply(d, loaded)) {
        log_line(LEVEL_ERROR, "%s was not taken: the configuration stays as it was",
                 d->options->config);
        config_free(loaded);
        return;
    }
    warn_of_fixed_keys(d, loaded);
    if (d->config != d->started)
        config_free(d->config);
    d->config = loaded;
    set_log_level(d);
    set_allowances(d);
    log_line(LEVEL_NOTICE, "%s was read again", d->options->config);
}

static void renew(struct daemon *d)
{
    listening_renew_keys(&d->listening);
    if (!d->options->config) {
        log_line(LEVEL_NOTICE, "there is no configuration file to read again");
        return;
    }
    notify_reloading(clock_now_ns());
    reload(d);
    notify_send("READY=1");
}

/* Clients are accepted by this thread, too, so it is not they who get the spare one. */
static void on_reload(evutil_socket_t sig, short what, void *arg)
{
    struct daemon *d = arg;

    (void)sig;
    (void)what;
    if (d->spare >= 0)
        close(d->spare);
    renew(d);
    d->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* The watchdog is told only if every worker has turned since it was told last. */
static void on_watchdog(evutil_socket_t fd, short what, void *arg)
{
    struct daemon *d = arg;
    bool alive = true;

    (void)fd;
    (void)what;
    for (size_t i = 0; i < d->worker_count; i++) {
        uint64_t beats = atomic_load(&d->workers[i]->beats);

        alive = alive && beats != d->last_beats[i];
        d->last_beats[i] = beats;
        worker_nudge(d->workers[i]);
    }
    if (alive)
        notify_send("WATCHDOG=1");
    else
        log_line(LEVEL_WARNING, "a worker does not turn");
}

static bool hear_signals(struct daemon *d)
{
    static const struct {
        int sig;
        event_callback_fn heard;
    } rows[SIGNALS] = {{SIGTERM, on_stop}, {SIGINT, on_stop}, {SIGHUP, on_reload}};

    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < SIGNALS; i++) {
        evsignal_assign(&d->signals[i], d->base, rows[i].sig, rows[i].heard, d);
        if (event_add(&d->signals[i], NULL) < 0)
            return lacks("its signals");
    }
    return true;
}

static void start_watchdog(struct daemon *d)
{
    int64_t period_ns = notify_watchdog_ns();
    const struct timeval period = {
        .tv_sec = period_ns / NS_PER_S,
        .tv_usec = period_ns % NS_PER_S / 1000,
    };

    event_assign(&d->watchdog, d->base, -1, EV_PERSIST, on_watchdog, d);
    for (size_t i = 0; i < d->worker_count; i++)
        d->last_beats[i] = UINT64_MAX;
    if (period_ns > 0)
        event_add(&d->watchdog, &period);
}

/* ---- starting ---- */

/* What libevent has to say. After an error it ends the process: nothing works then. */
static void on_event_log(int severity, const char *message)
{
    static const enum level levels[] = {
        [EVENT_LOG_DEBUG] = LEVEL_DEBUG,
        [EVENT_LOG_MSG] = LEVEL_INFO,
        [EVENT_LOG_WARN] = LEVEL_WARNING,
        [EVENT_LOG_ERR] = LEVEL_ERROR,
    };

    log_line(levels[severity], "%s", message);
}

/* The processors that we may run on, if the configuration does not say. */
static size_t count_workers(const struct config *config)
{
    cpu_set_t cpus;
    int count;

    if (config->workers > 0)
        return (size_t)config->workers;
    if (sched_getaffinity(0, sizeof cpus, &cpus) < 0)
        return 1;
    count = CPU_COUNT(&cpus);
    return count < HUB_WORKERS_MAX ? (size_t)count : HUB_WORKERS_MAX;
}

static bool open_hub(struct daemon *d)
{
    struct broker_settings settings;
    const char *name = NULL;
    enum err err;

    if (!settings_of(d->config, &settings))
        return lacks("settings");
    d->hub = hub_new(&settings);
    settings_release(&settings);
    if (!d->hub)
        return lacks("a hub");
    d->admission = admission_new();
    if (!d->admission || !admission_enrol(d->admission, &d->config->users))
        return lacks("users");
    err = settings_open_channels(d->config, d->hub->broker, clock_now_ns(), &name);
    if (err)
        log_line(LEVEL_ERROR, "cannot open channel %s: %s", name, err_text(err));
    return !err;
}

static bool open_workers(struct daemon *d)
{
    size_t count = count_workers(d->config);

    d->workers = calloc(count, sizeof(struct worker *));
    if (!d->workers)
        return lacks("workers");
    for (; d->worker_count < count; d->worker_count++) {
        d->workers[d->worker_count] = worker_new(d->hub, &d->metrics);
        if (!d->workers[d->worker_count])
            return lacks("a worker");
        d->workers[d->worker_count]->admission = d->admission;
    }
    d->metrics.workers = (int)count;
    return true;
}

/*
 * Values of 10 kB that come and go move the end of the heap by more than the 128 kB that
 * glibc allows for: it gave the pages back and had them filled with zeros again, all the
 * time (bench/README.md). Large values keep going back at once.
 *
 * There is one heap for all threads. With one for each, what a worker has freed is of no
 * use to the others, and the process takes nearly twice what is held; and nothing is
 * slower, for nearly all that lasts is allocated under hub.lock.
 */
static void keep_some_memory(void)
{
    mallopt(M_TRIM_THRESHOLD, 2 * 1024 * 1024);
    mallopt(M_MMAP_THRESHOLD, WEIGHT_MAPPED);
    mallopt(M_ARENA_MAX, 1);
}

/* Nothing that is done from here on needs a privilege. */
static bool become_user(struct daemon *d)
{
    struct sysuser sysuser;

    if (!identity_find(d->config, &sysuser))
        return false;
    if (sysuser.name[0])
        listening_give(&d->listening, sysuser.uid, sysuser.gid);
    return identity_assume(&sysuser);
}

struct daemon *daemon_new(struct config *config, const struct options *options)
{
    struct daemon *d = calloc(1, sizeof *d);

    if (!d) {
        lacks("memory");
        config_free(config);
        return NULL;
    }
    d->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
    d->options = options;
    d->started = d->config = config;
    d->metrics.started_ns = clock_now_ns();
    set_log_level(d);
    event_set_log_callback(on_event_log);
    set_allowances(d);
    keep_some_memory();
    d->base = event_base_new();
    if ((d->base || lacks("an event loop")) && open_hub(d) && open_workers(d) &&
        listening_open(&d->listening, config, options) && is_guarded(d, config) &&
        hear_signals(d) && become_user(d))
        return d;
    daemon_free(d);
    return NULL;
}

/* ---- running ---- */

static bool start(struct daemon *d)
{
    for (; d->running < d->worker_count; d->running++)
        if (!worker_start(d->workers[d->running]))
            return false;
    listening_keep_alive(&d->listening, d->config->limits.keepalive_s);
    if (!listening_start(&d->listening, d->base, on_accepted, d))
        return false;
    start_watchdog(d);
    notify_send("READY=1");
    return true;
}

static void stop(struct daemon *d)
{
    notify_send("STOPPING=1");
    listening_close(&d->listening);
    for (size_t i = 0; i < d->running; i++)
        worker_stop(d->workers[i]);
    while (d->running > 0)
        worker_join(d->workers[--d->running]);
    admission_stop(d->admission);
    log_line(LEVEL_NOTICE, "stopped");
}

bool daemon_run(struct daemon *d)
{
    bool started = start(d);

    if (started)
        event_base_dispatch(d->base);
    else
        log_line(LEVEL_ERROR, "cannot start: %s", strerror(errno));
    stop(d);
    return started;
}

void daemon_free(struct daemon *d)
{
    if (!d)
        return;
    listening_close(&d->listening);
    if (d->spare >= 0)
        close(d->spare);
    for (size_t i = 0; i < d->worker_count; i++)
        worker_free(d->workers[i]);
    hub_free(d->hub);
    admission_free(d->admission);
    for (int i = 0; d->base && i < SIGNALS; i++)
        if (event_initialized(&d->signals[i]))
            event_del(&d->signals[i]);
    if (d->base)
        event_base_free(d->base);
    if (d->config != d->started)
        config_free(d->config);
    config_free(d->started);
    free(d->workers);
    free(d);
}
