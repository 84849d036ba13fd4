/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "json.h"
#include "keep.h"
#include "outcome.h"
#include "reply.h"
#include "resume.h"
#include "revive.h"
#include "sleeper.h"
#include "status.h"
#include "strand.h"
#include "routine.h"

#include <stdio.h>

/* A program's function: it may start more with the client. */
static void call_done(struct chan_client *c, const struct call *call,
                      const struct chan_reply *reply)
{
    c->started--;
    c->busy = true;
    client_unlock(c);
    call->done(c, reply, call->data);
    client_lock(c);
    c->busy = false;
}

/* The strand may go once the lock is let go. */
static void wake(struct chan_client *c, struct sleeper *sleeper,
                 const struct ending *ending)
{
    struct outcome *o = strand_outcome(sleeper->strand);

    outcome_keep(o, &ending->reply, &ending->names);
    o->created = ending->created;
    o->more = ending->more;
    sleeper->status = o->last.status;
    sleeper->ended = true;
    if (sleeper == c->reader)
        client_kick(c); /* if it was not the one that read this */
    else
        strand_wake(sleeper->strand);
}

void client_finish(struct chan_client *c, struct call *call, struct ending *ending)
{
    calls_forget_line(call);
    ending->reply.id = call->id;
    if (call->own)
        call->done(c, &ending->reply, call->data);
    else if (call->done)
        call_done(c, call, &ending->reply);
    else
        wake(c, call->data, ending);
}

static void finish_all(struct chan_client *c, enum chan_status status, const char *reason,
                       const char *message)
{
    struct call *next, call;
    uint32_t at = 0;

    while ((next = calls_next(&c->calls, &at))) {
        struct ending ending = {
            .reply = {.status = status, .reason = reason, .message = message}};

        calls_remove(&c->calls, next->id, &call);
        if (call.own)
            calls_forget_line(&call);
        else
            client_finish(c, &call, &ending);
    }
}

void client_lose(struct chan_client *c, enum chan_status status, const char *message)
{
    char why[sizeof c->lost_why];

    snprintf(why, sizeof why, "%s", message); /* it may go with the connection */
    c->state = CLIENT_OFF;
    revive_close(c);
    snprintf(c->lost_why, sizeof c->lost_why, "%s", why);
    finish_all(c, status, NULL, why);
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
 * Said to the connection as a whole: a goodbye, which nothing that a chan_done starts may
 * follow. What it is about may pass, such as too many connections, and then it is tried
 * again; but for a client that is not wanted.
 */
static void take_goodbye(struct chan_client *c, const struct reply_view *view,
                         const struct chan_reply *reply)
{
    if (keep_retries(c) && view->err != ERR_FORBIDDEN) {
        c->parted = true;
        snprintf(c->lost_why, sizeof c->lost_why, "%s", reply->message);
        return;
    }
    c->leaving = true;
    conn_leave(&c->conn);
    finish_all(c, reply->status, reply->reason, reply->message);
}

/*
 * A refusal without an id. too_large is of a line that was too long to be looked into. Is
 * one outstanding line too long, the longest is; so it has its answer, and when several
 * were, every one of them gets the same.
 */
static void take_nameless(struct chan_client *c, const struct reply_view *view,
                          const struct chan_reply *reply)
{
    struct ending ending = {.reply = *reply};
    struct call call;

    if (view->err != ERR_TOO_LARGE)
        take_goodbye(c, view, reply);
    else if (calls_remove_longest(&c->calls, &call))
        client_finish(c, &call, &ending);
}

static uint64_t id_of(struct slice raw)
{
    int64_t id;

    return json_is_integer(raw) && json_to_int(raw, &id) && id > 0 ? (uint64_t)id : 0;
}

/* The reply to a request, if that is outstanding still. */
static void take_reply(struct chan_client *c, uint64_t id, struct ending *ending)
{
    struct call *known = calls_find(&c->calls, id), call;

    if (!known)
        return;
    if (ending->reply.status == CHAN_CANCELLED && resume_doubt(c, known))
        return;
    calls_remove(&c->calls, id, &call);
    client_finish(c, &call, ending);
}

static void take_success(struct chan_client *c, char *line, uint64_t id,
                         struct slice value)
{
    struct ending ending = {.reply = {.status = CHAN_OK,
                                      .value = terminate(line, value),
                                      .value_len = value.len,
                                      .message = chan_status_text(CHAN_OK)}};

    take_reply(c, id, &ending);
}

static void take_view(struct chan_client *c, char *line, const struct reply_view *view)
{
    struct ending ending = {
        .reply = reply_from(line, view),
        .created = view->created > 0,
        .more = view->more > 0,
        .names = {terminate(line, view->server), terminate(line, view->user)}};

    if (view->id.bytes)
        take_reply(c, id_of(view->id), &ending);
    else
        take_nameless(c, view, &ending.reply);
}

/* False: the line is no reply, and so nothing on this connection can be trusted. */
static bool take_line(struct chan_client *c, char *line, size_t len)
{
    struct reply_view view;
    struct slice value;
    uint64_t id;

    if (routine_read(line, len, &id, &value)) {
        take_success(c, line, id, value);
        return true;
    }
    if (!reply_parse(line, len, &view))
        return false;
    take_view(c, line, &view);
    return true;
}

void client_take_lines(struct chan_client *c)
{
    enum frame_step step = FRAME_MORE;
    char *line;
    size_t len;

    while (c->conn.fd >= 0 && !c->parted &&
           (step = conn_line(&c->conn, &line, &len)) == FRAME_LINE)
        if (!take_line(c, line, len)) {
            client_lose(c, CHAN_UNREADABLE, "the reply cannot be read (is it a chand?)");
            return;
        }
    if (step == FRAME_NO_MEMORY)
        client_lose(c, CHAN_NO_MEMORY, "out of memory for a reply");
}
