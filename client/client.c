/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "deadline.h"
#include "dial.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct chan_client *chan_new(void)
{
    struct chan_client *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    c->conn.fd = -1;
    client_lose(c, CHAN_LOST, "not connected");
    outcome_end(c, CHAN_OK, NULL);
    return c;
}

void chan_free(struct chan_client *c)
{
    if (!c)
        return;
    chan_disconnect(c);
    text_release(&c->kept);
    free(c);
}

enum chan_status chan_connect(struct chan_client *c, const char *uri, int64_t timeout_ms)
{
    struct text why = {0};
    enum chan_status status;
    int fd;

    if (c->busy)
        return CHAN_INVALID;
    chan_disconnect(c);
    if (!uri)
        return outcome_end(c, CHAN_INVALID, "no URI");
    status = dial(uri, deadline_after_ms(timeout_ms), &why, &fd);
    if (status == CHAN_OK && !conn_init(&c->conn, fd)) {
        close(fd);
        status = CHAN_NO_MEMORY;
    }
    text_lit(&why, "\0");
    outcome_end(c, status, status == CHAN_OK || why.broken ? NULL : why.bytes);
    text_release(&why);
    return status;
}

void chan_disconnect(struct chan_client *c)
{
    client_lose(c, CHAN_LOST, "not connected");
}

/* Writes the request, with its LF as the only one; all, or if out of memory nothing. */
static bool write_request(struct chan_client *c, struct request_view *rq, uint64_t id,
                          size_t *ret_len)
{
    struct text *out = conn_out(&c->conn);
    const size_t before = out->len;
    char digits[24], *lf;

    snprintf(digits, sizeof digits, "%llu", (unsigned long long)id);
    rq->id = slice_text(digits);
    request_write(out, rq);
    if (out->broken) {
        out->len = before;
        out->broken = false;
        return false;
    }
    *ret_len = out->len - before - 1;
    for (char *p = out->bytes + before, *end = out->bytes + out->len - 1;
         (lf = memchr(p, '\n', (size_t)(end - p))); p = lf + 1)
        *lf = ' ';
    return true;
}

enum chan_status client_start(struct chan_client *c, struct request_view *rq,
                              int64_t limit_ms, chan_done *done, void *data,
                              uint64_t *ret_id)
{
    const struct call model = {
        .deadline_ns = deadline_after_ms(limit_ms), .done = done, .data = data};
    struct call *call, undone;

    if (c->conn.fd < 0 || c->conn.leaving)
        return CHAN_LOST;
    call = calls_add(&c->calls, &model);
    if (!call)
        return CHAN_NO_MEMORY;
    if (!write_request(c, rq, call->id, &call->line_len)) {
        calls_remove(&c->calls, call->id, &undone);
        return CHAN_NO_MEMORY;
    }
    *ret_id = call->id;
    return CHAN_OK;
}

/* Sends and receives what goes; false: the connection is gone. */
static bool exchange(struct chan_client *c)
{
    char why[160], room[96];

    conn_send(&c->conn);
    conn_receive(&c->conn);
    client_take_lines(c);
    conn_send(&c->conn);
    if (c->conn.down) {
        snprintf(why, sizeof why, "the connection is lost: %s",
                 conn_why(&c->conn, room, sizeof room));
        client_lose(c, CHAN_LOST, why);
    } else if (calls_are_late(&c->calls, deadline_now_ns())) {
        client_lose(c, CHAN_LOST, "the connection is given up: no reply in time");
    }
    return c->conn.fd >= 0;
}

/* Waits for something to happen, until the point at most; the result is poll's. */
static int await(struct chan_client *c, int64_t point_ns)
{
    const int64_t check_ns = calls_check_ns(&c->calls);
    struct pollfd p = {.fd = c->conn.fd};

    conn_send(&c->conn);
    p.events = conn_events(&c->conn);
    return poll(&p, 1, deadline_poll_ms(check_ns < point_ns ? check_ns : point_ns));
}

enum chan_status client_call(struct chan_client *c, struct request_view *rq,
                             int64_t limit_ms)
{
    enum chan_status status;
    uint64_t id;

    if (c->busy)
        return CHAN_INVALID;
    status = client_start(c, rq, limit_ms, NULL, NULL, &id);
    if (status != CHAN_OK)
        return outcome_end(c, status, status == CHAN_LOST ? c->lost_why : NULL);
    c->awaiting = true;
    while (c->awaiting) {
        await(c, DEADLINE_NEVER);
        exchange(c);
    }
    return c->last.status;
}

enum chan_status chan_process(struct chan_client *c)
{
    if (c->busy)
        return CHAN_INVALID;
    return exchange(c) ? CHAN_OK : outcome_end(c, CHAN_LOST, c->lost_why);
}

enum chan_status chan_wait(struct chan_client *c, int64_t timeout_ms)
{
    int n;

    if (c->busy)
        return CHAN_INVALID;
    n = c->conn.fd >= 0 ? await(c, deadline_after_ms(timeout_ms)) : 1;
    if (!exchange(c))
        return outcome_end(c, CHAN_LOST, c->lost_why);
    return n == 0 ? outcome_end(c, CHAN_TIMEOUT, NULL) : CHAN_OK;
}

size_t chan_outstanding(const struct chan_client *c)
{
    return c->calls.count;
}

int chan_fd(const struct chan_client *c)
{
    return c->conn.fd;
}

short chan_events(const struct chan_client *c)
{
    return conn_events(&c->conn);
}

int chan_poll_ms(const struct chan_client *c)
{
    return deadline_poll_ms(calls_check_ns(&c->calls));
}

void chan_hang_up(struct chan_client *c)
{
    conn_leave(&c->conn);
}
