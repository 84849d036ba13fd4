/* SPDX-License-Identifier: MIT */
/*
 * fuzz_request.c - any bytes as a request.
 *
 * What is read can be written, and then reads the same. A view holds what request.h
 * promises. A line is bad_json if and only if it is no JSON, with the offset of the
 * fault; the message of a refusal is one line of UTF-8.
 */
#include "json.h"
#include "name.h"
#include "request.h"
#include "require.h"

enum { CLAUSES_MAX = 8 };

static void check_value(struct slice value)
{
    struct json j = json_of(value.bytes, value.len);
    struct slice raw;

    require(json_value(&j, &raw) != JSON_BROKEN && raw.bytes == value.bytes &&
                raw.len == value.len,
            "a value is JSON without white space around it");
}

static void check_id(struct slice id)
{
    if (!id.bytes)
        return;
    require(id.len >= 1 && id.len <= REQUEST_ID_MAX, "an id is not too long");
    require(id.bytes[0] == '"' || json_is_integer(id), "an id is a string or an integer");
    check_value(id);
}

static void check_clauses(const struct request_view *rq)
{
    require((rq->op == OP_ALTS) == (rq->clause_count > 0), "clauses are an alts'");
    require(rq->clause_count <= CLAUSES_MAX, "there are not too many clauses");
    for (size_t i = 0; i < rq->clause_count; i++) {
        const struct clause_view *clause = &rq->clauses[i];

        require(name_is_valid(clause->chan), "a clause's channel has a name");
        require(clause->op == OP_PUT || clause->op == OP_TAKE, "a clause puts or takes");
        require((clause->op == OP_PUT) == (clause->value.bytes != NULL),
                "a put has a value");
        if (clause->value.bytes)
            check_value(clause->value);
    }
}

static void check_view(const struct request_view *rq)
{
    require(rq->op < OP_COUNT, "a request has an operation");
    check_id(rq->id);
    check_clauses(rq);
    if (rq->chan.bytes)
        require(name_is_valid(rq->chan), "a channel has a name");
    require((rq->op == OP_PUT) == (rq->value.bytes != NULL), "a put has a value");
    if (rq->value.bytes)
        check_value(rq->value);
    require(rq->timeout_ms >= -1, "time is not negative");
    if (rq->op == OP_OPEN && rq->has_buffer)
        require(kind_is_sized(rq->kind) == (rq->size > 0), "a size where there is one");
    if (rq->op == OP_LIST)
        require(rq->limit >= 1 && rq->limit <= REQUEST_LIST_MAX, "a page is in range");
    if (rq->op == OP_CANCEL)
        check_id(rq->target);
}

/* What a request is written as, after it was read; empty if it cannot be read. */
static struct text rewrite(const char *bytes, size_t len, enum err *err)
{
    struct request_room room = {.clauses_max = CLAUSES_MAX};
    char *line = require_copy(bytes, len);
    struct request_view rq;
    struct text out = {0};
    struct fault fault;

    *err = request_parse(&room, line, len, &rq, &fault);
    if (*err == ERR_OK) {
        check_view(&rq);
        request_write(&out, &rq);
    }
    request_room_release(&room);
    free(line);
    return out;
}

static void check_message(const char *text, size_t size)
{
    struct text quoted = {0};

    require(memchr(text, 0, size) != NULL && *text, "a message is a text");
    for (const char *p = text; *p; p++)
        require((unsigned char)*p >= ' ', "a message is one line");
    text_add_json(&quoted, slice_text(text));
    require(!memmem(quoted.bytes, quoted.len, "\xef\xbf\xbd", 3) ||
                strstr(text, "\xef\xbf\xbd"),
            "a message is UTF-8");
    text_release(&quoted);
}

/* Depth is counted from each value, so that deep texts cannot be compared as a whole. */
static void check_refusal(const char *bytes, size_t len)
{
    struct request_room room = {.clauses_max = CLAUSES_MAX};
    char *line = require_copy(bytes, len);
    struct fault fault = {""};
    size_t opened = 0, at = 0;
    struct request_view rq;
    char says[64] = "";
    enum err err;

    for (size_t i = 0; i < len; i++)
        opened += bytes[i] == '[' || bytes[i] == '{';
    if (!json_is_valid(bytes, len, &at))
        snprintf(says, sizeof says, "not valid JSON at byte %zu", at);
    err = request_parse(&room, line, len, &rq, &fault);
    if (opened <= JSON_DEPTH_MAX)
        require((err == ERR_BAD_JSON) == (*says != 0), "bad_json is what is no JSON");
    if (err == ERR_BAD_JSON && opened <= JSON_DEPTH_MAX)
        require(strcmp(fault.text, says) == 0, "the message says where");
    if (err == ERR_BAD_JSON)
        require(!rq.id.bytes, "bad_json has no id");
    if (err != ERR_OK) {
        check_message(fault.text, sizeof fault.text);
        check_id(rq.id);
    }
    request_room_release(&room);
    free(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum err err;
    struct text once = rewrite((const char *)data, size, &err), twice;

    check_refusal((const char *)data, size);
    if (err == ERR_OK) {
        require(once.len > 0 && once.bytes[once.len - 1] == '\n', "a request is a line");
        require(memchr(data, '\n', size) || !memchr(once.bytes, '\n', once.len - 1),
                "a request is one line");
        twice = rewrite(once.bytes, once.len - 1, &err);
        require(err == ERR_OK, "what was written can be read");
        require(once.len == twice.len && memcmp(once.bytes, twice.bytes, once.len) == 0,
                "what was written reads the same");
        text_release(&twice);
    }
    text_release(&once);
    return 0;
}
