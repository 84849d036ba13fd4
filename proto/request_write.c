/* SPDX-License-Identifier: MIT */
#include "request.h"

static void add_name(struct text *out, const char *name)
{
    text_lit(out, ",\"");
    text_add_slice(out, slice_text(name));
    text_lit(out, "\":");
}

static void add_raw(struct text *out, const char *name, struct slice raw)
{
    if (!raw.bytes)
        return;
    add_name(out, name);
    text_add_slice(out, raw);
}

static void add_text(struct text *out, const char *name, struct slice text)
{
    if (!text.bytes)
        return;
    add_name(out, name);
    text_add_json(out, text);
}

/* Not for what is its own default. */
static void add_int(struct text *out, const char *name, int64_t n, int64_t absent)
{
    if (n == absent)
        return;
    add_name(out, name);
    text_add_int(out, n);
}

static void add_op(struct text *out, enum op op)
{
    text_lit(out, "{\"op\":\"");
    text_add_slice(out, slice_text(op_name(op)));
    text_lit(out, "\"");
}

static void add_clauses(struct text *out, const struct request_view *rq)
{
    const struct clause_view *clause = rq->clauses;

    add_name(out, "ops");
    for (size_t i = 0; i < rq->clause_count; i++, clause++) {
        text_add(out, i == 0 ? "[" : ",", 1);
        add_op(out, clause->op);
        add_text(out, "chan", clause->chan);
        add_raw(out, "value", clause->value);
        text_lit(out, "}");
    }
    text_lit(out, "]");
}

static void add_wait(struct text *out, const struct request_view *rq)
{
    add_raw(out, "value", rq->value);
    add_int(out, "timeout_ms", rq->timeout_ms, -1);
}

static void add_alts(struct text *out, const struct request_view *rq)
{
    add_clauses(out, rq);
    if (rq->priority)
        add_raw(out, "priority", slice_text("true"));
    add_int(out, "timeout_ms", rq->timeout_ms, -1);
}

static void add_open(struct text *out, const struct request_view *rq)
{
    if (rq->has_buffer) {
        add_name(out, "buffer");
        text_lit(out, "{\"kind\":");
        text_add_json(out, slice_text(kind_name(rq->kind)));
        add_int(out, "size", rq->size, kind_is_sized(rq->kind) ? 0 : rq->size);
        text_lit(out, "}");
    }
    add_int(out, "close_after_ms", rq->close_after_ms, -1);
    add_int(out, "max_parked", rq->max_parked, 0);
}

static void add_cancel(struct text *out, const struct request_view *rq)
{
    add_raw(out, "target", rq->target);
}

static void add_list(struct text *out, const struct request_view *rq)
{
    add_text(out, "prefix", rq->prefix);
    add_text(out, "after", rq->after);
    add_int(out, "limit", rq->limit, REQUEST_LIST_MAX);
}

static void add_hello(struct text *out, const struct request_view *rq)
{
    add_text(out, "token", rq->token);
    add_text(out, "client", rq->client);
    add_int(out, "protocol", rq->protocol, -1);
}

/* What an operation has beyond op, id and chan. */
static void (*const adders[OP_COUNT])(struct text *out, const struct request_view *rq) = {
    [OP_PUT] = add_wait,    [OP_TAKE] = add_wait,     [OP_ALTS] = add_alts,
    [OP_OPEN] = add_open,   [OP_CANCEL] = add_cancel, [OP_LIST] = add_list,
    [OP_HELLO] = add_hello,
};

void request_write(struct text *out, const struct request_view *rq)
{
    add_op(out, rq->op);
    add_raw(out, "id", rq->id);
    add_text(out, "chan", rq->chan);
    if (adders[rq->op])
        adders[rq->op](out, rq);
    text_lit(out, "}\n");
}
