/* SPDX-License-Identifier: MIT */
#include "usual.h"
#include "name.h"
#include "walk.h"

#include <string.h>

/* Numbers up to this length are less than 2^53, and so may be a time. */
enum { DIGITS_MAX = 15 };

/* Which members there were. */
enum {
    SEEN_OP = 1,
    SEEN_CHAN = 2,
    SEEN_VALUE = 4,
    SEEN_ID = 8,
    SEEN_TIMEOUT = 16,
    MUST = SEEN_OP | SEEN_CHAN
};

/* Whether a literal stands at p; for the compiler that is a comparison or two. */
#define STANDS(p, end, literal)                                                          \
    ((size_t)((end) - (p)) >= sizeof(literal) - 1 &&                                     \
     memcmp(p, literal, sizeof(literal) - 1) == 0)

/* Each reads what stands behind a member's name: returns where it ends, or NULL. */

static inline const char *read_op(const char *p, const char *end, enum op *ret)
{
    const bool is_put = STANDS(p, end, "\"put\"");

    if (!is_put && !STANDS(p, end, "\"take\""))
        return NULL;
    *ret = is_put ? OP_PUT : OP_TAKE;
    return p + (is_put ? 5 : 6);
}

static inline const char *read_number(const char *p, const char *end, struct slice *ret)
{
    const char *const start = p;
    const char *const stop = end - p > DIGITS_MAX ? p + DIGITS_MAX : end;

    while (p < stop && *p >= '0' && *p <= '9')
        p++;
    if (p == start || (*start == '0' && p - start > 1))
        return NULL;
    *ret = slice_of(start, (size_t)(p - start));
    return p;
}

static inline const char *read_timeout(const char *p, const char *end, int64_t *ret)
{
    struct slice digits;

    p = read_number(p, end, &digits);
    if (!p)
        return NULL;
    *ret = 0;
    for (size_t i = 0; i < digits.len; i++)
        *ret = *ret * 10 + (digits.bytes[i] - '0');
    return p;
}

static inline const char *read_name(const char *p, const char *end, struct slice *ret)
{
    const size_t left = (size_t)(end - p);
    size_t len;

    if (left < 2 || *p != '"')
        return NULL;
    len = name_span(p + 1, left - 2 < NAME_MAX_LEN ? left - 2 : NAME_MAX_LEN);
    if (len == 0 || p[1 + len] != '"')
        return NULL;
    *ret = slice_of(p + 1, len);
    return p + 1 + len + 1;
}

static inline const char *read_value(const char *p, const char *end, struct slice *ret)
{
    struct json j = {.at = p, .end = end};

    return walk_value(&j, ret) == JSON_BROKEN ? NULL : j.at;
}

/* Reads a member and notes in *seen that it was there; NULL also if it was before. */
static inline const char *read_member(const char *p, const char *end, unsigned *seen,
                                      struct request_view *rq)
{
    unsigned bit;

    if (STANDS(p, end, "\"op\":")) {
        bit = SEEN_OP;
        p = read_op(p + 5, end, &rq->op);
    } else if (STANDS(p, end, "\"id\":")) {
        bit = SEEN_ID;
        p = read_number(p + 5, end, &rq->id);
    } else if (STANDS(p, end, "\"chan\":")) {
        bit = SEEN_CHAN;
        p = read_name(p + 7, end, &rq->chan);
    } else if (STANDS(p, end, "\"value\":")) {
        bit = SEEN_VALUE;
        p = read_value(p + 8, end, &rq->value);
    } else if (STANDS(p, end, "\"timeout_ms\":")) {
        bit = SEEN_TIMEOUT;
        p = read_timeout(p + 13, end, &rq->timeout_ms);
    } else {
        return NULL;
    }
    if (*seen & bit)
        return NULL;
    *seen |= bit;
    return p;
}

static inline void begin(struct request_view *rq)
{
    rq->priority = rq->has_buffer = false;
    rq->kind = KIND_NONE;
    rq->id = rq->chan = rq->value = slice_of(NULL, 0);
    rq->timeout_ms = -1;
    rq->clauses = NULL;
    rq->clause_count = 0;
}

bool usual_request(const char *line, size_t len, struct request_view *ret)
{
    const char *p = line, *const end = line + len;
    unsigned seen = 0;

    if (len == 0 || *p != '{')
        return false;
    begin(ret);
    do {
        p = read_member(p + 1, end, &seen, ret);
    } while (p && p < end && *p == ',');
    if (!p || end - p != 1 || *p != '}' || (seen & MUST) != MUST)
        return false;
    return (ret->op == OP_PUT) == ((seen & SEEN_VALUE) != 0);
}

const char *usual_take(const char *at, const char *end, struct slice *ret_chan)
{
    static const char head[] = "{\"op\":\"take\",\"chan\":";

    if (!STANDS(at, end, head))
        return NULL;
    at = read_name(at + sizeof head - 1, end, ret_chan);
    return at && at < end && *at == '}' ? at + 1 : NULL;
}
