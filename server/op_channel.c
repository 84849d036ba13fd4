/* SPDX-License-Identifier: MIT */
/* The operations on channels: put, take, alts, open, close, delete, cancel. */
#include <stdio.h>
#include "clock.h"
#include "dispatch.h"
#include "reply.h"

static int64_t wait_ns(const struct request_view *rq)
{
    if (rq->timeout_ms < 0 || rq->timeout_ms > INT64_MAX / NS_PER_MS)
        return ALT_FOREVER;
    return rq->timeout_ms * NS_PER_MS;
}

static enum run start(const struct errand *e, struct ticket *t, struct offer *offers,
                      size_t count)
{
    struct ask ask = {
        .peer = t->done.peer,
        .tag = t->rq.id,
        .offers = offers,
        .count = (uint32_t)count,
        .op = (uint8_t)t->rq.op,
        .priority = t->rq.priority,
        .named = t->rq.op == OP_ALTS,
        .wait_ns = wait_ns(&t->rq),
    };

    broker_start(e->hub->broker, &ask, e->now_ns, &t->done);
    return RUN_STARTED;
}

enum run op_offer(const struct errand *e, struct ticket *t)
{
    struct offer offer = {
        .name = t->rq.chan,
        .value = t->rq.value,
        .side = t->rq.op == OP_PUT ? SIDE_PUT : SIDE_TAKE,
    };

    return start(e, t, &offer, 1);
}

enum run op_alts(const struct errand *e, struct ticket *t)
{
    struct offer *offers = e->turn->offers; /* reserved when the line was read */

    for (size_t i = 0; i < t->rq.clause_count; i++)
        offers[i] = (struct offer){
            .name = t->rq.clauses[i].chan,
            .value = t->rq.clauses[i].value,
            .side = t->rq.clauses[i].op == OP_PUT ? SIDE_PUT : SIDE_TAKE,
        };
    return start(e, t, offers, t->rq.clause_count);
}

static bool max_parked_is_possible(const struct errand *e, struct ticket *t)
{
    int64_t most = e->hub->limits.parked_per_channel;
    char text[128];

    if (t->rq.max_parked <= most)
        return true;
    snprintf(text, sizeof text,
             "\"max_parked\" must be at most %lld, limits.parked_per_channel",
             (long long)most);
    t->done.err = ticket_refuse(t, ERR_BAD_REQUEST, text);
    return false;
}

enum run op_open(const struct errand *e, struct ticket *t)
{
    struct broker_open open = {
        .has_buffer = t->rq.has_buffer,
        .kind = t->rq.kind,
        .size = t->rq.size,
        .max_parked = t->rq.max_parked,
        .close_after_ms = t->rq.close_after_ms,
    };

    t->done.chan = t->rq.chan;
    if (max_parked_is_possible(e, t))
        t->done.err =
            broker_open(e->hub->broker, t->rq.chan, &open, e->now_ns, &t->created);
    return RUN_DONE;
}

enum run op_close(const struct errand *e, struct ticket *t)
{
    t->done.chan = t->rq.chan;
    t->done.err = broker_close(e->hub->broker, t->rq.chan, e->now_ns);
    return RUN_DONE;
}

enum run op_delete(const struct errand *e, struct ticket *t)
{
    broker_delete(e->hub->broker, t->rq.chan, e->now_ns);
    return RUN_DONE;
}

enum run op_cancel(const struct errand *e, struct ticket *t)
{
    t->done.err = broker_cancel(e->hub->broker, t->done.peer, t->rq.target, e->now_ns);
    return RUN_DONE;
}

enum run op_leave(const struct errand *e, struct ticket *t)
{
    broker_leave(e->hub->broker, t->done.peer, e->now_ns);
    return RUN_DONE;
}

/* ---- replies ---- */

void answer_ok(struct text *out, struct completion *c, const struct dispatch_info *info)
{
    struct reply_view r = reply_of(c->tag, c->err);

    (void)info;
    if (c->err)
        reply_write(out, &r);
    else
        reply_write_ok(out, c->tag);
}

void answer_put(struct text *out, struct completion *c, const struct dispatch_info *info)
{
    struct reply_view r;

    if (!c->dropped) {
        answer_ok(out, c, info);
        return;
    }
    r = reply_of(c->tag, ERR_OK);
    r.dropped = true;
    reply_write(out, &r);
}

void answer_take(struct text *out, struct completion *c, const struct dispatch_info *info)
{
    if (c->err)
        answer_ok(out, c, info);
    else
        reply_write_value(out, c->tag, c->value);
}

void answer_alts(struct text *out, struct completion *c, const struct dispatch_info *info)
{
    struct reply_view r = reply_of(c->tag, c->err);

    (void)info;
    if (c->err == ERR_OK || c->err == ERR_CLOSED) {
        r.index = c->index;
        r.chan = c->chan;
    }
    r.value = c->value;
    r.dropped = c->dropped;
    reply_write(out, &r);
}

void answer_open(struct text *out, struct completion *c, const struct dispatch_info *info)
{
    struct reply_view r = reply_of(c->tag, ERR_OK);

    (void)info;
    r.created = ticket_of(c)->created;
    reply_write(out, &r);
}
