/* SPDX-License-Identifier: MIT */
/* How a request is noted, and written or kept. */
#include "ask.h"
#include "deadline.h"
#include "keep.h"
#include "resume.h"
#include "routine.h"

#include <string.h>

enum { DIGITS = 20 };

/* The id's digits, at the end of room. */
static struct slice format_id(uint64_t id, char room[DIGITS])
{
    size_t at = DIGITS;

    do
        room[--at] = (char)('0' + id % 10);
    while ((id /= 10) > 0);
    return slice_of(room + at, DIGITS - at);
}

/* Only within a value there can be some, before the one at the end. */
static void replace_line_feeds(char *bytes, size_t len)
{
    char *lf;

    for (char *p = bytes, *end = bytes + len; (lf = memchr(p, '\n', (size_t)(end - p)));
         p = lf + 1)
        *lf = ' ';
}

/* False: no memory, and nothing was written. */
static bool write_request(struct text *out, struct request_view *rq,
                          const struct asking *how, uint64_t id)
{
    const size_t before = out->len;
    char digits[DIGITS];

    rq->id = format_id(id, digits);
    if (rq->op == OP_PUT || rq->op == OP_TAKE)
        routine_write(out, rq, how->chan);
    else
        request_write(out, rq);
    rq->id = slice_of(NULL, 0);
    if (out->broken) {
        out->len = before;
        out->broken = false;
        return false;
    }
    if (rq->op == OP_PUT || rq->op == OP_ALTS)
        replace_line_feeds(out->bytes + before, out->len - before - 1);
    return true;
}

/* Adds the request to what is sent. One that may be asked again is kept as well, and one
 * that cannot be sent yet only kept. */
static bool write_or_keep(struct chan_client *c, struct call *call,
                          struct request_view *rq, const struct asking *how)
{
    const bool sends = c->state == CLIENT_UP || how->own;
    struct text *out = conn_out(&c->conn);
    const size_t before = out->len;
    bool kept;

    call->place = conn_place(&c->conn);
    if (!write_request(out, rq, how, call->id))
        return false;
    call->line_len = out->len - before - 1;
    if (!sends || (how->again && keep_retries(c))) {
        kept = calls_keep_line(call, out->bytes + before);
        if (!sends || !kept)
            out->len = before;
        if (!kept)
            return false;
    }
    if (!sends)
        resume_add(c, call);
    return true;
}

enum chan_status ask_start(struct chan_client *c, struct request_view *rq,
                           const struct asking *how, uint64_t *ret_id)
{
    const struct call model = {.deadline_ns = deadline_after_ms(how->limit_ms),
                               .done = how->done,
                               .data = how->data,
                               .waits = how->waits,
                               .again = how->again,
                               .own = how->own};
    struct call *call, undone;

    if (c->state == CLIENT_OFF || c->leaving)
        return CHAN_LOST;
    if (c->calls.count == 0)
        keep_note_heard(c); /* before this there was nothing to hear */
    call = calls_add(&c->calls, &model);
    if (!call)
        return CHAN_NO_MEMORY;
    if (!write_or_keep(c, call, rq, how)) {
        calls_remove(&c->calls, call->id, &undone);
        return CHAN_NO_MEMORY;
    }
    *ret_id = call->id;
    return CHAN_OK;
}

void ask_ignore(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    (void)c;
    (void)reply;
    (void)data;
}

enum chan_status ask_stop(struct chan_client *c, struct call *call)
{
    const struct asking how = {.limit_ms = CHAN_FOREVER, .own = true, .done = ask_ignore};
    struct request_view rq = {.op = OP_CANCEL};
    enum chan_status status = CHAN_OK;
    char digits[DIGITS];
    uint64_t id;

    call->stopped = true;
    c->expiry_ns = 0;
    rq.target = format_id(call->id, digits);
    if (c->state == CLIENT_UP)
        status = ask_start(c, &rq, &how, &id);
    return status;
}
