/* SPDX-License-Identifier: MIT */
#include "resume.h"
#include "ask.h"
#include "deadline.h"
#include "keep.h"

#include <stdio.h>
#include <stdlib.h>

static const int64_t grace_ns = (int64_t)CHAN_GRACE_MS * DEADLINE_NS_PER_MS;

/* Until when it may be kept. */
static int64_t expiry_of(const struct call *call)
{
    if (call->deadline_ns == DEADLINE_NEVER)
        return DEADLINE_NEVER;
    return call->deadline_ns - (call->waits ? grace_ns : 0);
}

static void note_expiry(struct chan_client *c, const struct call *call)
{
    if (expiry_of(call) < c->expiry_ns)
        c->expiry_ns = expiry_of(call);
}

void resume_add(struct chan_client *c, struct call *call)
{
    call->place = c->conn.at++; /* behind those that were added before */
    note_expiry(c, call);
}

static void end(struct chan_client *c, struct call *call, enum chan_status status,
                const char *message)
{
    struct ending ending = {.reply = {.status = status, .message = message}};
    struct call ended;

    calls_remove(&c->calls, call->id, &ended);
    client_finish(c, &ended, &ending);
}

/* ---- the end of a connection ---- */

static const char *line_in(const struct conn *conn, const struct call *call)
{
    return conn->out.bytes + (call->place - conn->at);
}

/* Without memory it is as one that was sent: nobody knows what became of it. */
static void keep_unsent(struct chan_client *c, struct call *call)
{
    if (!call->line && !call->own && call->place >= conn_sent(&c->conn))
        calls_keep_line(call, line_in(&c->conn, call));
}

void resume_keep(struct chan_client *c)
{
    const int64_t now_ns = deadline_now_ns();
    struct call *call;
    uint32_t at = 0;

    c->doubting = false;
    c->expiry_ns = 0;
    while ((call = calls_next(&c->calls, &at))) {
        call->doubted = false;
        if (call->deadline_ns <= now_ns) /* its reply is overdue */
            calls_forget_line(call);
        else
            keep_unsent(c, call);
    }
}

void resume_end_others(struct chan_client *c, const char *why)
{
    char message[400];
    struct call *call, dropped;
    uint32_t at = 0;

    snprintf(message, sizeof message,
             "%s; whether it was done is not known: look (chan_stat), or put values that "
             "can be told apart",
             why);
    while ((call = calls_next(&c->calls, &at)))
        if (call->own) {
            calls_remove(&c->calls, call->id, &dropped);
            calls_forget_line(&dropped);
        } else if (!call->line) {
            end(c, call, CHAN_LOST, message);
        }
}

/* ---- without a connection ---- */

void resume_expire(struct chan_client *c)
{
    const int64_t now_ns = deadline_now_ns();
    struct call *call;
    uint32_t at = 0;

    if (c->expiry_ns > now_ns)
        return;
    c->expiry_ns = DEADLINE_NEVER;
    while ((call = calls_next(&c->calls, &at)))
        if (call->own)
            continue;
        else if (call->stopped || c->leaving)
            end(c, call, CHAN_CANCELLED, chan_status_text(CHAN_CANCELLED));
        else if (expiry_of(call) > now_ns)
            note_expiry(c, call);
        else if (call->waits)
            end(c, call, CHAN_TIMEOUT, chan_status_text(CHAN_TIMEOUT));
        else
            end(c, call, CHAN_LOST, "there was no connection in time");
}

/* ---- a new connection ---- */

static int by_place(const void *a, const void *b)
{
    const struct call *const *first = a, *const *second = b;

    return ((*first)->place > (*second)->place) - ((*first)->place < (*second)->place);
}

/* The length of the line up to the number that says how long it waits, which is its last
 * member. */
static size_t length_to_wait(const struct call *call)
{
    size_t len = call->line_len;

    while (call->line[len - 1] != ':')
        len--;
    return len;
}

static void write_line(struct chan_client *c, struct call *call, int64_t now_ns)
{
    struct text *out = conn_out(&c->conn);
    const size_t before = out->len;
    int64_t left_ns;

    call->place = conn_place(&c->conn);
    if (call->waits) {
        left_ns = expiry_of(call) > now_ns ? expiry_of(call) - now_ns : 0;
        text_add(out, call->line, length_to_wait(call));
        text_add_int(out, (left_ns + DEADLINE_NS_PER_MS - 1) / DEADLINE_NS_PER_MS);
        text_lit(out, "}\n");
    } else {
        text_add(out, call->line, call->line_len + 1);
    }
    call->line_len = out->len - before - 1;
}

/* The line as it was just written is kept, if it may be needed again. */
static void replace_line(struct chan_client *c, struct call *call)
{
    if (call->again)
        calls_keep_line(call, line_in(&c->conn, call));
    else
        calls_forget_line(call);
}

static size_t gather(struct chan_client *c, struct call **ret_kept)
{
    struct call *call;
    uint32_t at = 0;
    size_t count = 0;

    while ((call = calls_next(&c->calls, &at)))
        if (!call->own)
            ret_kept[count++] = call;
    qsort(ret_kept, count, sizeof *ret_kept, by_place);
    return count;
}

void resume_ask(struct chan_client *c)
{
    const int64_t now_ns = deadline_now_ns();
    struct call **kept = calloc(c->calls.count + 1, sizeof *kept);
    const size_t count = kept ? gather(c, kept) : 0;

    for (size_t i = 0; i < count && !c->conn.out.broken; i++) {
        write_line(c, kept[i], now_ns);
        if (!c->conn.out.broken)
            replace_line(c, kept[i]);
    }
    if (!kept || c->conn.out.broken)
        client_lose(c, CHAN_NO_MEMORY, "out of memory for what is to be asked again");
    free(kept);
}

/* ---- a server that may be ending ---- */

/* The server lives: it was a delete. */
static void on_settled(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct call *call;
    uint32_t at = 0;

    (void)reply;
    (void)data;
    c->doubting = false;
    while ((call = calls_next(&c->calls, &at)))
        if (call->doubted)
            end(c, call, CHAN_CANCELLED, chan_status_text(CHAN_CANCELLED));
}

bool resume_doubt(struct chan_client *c, struct call *call)
{
    const struct asking how = {.limit_ms = CHAN_FOREVER, .own = true, .done = on_settled};
    struct request_view rq = {.op = OP_PING, .timeout_ms = -1};
    const uint64_t id = call->id;
    uint64_t ping;

    if (!call->line || call->stopped || !keep_retries(c))
        return false;
    call->doubted = true;
    if (!c->doubting)
        c->doubting = ask_start(c, &rq, &how, &ping) == CHAN_OK;
    calls_find(&c->calls, id)->doubted = c->doubting;
    return c->doubting;
}
