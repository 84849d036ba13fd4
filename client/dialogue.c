/* SPDX-License-Identifier: MIT */
#include "dialogue.h"
#include "deadline.h"
#include "dial.h"
#include "passport.h"
#include "reply.h"
#include "request.h"
#include "status.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

static enum chan_status fail(struct dialogue *d, enum chan_status status, const char *why)
{
    text_add_slice(&d->why, slice_text(why));
    return status;
}

/* The connection is down: was it the network, or what was said? */
static enum chan_status fail_as_conn(struct dialogue *d)
{
    const bool spoke = d->conn.error == EPROTO;
    char room[128];

    return fail(d, spoke ? CHAN_UNTRUSTED : CHAN_UNREACHABLE,
                conn_why(&d->conn, room, sizeof room));
}

/* Until something can be sent or received. False: the time is up. */
static bool await(const struct dialogue *d)
{
    struct pollfd p = {.fd = d->conn.fd, .events = conn_events(&d->conn)};

    return poll(&p, 1, deadline_poll_ms(d->deadline_ns)) != 0;
}

/* ---- one step after the other ---- */

static enum chan_status find(struct dialogue *d)
{
    return places_find(d->uri, &d->why, &d->places);
}

static enum chan_status reach(struct dialogue *d)
{
    int fd;
    const enum chan_status status = dial(&d->places, d->deadline_ns, &d->why, &fd);

    if (status != CHAN_OK)
        return status;
    if (conn_init(&d->conn, fd))
        return CHAN_OK;
    close(fd);
    return CHAN_NO_MEMORY;
}

static enum chan_status shake(struct dialogue *d)
{
    enum conn_step step;
    enum chan_status status;
    struct tls *tls;

    if (!d->places.host)
        return CHAN_OK;
    status = passport_use(d->passport, d->places.host, d->conn.fd, &d->why, &tls);
    if (status != CHAN_OK)
        return status;
    conn_secure(&d->conn, tls);
    while ((step = conn_shake(&d->conn)) == CONN_GOES_ON)
        if (!await(d))
            return fail(d, CHAN_UNREACHABLE,
                        "no TLS handshake in time (is it the port for TLS?)");
    return step == CONN_DONE ? CHAN_OK : fail_as_conn(d);
}

static enum chan_status take_reply(struct dialogue *d, char *line, size_t len)
{
    struct reply_view view;

    if (!reply_parse(line, len, &view))
        return fail(d, CHAN_UNREADABLE, "the reply cannot be read (is it a chand?)");
    if (view.err == ERR_OK)
        return CHAN_OK;
    text_add_slice(&d->reason, view.reason);
    text_add_slice(&d->why, view.message);
    return status_of_err(view.err);
}

static enum chan_status await_reply(struct dialogue *d)
{
    enum frame_step step;
    char *line;
    size_t len;

    while ((step = conn_line(&d->conn, &line, &len)) == FRAME_MORE) {
        if (d->conn.down)
            return fail_as_conn(d);
        if (!await(d))
            return fail(d, CHAN_UNREACHABLE, "the server does not answer");
        conn_send(&d->conn);
        conn_receive(&d->conn);
    }
    return step == FRAME_LINE ? take_reply(d, line, len) : CHAN_NO_MEMORY;
}

static enum chan_status greet(struct dialogue *d)
{
    struct request_view rq = {.op = OP_HELLO, .timeout_ms = -1};
    enum chan_status status;

    if (!d->passport->token)
        return CHAN_OK;
    rq.token = slice_text(d->passport->token);
    rq.protocol = 1;
    request_write(conn_out(&d->conn), &rq);
    status = d->conn.out.broken ? CHAN_NO_MEMORY : await_reply(d);
    conn_wipe(&d->conn);
    return status;
}

enum chan_status dialogue_hold(struct dialogue *d)
{
    static enum chan_status (*const steps[])(struct dialogue *) = {find, reach, shake,
                                                                   greet};
    enum chan_status status = CHAN_OK;

    for (size_t i = 0; i < sizeof steps / sizeof *steps && status == CHAN_OK; i++)
        status = steps[i](d);
    if (status != CHAN_OK)
        conn_release(&d->conn);
    return status;
}

void dialogue_release(struct dialogue *d)
{
    conn_release(&d->conn);
    places_release(&d->places);
    text_release(&d->why);
    text_release(&d->reason);
}
