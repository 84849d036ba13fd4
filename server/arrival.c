/* SPDX-License-Identifier: MIT */
#include "arrival.h"

#include <errno.h>
#include <event2/event_struct.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include "clock.h"
#include "log.h"
#include "proxy.h"
#include "session.h"
#include "worker.h"

/* The part of a turn that handshakes may take, but for the last of them. */
#define SHAKING_NS NS_PER_MS

/* Of arrivals that are closed one is logged in this time, and how many were not. */
#define SAYING_NS NS_PER_S

struct arrival {
    struct letter letter;
    struct list siblings; /* in worker->arrivals */
    struct worker *worker;
    struct transport transport;
    struct secure_keys *keys; /* held until the link holds them; NULL: plain, or linked */
    struct event event, timer;
    short interest; /* EV_READ or EV_WRITE: what the event waits for; 0: nothing */
    unsigned char
        *header; /* of the proxy, until it is complete; NULL: none is expected */
    size_t header_len;
};

/* What can be done for an arrival. */
enum step {
    STEP_DONE,  /* go on with the next thing */
    STEP_READ,  /* wait until it can be read */
    STEP_WRITE, /* the same, written */
    STEP_LATER, /* in another turn */
    STEP_ENDED  /* nothing: it is to be closed */
};

/* ---- life ---- */

static void arrival_free(struct arrival *a)
{
    secure_drop(a->keys);
    free(a->header);
    free(a);
}

static void arrival_close(struct arrival *a)
{
    transport_close(&a->transport);
    metrics_add(a->worker->metrics, METRIC_connections, -1);
    arrival_free(a);
}

/* It has brought all that is asked for, and becomes a session. */
static void arrival_admit(struct arrival *a)
{
    char from[ADDRESS_TEXT_MAX];

    address_format(&a->transport.from, from);
    log_line(LEVEL_DEBUG, "a client has come from %s", from);
    if (session_start(a->worker, &a->transport))
        arrival_free(a);
    else
        arrival_close(a);
}

/* Takes it from its worker, to be admitted or closed. */
static void arrival_take(struct arrival *a)
{
    event_del(&a->event);
    event_del(&a->timer);
    list_remove(&a->siblings);
}

void arrival_end_all(struct worker *w)
{
    while (!list_is_empty(&w->arrivals)) {
        struct arrival *a = container_of(w->arrivals.next, struct arrival, siblings);

        arrival_take(a);
        arrival_close(a);
    }
}

/* ---- what it has to bring ---- */

/* Says why it is closed, unless somebody did so a moment ago: strangers write no logs. */
__attribute__((format(printf, 3, 4))) static enum step
arrival_refuse(const struct arrival *a, enum level level, const char *format, ...)
{
    struct worker *w = a->worker;
    char from[ADDRESS_TEXT_MAX], why[256], more[64] = "";
    int64_t now_ns = clock_now_ns();
    va_list args;

    metrics_add(w->metrics, METRIC_strangers_total, 1);
    w->unsaid++;
    if (now_ns - w->said_ns < SAYING_NS)
        return STEP_ENDED;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    address_format(&a->transport.from, from);
    if (w->unsaid > 1)
        snprintf(more, sizeof more, " (and %u others since the last such line)",
                 w->unsaid - 1);
    log_line(level, "a connection from %s was closed: %s%s", from, why, more);
    w->said_ns = now_ns;
    w->unsaid = 0;
    return STEP_ENDED;
}

/* Reads bytes of the header, up to so many in all. */
static enum step arrival_read_header(struct arrival *a, size_t len)
{
    ssize_t n;

    do
        n = recv(a->transport.fd, a->header + a->header_len, len - a->header_len, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return STEP_READ;
    if (n <= 0)
        return arrival_refuse(a, LEVEL_INFO, "it ended within the header of its proxy");
    a->header_len += (size_t)n;
    return STEP_DONE;
}

/* Never reads beyond the header: what follows is for TLS, or for the session. */
static enum step arrival_meet_proxy(struct arrival *a)
{
    struct proxy_header header;
    enum proxy_step found;
    enum step step;

    while ((found = proxy_parse(a->header, a->header_len, &header)) == PROXY_MORE) {
        step = arrival_read_header(a, header.len);
        if (step != STEP_DONE)
            return step;
    }
    if (found == PROXY_WRONG)
        return arrival_refuse(a, LEVEL_WARNING, "%s", header.wrong);
    if (!header.is_local)
        a->transport.from = header.from;
    free(a->header);
    a->header = NULL;
    return STEP_DONE;
}

/* A step of the handshake, whose time is counted. */
static enum step arrival_shake_on(struct arrival *a)
{
    static const enum step steps[] = {
        [SECURE_DONE] = STEP_DONE,
        [SECURE_READ] = STEP_READ,
        [SECURE_WRITE] = STEP_WRITE,
        [SECURE_FAILED] = STEP_ENDED,
    };
    const int64_t begin_ns = clock_now_ns();
    const char *why;
    enum secure_step step = secure_shake(a->transport.link, &why);

    a->worker->shaking_ns += clock_now_ns() - begin_ns;
    if (step == SECURE_FAILED)
        return arrival_refuse(a, LEVEL_INFO, "TLS: %s", why);
    return steps[step];
}

static enum step arrival_shake(struct arrival *a)
{
    if (!a->transport.link) {
        a->transport.link = secure_link_new(a->keys, a->transport.fd);
        if (!a->transport.link)
            return arrival_refuse(a, LEVEL_WARNING, "TLS: %s", strerror(ENOMEM));
        secure_drop(a->keys);
        a->keys = NULL;
    }
    return a->worker->shaking_ns > SHAKING_NS ? STEP_LATER : arrival_shake_on(a);
}

/* ---- events ---- */

static void arrival_on_event(evutil_socket_t fd, short what, void *arg);

/* The event stays until it is to be another one. */
static enum step arrival_wait_for(struct arrival *a, short interest)
{
    if (a->interest == interest)
        return STEP_LATER;
    if (a->interest)
        event_del(&a->event);
    a->interest = interest;
    event_assign(&a->event, a->worker->base, a->transport.fd,
                 (short)(interest | EV_PERSIST), arrival_on_event, a);
    return event_add(&a->event, NULL) == 0 ? STEP_LATER : STEP_ENDED;
}

static void arrival_go_on(struct arrival *a)
{
    enum step step = STEP_DONE;

    if (a->header)
        step = arrival_meet_proxy(a);
    if (step == STEP_DONE && (a->keys || a->transport.link))
        step = arrival_shake(a);
    if (step == STEP_READ || step == STEP_WRITE)
        step = arrival_wait_for(a, step == STEP_READ ? EV_READ : EV_WRITE);
    if (step == STEP_LATER)
        return;
    arrival_take(a);
    if (step == STEP_DONE)
        arrival_admit(a);
    else
        arrival_close(a);
}

static void arrival_on_event(evutil_socket_t fd, short what, void *arg)
{
    (void)fd;
    (void)what;
    arrival_go_on(arg);
}

static void arrival_on_timer(evutil_socket_t fd, short what, void *arg)
{
    struct arrival *a = arg;

    (void)fd;
    (void)what;
    arrival_refuse(a, LEVEL_INFO, "its %s did not come within limits.handshake_s, %lld s",
                   a->header ? "header of the PROXY protocol" : "TLS handshake",
                   (long long)a->worker->limits.handshake_s);
    arrival_take(a);
    arrival_close(a);
}

/* Waits for the first bytes. */
static void arrival_begin(struct arrival *a)
{
    const struct timeval patience = {.tv_sec = a->worker->limits.handshake_s};

    list_push(&a->worker->arrivals, &a->siblings);
    event_assign(&a->timer, a->worker->base, -1, 0, arrival_on_timer, a);
    if (event_add(&a->timer, &patience) == 0 &&
        arrival_wait_for(a, EV_READ) == STEP_LATER)
        return;
    arrival_take(a);
    arrival_close(a);
}

/* ---- from the listener ---- */

static void arrival_open(struct letter *letter, void *owner)
{
    struct arrival *a = container_of(letter, struct arrival, letter);

    a->worker = owner;
    if (a->worker->stopping)
        arrival_close(a);
    else if (a->header || a->keys)
        arrival_begin(a);
    else
        arrival_admit(a);
}

bool arrival_post(struct worker *w, const struct accepted *accepted)
{
    struct arrival *a = calloc(1, sizeof *a);

    if (a && accepted->is_proxy)
        a->header = malloc(PROXY_HEADER_MAX);
    if (!a || (accepted->is_proxy && !a->header)) {
        free(a);
        return false;
    }
    a->letter.open = arrival_open;
    a->transport = (struct transport){.fd = accepted->fd, .from = accepted->from};
    a->keys = secure_hold(accepted->keys);
    mailbox_post(&w->mailbox, &a->letter);
    return true;
}
