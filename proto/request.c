/* SPDX-License-Identifier: MIT */
#include "request.h"
#include "found.h"
#include "json.h"
#include "op.h"
#include "room.h"
#include "usual.h"
#include "walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Where the reader is, for messages. */
enum place { IN_REQUEST, IN_BUFFER, IN_CLAUSE };

struct reader {
    struct json json;
    struct request_room *room;
    struct fault *fault;
    enum err err;         /* of the fault that stands first in the line, so far */
    const char *fault_at; /* its place */
    enum place place;
    size_t index;   /* of the clause */
    bool id_is_bad; /* so the reply has none */
    struct clause_view *clauses;
    size_t clause_count;
    struct found *top, *part; /* of the request; of a buffer or a clause in it */
};

/*
 * Holds something against the line, unless something was that stands before it. The
 * message of a bad request says where in the request it is.
 */
__attribute__((format(printf, 4, 5), cold)) static void
refuse(struct reader *r, enum err err, const char *at, const char *format, ...)
{
    char *text = r->fault->text;
    const size_t size = sizeof r->fault->text;
    int len = 0;
    va_list args;

    if (r->err != ERR_OK && r->fault_at <= at)
        return;
    r->err = err;
    r->fault_at = at;
    if (err == ERR_BAD_REQUEST && r->place == IN_CLAUSE)
        len = snprintf(text, size, "ops[%zu]: ", r->index);
    else if (err == ERR_BAD_REQUEST && r->place == IN_BUFFER)
        len = snprintf(text, size, "buffer: ");
    va_start(args, format);
    vsnprintf(text + len, size - (size_t)len, format, args);
    va_end(args);
}

/* The length of the character or escape at p; what it is in is validated. */
static size_t unit_len(const char *p)
{
    const unsigned char c = (unsigned char)*p;

    if (c == '\\')
        return p[1] == 'u' ? 6 : 2;
    return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

enum { QUOTE_MAX = 64 };

/* As much of what the client wrote as a message may quote: whole characters. */
static struct slice quotable(struct slice raw)
{
    size_t len = 0, next;

    while (len < raw.len && (next = len + unit_len(raw.bytes + len)) <= QUOTE_MAX)
        len = next;
    return slice_of(raw.bytes, len);
}

/* Containers are not quoted: they may be long, and hold white space. */
__attribute__((cold, noinline)) static void
refuse_value(struct reader *r, const struct member_row *row, struct slice raw)
{
    const bool plain = raw.bytes[0] != '{' && raw.bytes[0] != '[';
    const struct slice quote = quotable(plain ? raw : slice_of(raw.bytes, 0));

    refuse(r, ERR_BAD_REQUEST, raw.bytes, "\"%s\" must be %s%s%.*s%s", row->name,
           row->must, plain ? ", not " : "", (int)quote.len, quote.bytes,
           plain && quote.len < raw.len ? "..." : "");
    r->id_is_bad |= row->member == MEMBER_ID;
}

__attribute__((cold, noinline)) static void refuse_unknown(struct reader *r,
                                                           struct slice name)
{
    const struct slice all = member_inner(name);
    const struct slice quote = quotable(all);

    refuse(r, ERR_BAD_REQUEST, name.bytes, "unknown member \"%.*s%s\"", (int)quote.len,
           quote.bytes, quote.len < all.len ? "..." : "");
}

/* An id that stands twice is none to answer with. */
__attribute__((cold, noinline)) static void
refuse_again(struct reader *r, const struct member_row *row, const char *at)
{
    refuse(r, ERR_BAD_REQUEST, at, "\"%s\" stands twice", row->name);
    r->id_is_bad |= row->member == MEMBER_ID;
}

/* Notes a member; NULL if it may not stand here, or stands twice. */
static inline const struct member_row *note_member(struct reader *r, struct found *found,
                                                   uint32_t may, struct slice name)
{
    const struct member_row *row = member_find(name);

    if (!row || !(may & MEMBER_BIT(row->member))) {
        refuse_unknown(r, name);
        return NULL;
    }
    if (found_has(found, row->member)) {
        refuse_again(r, row, name.bytes);
        return NULL;
    }
    found->seen |= MEMBER_BIT(row->member);
    found->at[row->member] = name.bytes;
    return row;
}

/* row NULL: the value belongs to no member, and is only passed over. */
static inline void store_value(struct reader *r, struct found *found,
                               const struct member_row *row, enum json_kind kind,
                               struct slice raw)
{
    if (row && !found_store(found, row, kind, raw))
        refuse_value(r, row, raw);
}

/* Reads a value that is not walked into. False: it is not JSON. */
static bool read_value(struct reader *r, struct found *found,
                       const struct member_row *row)
{
    struct slice raw;
    const enum json_kind kind = json_value(&r->json, &raw);

    if (kind != JSON_BROKEN)
        store_value(r, found, row, kind, raw);
    return kind != JSON_BROKEN;
}

/* Reads an object in which nothing is walked into; the cursor stands on its '{'. */
static bool read_part(struct reader *r, struct found *found, uint32_t may)
{
    const struct member_row *row;
    enum json_step step;
    struct slice name;
    bool first = true;

    found_clear(found);
    json_enter(&r->json);
    for (; (step = json_next_member(&r->json, first, &name)) > 0; first = false) {
        row = note_member(r, found, may, name);
        if (row && row->member == MEMBER_OP)
            row = &member_clause_op;
        if (!read_value(r, found, row))
            return false;
    }
    return step == JSON_END;
}

/* Which members stand there against the rules of the operation, and which do not. */
static void judge(struct reader *r, const struct found *found, const struct op_row *row)
{
    const uint32_t foreign = found->seen & ~row->may, missing = row->must & ~found->seen;

    if ((foreign | missing) == 0)
        return;
    for (enum member i = 0; i < MEMBER_COUNT; i++) {
        if (foreign & MEMBER_BIT(i))
            refuse(r, ERR_BAD_REQUEST, found->at[i], "%s has no member \"%s\"", row->name,
                   member_name(i));
        if (missing & MEMBER_BIT(i))
            refuse(r, ERR_BAD_REQUEST, r->json.at, "%s needs \"%s\"", row->name,
                   member_name(i));
    }
}

/* A missing member is missed where its object ends. */
static void judge_buffer(struct reader *r, const struct found *found)
{
    const bool has_size = found_has(found, MEMBER_SIZE);

    if (!found_has(found, MEMBER_KIND))
        refuse(r, ERR_BAD_REQUEST, r->json.at, "\"kind\" is missing");
    if (found->kind == KIND_COUNT || kind_is_sized(found->kind) == has_size)
        return;
    if (has_size)
        refuse(r, ERR_BAD_REQUEST, found->at[MEMBER_SIZE], "%s has no \"size\"",
               kind_name(found->kind));
    else
        refuse(r, ERR_BAD_REQUEST, r->json.at, "%s needs \"size\"",
               kind_name(found->kind));
}

static bool read_buffer(struct reader *r)
{
    struct found *found = r->part;

    r->place = IN_BUFFER;
    if (!read_part(r, found, MEMBER_BIT(MEMBER_KIND) | MEMBER_BIT(MEMBER_SIZE)))
        return false;
    judge_buffer(r, found);
    r->top->kind = found->kind;
    r->top->number[MEMBER_SIZE] =
        found_has(found, MEMBER_SIZE) ? found->number[MEMBER_SIZE] : 0;
    r->place = IN_REQUEST;
    return true;
}

/* Once something is wrong with the line, its clauses are of no use. */
static void keep_clause(struct reader *r, const struct clause_view *clause,
                        const char *at)
{
    if (r->err == ERR_OK && !room_add(r->room, clause, &r->clauses, &r->clause_count))
        refuse(r, ERR_NO_MEMORY, at, "%s", err_text(ERR_NO_MEMORY));
}

/* False: it is not the usual take, and nothing has happened. */
static bool read_usual_take(struct reader *r)
{
    struct clause_view clause = {.op = OP_TAKE};
    const char *const at = r->json.at;
    const char *const behind = usual_take(at, r->json.end, &clause.chan);

    if (!behind)
        return false;
    keep_clause(r, &clause, at);
    r->json.at = behind;
    return true;
}

static bool read_clause(struct reader *r)
{
    struct found *found = r->part;
    struct clause_view clause;
    const char *at;

    if (json_peek(&r->json) != '{') {
        refuse(r, ERR_BAD_REQUEST, r->json.at, "a clause must be an object");
        return read_value(r, found, NULL);
    }
    at = r->json.at;
    if (r->index >= r->room->clauses_max)
        refuse(r, ERR_LIMIT_ALTS_OPS, at, "%s", err_text(ERR_LIMIT_ALTS_OPS));
    if (read_usual_take(r))
        return true;
    if (!read_part(r, found, op_clause_row(OP_PUT)->may))
        return false;
    if (!found_has(found, MEMBER_OP))
        refuse(r, ERR_BAD_REQUEST, r->json.at, "a clause needs \"op\"");
    else if (found->op < OP_COUNT)
        judge(r, found, op_clause_row(found->op));
    clause = (struct clause_view){found->op, found_text(found, MEMBER_CHAN),
                                  found_text(found, MEMBER_VALUE)};
    keep_clause(r, &clause, at);
    return true;
}

static bool read_ops(struct reader *r, const struct member_row *row)
{
    const char *start = r->json.at;
    enum json_step step;
    bool first = true;

    r->place = IN_CLAUSE;
    json_enter(&r->json);
    for (; (step = json_next_element(&r->json, first)) > 0; first = false, r->index++)
        if (!read_clause(r))
            return false;
    r->place = IN_REQUEST;
    if (first)
        refuse_value(r, row, slice_of(start, 1));
    return step == JSON_END;
}

/* Walks into a buffer or the clauses of an alts; all else is a value. */
static bool read_inside(struct reader *r, const struct member_row *row)
{
    if (row->type == TYPE_BUFFER && json_peek(&r->json) == '{')
        return read_buffer(r);
    if (row->type == TYPE_OPS && json_peek(&r->json) == '[')
        return read_ops(r, row);
    return read_value(r, r->top, row);
}

/* The members of a request, with the cursor at hand (walk.h). */
static bool read_members(struct reader *r)
{
    const uint32_t may = ~(MEMBER_BIT(MEMBER_KIND) | MEMBER_BIT(MEMBER_SIZE));
    const struct member_row *row;
    struct json j = r->json;
    enum json_step step;
    enum json_kind kind;
    struct slice name, raw;
    bool ok = true;

    j.at++;
    for (bool first = true; (step = walk_member(&j, first, &name)) > 0; first = false) {
        row = note_member(r, r->top, may, name);
        if (row && (row->type == TYPE_BUFFER || row->type == TYPE_OPS)) {
            r->json.at = j.at;
            ok = read_inside(r, row);
            j.at = r->json.at;
        } else if ((kind = walk_value(&j, &raw)) != JSON_BROKEN) {
            store_value(r, r->top, row, kind, raw);
        } else {
            ok = false;
        }
        if (!ok)
            break;
    }
    r->json.at = j.at;
    return ok && step == JSON_END;
}

/* Reads the whole line. False: it is not JSON. */
static bool read_line(struct reader *r)
{
    if (json_peek(&r->json) != '{') {
        refuse(r, ERR_BAD_REQUEST, r->json.at, "a request must be a JSON object");
        return read_value(r, r->top, NULL) && json_finish(&r->json);
    }
    if (!read_members(r) || !json_finish(&r->json))
        return false;
    if (!found_has(r->top, MEMBER_OP))
        refuse(r, ERR_BAD_REQUEST, r->json.at, "a request needs \"op\"");
    else if (r->top->op < OP_COUNT)
        judge(r, r->top, op_row(r->top->op));
    return true;
}

static void fill_open(struct request_view *rq, const struct found *found)
{
    rq->has_buffer = found_has(found, MEMBER_BUFFER);
    if (rq->has_buffer)
        rq->kind = found->kind;
    rq->size = rq->has_buffer ? found->number[MEMBER_SIZE] : 0;
    rq->close_after_ms = found_number(found, MEMBER_CLOSE_AFTER_MS, -1);
    rq->max_parked = found_number(found, MEMBER_MAX_PARKED, 0);
}

static void fill_list(struct request_view *rq, const struct found *found)
{
    rq->prefix = found_text(found, MEMBER_PREFIX);
    rq->after = found_text(found, MEMBER_AFTER);
    rq->limit = found_number(found, MEMBER_LIMIT, REQUEST_LIST_MAX);
}

static void fill_cancel(struct request_view *rq, const struct found *found)
{
    rq->target = found_text(found, MEMBER_TARGET);
}

static void fill_hello(struct request_view *rq, const struct found *found)
{
    rq->token = found_text(found, MEMBER_TOKEN);
    rq->client = found_text(found, MEMBER_CLIENT);
    rq->protocol = found_number(found, MEMBER_PROTOCOL, 1);
}

/* What an operation has beyond what several have. */
static void (*const fills[OP_COUNT])(struct request_view *rq,
                                     const struct found *found) = {
    [OP_OPEN] = fill_open,
    [OP_LIST] = fill_list,
    [OP_CANCEL] = fill_cancel,
    [OP_HELLO] = fill_hello,
};

/* Field by field: a view that was put together elsewhere would have to be copied. */
static void fill(const struct reader *r, struct request_view *rq)
{
    const struct found *found = r->top;

    rq->op = found->op;
    rq->priority = found_number(found, MEMBER_PRIORITY, 0);
    rq->has_buffer = false;
    rq->kind = KIND_NONE;
    rq->id = found_text(found, MEMBER_ID);
    rq->chan = found_text(found, MEMBER_CHAN);
    rq->value = found_text(found, MEMBER_VALUE);
    rq->timeout_ms = found_number(found, MEMBER_TIMEOUT_MS, -1);
    rq->clauses = r->clauses;
    rq->clause_count = r->clause_count;
    if (fills[found->op])
        fills[found->op](rq, found);
}

/* Nothing is asked of the line but whom to answer. */
static enum err give_up(struct reader *r, enum err err, struct slice id,
                        struct request_view *ret)
{
    room_drop(r->room, r->clause_count);
    *ret = (struct request_view){.op = OP_COUNT, .id = id};
    return err;
}

enum err request_parse(struct request_room *room, char *line, size_t len,
                       struct request_view *ret, struct fault *ret_fault)
{
    struct found top, part;
    struct reader r;

    if (usual_request(line, len, ret))
        return ERR_OK;
    found_clear(&top);
    r.json = json_of(line, len);
    r.room = room;
    r.fault = ret_fault;
    r.err = ERR_OK;
    r.place = IN_REQUEST;
    r.index = 0;
    r.id_is_bad = false;
    r.clauses = NULL;
    r.clause_count = 0;
    r.top = &top;
    r.part = &part;
    if (!read_line(&r)) {
        snprintf(ret_fault->text, sizeof ret_fault->text, "%s at byte %zu",
                 err_text(ERR_BAD_JSON), json_offset(&r.json));
        return give_up(&r, ERR_BAD_JSON, slice_of(NULL, 0), ret);
    }
    if (r.err != ERR_OK)
        return give_up(&r, r.err,
                       r.id_is_bad ? slice_of(NULL, 0) : found_text(&top, MEMBER_ID),
                       ret);
    fill(&r, ret);
    return ERR_OK;
}

bool request_is_blank(const char *line, size_t len)
{
    struct json j = json_of(line, len);

    return json_peek(&j) < 0;
}
