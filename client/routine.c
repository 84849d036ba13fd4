/* SPDX-License-Identifier: MIT */
#include "routine.h"
#include "json.h"

#include <string.h>

enum { DIGITS_MAX = 16 }; /* so that it is less than 2^53, or nearly */

void routine_write(struct text *out, const struct request_view *rq, struct slice chan)
{
    if (rq->op == OP_PUT)
        text_lit(out, "{\"op\":\"put\",\"id\":");
    else
        text_lit(out, "{\"op\":\"take\",\"id\":");
    text_add_slice(out, rq->id);
    text_lit(out, ",\"chan\":");
    text_add_slice(out, chan);
    if (rq->op == OP_PUT) {
        text_lit(out, ",\"value\":");
        text_add_slice(out, rq->value);
    }
    if (rq->timeout_ms >= 0) {
        text_lit(out, ",\"timeout_ms\":");
        text_add_int(out, rq->timeout_ms);
    }
    text_lit(out, "}\n");
}

/* Passes over text, if that is what *p begins with. */
static bool skip(const char **p, const char *end, const char *text, size_t len)
{
    if ((size_t)(end - *p) < len || memcmp(*p, text, len) != 0)
        return false;
    *p += len;
    return true;
}

#define SKIP(p, end, literal) skip((p), (end), "" literal, sizeof(literal) - 1)

/* Passes over a number that an id of ours can be; 0: there is none. */
static uint64_t skip_id(const char **p, const char *end)
{
    const char *const begin = *p;
    uint64_t id = 0;

    for (; *p < end && **p >= '0' && **p <= '9'; ++*p)
        id = id * 10 + (uint64_t)(**p - '0');
    return *p - begin > DIGITS_MAX || *begin == '0' ? 0 : id;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_bare_value(struct slice s)
{
    size_t offset;

    return s.len > 0 && !is_blank(s.bytes[0]) && !is_blank(s.bytes[s.len - 1]) &&
           json_is_valid(s.bytes, s.len, &offset);
}

bool routine_read(const char *line, size_t len, uint64_t *ret_id, struct slice *ret_value)
{
    const char *p = line, *end = line + len;
    struct slice value = {0};
    uint64_t id;

    if (!SKIP(&p, end, "{\"id\":"))
        return false;
    id = skip_id(&p, end);
    if (id == 0 || !SKIP(&p, end, ",\"ok\":true") || end[-1] != '}')
        return false;
    if (p != end - 1) {
        if (!SKIP(&p, end, ",\"value\":"))
            return false;
        value = slice_of(p, (size_t)(end - 1 - p));
        if (!is_bare_value(value))
            return false;
    }
    *ret_id = id;
    *ret_value = value;
    return true;
}
