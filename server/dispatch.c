/* SPDX-License-Identifier: MIT */
#include "dispatch.h"

#include <stdio.h>
#include <stdlib.h>
#include "reply.h"

struct operation {
    enum run (*run)(const struct errand *e, struct ticket *t);
    void (*answer)(struct text *out, struct completion *c,
                   const struct dispatch_info *info);
};

static const struct operation operations[] = {
    [OP_PUT] = {op_offer, answer_put},    [OP_TAKE] = {op_offer, answer_take},
    [OP_ALTS] = {op_alts, answer_alts},   [OP_OPEN] = {op_open, answer_open},
    [OP_CLOSE] = {op_close, answer_ok},   [OP_DELETE] = {op_delete, answer_ok},
    [OP_CANCEL] = {op_cancel, answer_ok}, [OP_LIST] = {op_list, answer_list},
    [OP_STAT] = {op_stat, answer_stat},   [OP_HELLO] = {op_hello, answer_hello},
    [OP_PING] = {op_ping, answer_ok},     [OP_LEAVE] = {op_leave, NULL},
};

static bool id_is_taken(struct hub *hub, struct ticket *t)
{
    char text[128];

    if (!broker_is_parked(hub->broker, t->done.peer, t->rq.id))
        return false;
    snprintf(text, sizeof text,
             "id %.*s is in use by a parked request of this connection",
             (int)t->rq.id.len, t->rq.id.bytes);
    t->done.err = ticket_refuse(t, ERR_BAD_REQUEST, text);
    return true;
}

void dispatch_run(struct hub *hub, struct turn *turn, struct ticket *t, int64_t now_ns)
{
    struct errand e = {hub, turn, now_ns};

    t->done.tag = t->rq.id;
    t->done.op = (uint8_t)t->rq.op;
    if (t->err)
        t->done.err = t->err;
    else if (!id_is_taken(hub, t) && operations[t->rq.op].run(&e, t) == RUN_STARTED)
        return;
    list_push(broker_done(hub->broker), &t->done.link);
}

/* The sentence of a refusal: the ticket's own, or the reason's with the channel. */
static void answer_refusal(struct text *out, struct completion *c)
{
    struct reply_view r = reply_of(c->tag, c->err);
    const char *own = c->parked ? NULL : ticket_of(c)->message;
    char text[512];

    if (!own && c->chan.bytes) {
        snprintf(text, sizeof text, "%s: %.*s", err_text(c->err), (int)c->chan.len,
                 c->chan.bytes);
        own = text;
    }
    r.message = slice_text(own ? own : err_text(c->err));
    reply_write(out, &r);
}

void dispatch_answer(struct text *out, struct completion *c,
                     const struct dispatch_info *info)
{
    if (err_is_refusal(c->err))
        answer_refusal(out, c);
    else if (operations[c->op].answer)
        operations[c->op].answer(out, c, info);
}

static void begin_value(struct text *out, const struct completion *c)
{
    struct reply_view r = reply_of(c->tag, ERR_OK);

    if (c->op == OP_ALTS) {
        r.index = c->index;
        r.chan = c->chan;
    }
    reply_begin_value(out, &r);
}

void dispatch_gather(struct gather *out, struct completion *c,
                     const struct dispatch_info *info)
{
    if (c->err || c->value.len < GATHER_LONG) {
        dispatch_answer(&out->text, c, info);
        return;
    }
    begin_value(&out->text, c);
    gather_borrow(out, c->value, c->held);
    reply_end_value(&out->text);
}

void dispatch_keep(struct backlog *out, struct completion *c,
                   const struct dispatch_info *info)
{
    if (c->err || !c->held || c->value.len < BACKLOG_LONG) {
        dispatch_answer(&out->text, c, info);
        return;
    }
    begin_value(&out->text, c);
    backlog_hold(out, c->held);
    reply_end_value(&out->text);
}

void dispatch_release(struct completion *c, struct turn *turn)
{
    if (!c->parked)
        turn->freed += ticket_release(ticket_of(c));
    else if (completion_retire(c, &turn->freed))
        turn_retire(turn, c);
}
