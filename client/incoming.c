/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "json.h"
#include "reply.h"
#include "status.h"

#include <stdio.h>

/* Tells who waits for it. A blocking call's server is kept with the rest. */
static void finish(struct chan_client *c, const struct call *call,
                   struct chan_reply *reply, const char *server)
{
    reply->id = call->id;
    if (call->done) {
        c->busy = true;
        call->done(c, reply, call->data);
        c->busy = false;
    } else {
        outcome_keep(c, reply, server);
        c->awaiting = false;
    }
}

static void finish_all(struct chan_client *c, enum chan_status status, const char *reason,
                       const char *message)
{
    struct call call;

    while (calls_remove_any(&c->calls, &call)) {
        struct chan_reply reply = {
            .status = status, .reason = reason, .message = message};

        finish(c, &call, &reply, NULL);
    }
}

void client_lose(struct chan_client *c, enum chan_status status, const char *message)
{
    conn_release(&c->conn);
    snprintf(c->lost_why, sizeof c->lost_why, "%s", message);
    finish_all(c, status, NULL, c->lost_why);
    calls_release(&c->calls);
}

/* Puts a NUL behind what is a part of the line; JSON always has a byte there that is of
 * no further use. Returns the slice's text, NULL for one that is not there. */
static const char *terminate(char *line, struct slice s)
{
    if (s.bytes)
        line[s.bytes - line + (ptrdiff_t)s.len] = '\0';
    return s.bytes;
}

static struct slice payload_of(const struct reply_view *view)
{
    const struct slice parts[] = {view->value, view->stat, view->channels, view->limits};
    size_t i = 0;

    while (i < 3 && !parts[i].bytes)
        i++;
    return parts[i];
}

static struct chan_reply reply_from(char *line, const struct reply_view *view)
{
    const struct slice payload = payload_of(view);
    struct chan_reply reply = {.status = status_of_err(view->err),
                               .index = view->index > 0 ? (size_t)view->index : 0,
                               .dropped = view->dropped,
                               .value = terminate(line, payload),
                               .value_len = payload.len};

    if (reply.status == CHAN_REFUSED)
        reply.reason = terminate(line, view->reason);
    reply.message = terminate(line, view->message);
    if (!reply.message)
        reply.message = chan_status_text(reply.status);
    return reply;
}

/*
 * A refusal without an id. too_large is of a line that was too long to be looked into. Is
 * one outstanding line too long, the longest is; so it has its answer, and when several
 * were, every one of them gets the same. All else is said to the connection as a whole,
 * and is a goodbye: nothing that a chan_done starts may follow it.
 */
static void take_nameless(struct chan_client *c, const struct reply_view *view,
                          struct chan_reply *reply)
{
    struct call call;

    if (view->err != ERR_TOO_LARGE) {
        conn_leave(&c->conn);
        finish_all(c, reply->status, reply->reason, reply->message);
    } else if (calls_remove_longest(&c->calls, &call)) {
        finish(c, &call, reply, NULL);
    }
}

static uint64_t id_of(struct slice raw)
{
    int64_t id;

    return json_is_integer(raw) && json_to_int(raw, &id) && id > 0 ? (uint64_t)id : 0;
}

/* False: the line is no reply, and so nothing on this connection can be trusted. */
static bool take_line(struct chan_client *c, char *line, size_t len)
{
    struct reply_view view;
    struct chan_reply reply;
    struct call call;
    bool known;

    if (!reply_parse(line, len, &view))
        return false;
    known = view.id.bytes && calls_remove(&c->calls, id_of(view.id), &call);
    reply = reply_from(line, &view);
    if (!view.id.bytes) {
        take_nameless(c, &view, &reply);
    } else if (known) {
        if (!call.done) {
            c->created = view.created > 0;
            c->more = view.more > 0;
        }
        finish(c, &call, &reply, terminate(line, view.server));
    }
    return true;
}

void client_take_lines(struct chan_client *c)
{
    char *line;
    size_t len;
    enum frame_step step;

    while ((step = conn_line(&c->conn, &line, &len)) == FRAME_LINE)
        if (!take_line(c, line, len)) {
            client_lose(c, CHAN_UNREADABLE, "the reply cannot be read (is it a chand?)");
            return;
        }
    if (step != FRAME_MORE)
        client_lose(c, CHAN_NO_MEMORY, "out of memory for a reply");
}
