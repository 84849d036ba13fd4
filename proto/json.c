/* SPDX-License-Identifier: MIT */
#include "json.h"
#include "scan.h"
#include "utf8.h"
#include "walk.h"

#include <string.h>

const unsigned char walk_kinds[256] = {
    ['"'] = JSON_STRING, ['{'] = JSON_OBJECT, ['['] = JSON_ARRAY,  ['t'] = JSON_TRUE,
    ['f'] = JSON_FALSE,  ['n'] = JSON_NULL,   ['-'] = JSON_NUMBER, ['0'] = JSON_NUMBER,
    ['1'] = JSON_NUMBER, ['2'] = JSON_NUMBER, ['3'] = JSON_NUMBER, ['4'] = JSON_NUMBER,
    ['5'] = JSON_NUMBER, ['6'] = JSON_NUMBER, ['7'] = JSON_NUMBER, ['8'] = JSON_NUMBER,
    ['9'] = JSON_NUMBER,
};

static const char *const words[] = {
    [JSON_NULL] = "null",
    [JSON_TRUE] = "true",
    [JSON_FALSE] = "false",
};

/* What may follow a backslash: the byte it stands for; 'u' for itself. */
static const char escapes[256] = {
    ['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b', ['f'] = '\f',
    ['n'] = '\n', ['r'] = '\r',  ['t'] = '\t', ['u'] = 'u',
};

/* -1 for a byte that is none. */
static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* at is the backslash. */
static bool pass_escape(struct json *j)
{
    char c;

    if (++j->at == j->end || (c = escapes[(unsigned char)*j->at]) == 0)
        return false;
    j->at++;
    for (int digits = c == 'u' ? 4 : 0; digits > 0; digits--, j->at++)
        if (j->at == j->end || hex_value(*j->at) < 0)
            return false;
    return true;
}

bool walk_rare_string(struct json *j)
{
    while (j->at < j->end && *j->at != '"') {
        if ((unsigned char)*j->at >= 0x80) {
            if (!utf8_pass(&j->at, j->end))
                return false;
        } else if (*j->at == '\\') {
            if (!pass_escape(j))
                return false;
        } else {
            if (!scan_is_plain(*j->at))
                return false;
            j->at = scan_plain(j->at, j->end);
        }
    }
    if (j->at == j->end)
        return false;
    j->at++;
    return true;
}

static bool pass_digits(struct json *j)
{
    const char *start = j->at;

    while (j->at < j->end && *j->at >= '0' && *j->at <= '9')
        j->at++;
    return j->at > start;
}

/* Steps over a byte if it stands there. */
static bool pass_byte(struct json *j, char c)
{
    const bool there = j->at < j->end && *j->at == c;

    j->at += there;
    return there;
}

bool walk_rare_number(struct json *j)
{
    pass_byte(j, '-');
    if (!pass_byte(j, '0') && !pass_digits(j))
        return false;
    if (pass_byte(j, '.') && !pass_digits(j))
        return false;
    if (!pass_byte(j, 'e') && !pass_byte(j, 'E'))
        return true;
    if (!pass_byte(j, '+'))
        pass_byte(j, '-');
    return pass_digits(j);
}

bool walk_rare_word(struct json *j)
{
    for (const char *word = words[walk_kinds[(unsigned char)*j->at]]; *word; word++)
        if (!pass_byte(j, *word))
            return false;
    return true;
}

int json_peek(struct json *j)
{
    return walk_peek(j);
}

void json_enter(struct json *j)
{
    j->at++;
}

static inline enum json_step next_element(struct json *j, bool first)
{
    const int c = walk_peek(j);

    if (c == ']') {
        j->at++;
        return JSON_END;
    }
    if (c < 0 || (!first && c != ','))
        return JSON_FAULT;
    j->at += !first;
    return JSON_ITEM;
}

enum json_step json_next_element(struct json *j, bool first)
{
    return next_element(j, first);
}

enum json_step json_next_member(struct json *j, bool first, struct slice *ret_name)
{
    return walk_member(j, first, ret_name);
}

/* Which of the containers that are open are objects, a bit each. */
struct nest {
    size_t depth;
    uint64_t objects[JSON_DEPTH_MAX / 64];
};

static bool nest_push(struct nest *nest, bool object)
{
    const uint64_t bit = UINT64_C(1) << nest->depth % 64;
    uint64_t *word;

    if (nest->depth == JSON_DEPTH_MAX)
        return false;
    word = &nest->objects[nest->depth++ / 64];
    *word = object ? *word | bit : *word & ~bit;
    return true;
}

static bool nest_in_object(const struct nest *nest)
{
    const size_t top = nest->depth - 1;

    return nest->objects[top / 64] >> top % 64 & 1;
}

/* On to the next value, out of as many containers as end here. */
static bool pass_ends(struct json *j, struct nest *nest, bool first)
{
    enum json_step step;
    struct slice name;

    while (nest->depth > 0) {
        step =
            nest_in_object(nest) ? walk_member(j, first, &name) : next_element(j, first);
        if (step != JSON_END)
            return step == JSON_ITEM;
        nest->depth--;
        first = false;
    }
    return true;
}

bool walk_container(struct json *j)
{
    struct nest nest = {0};
    enum json_kind kind;
    bool opened;
    int c;

    do {
        c = walk_peek(j);
        kind = c < 0 ? JSON_BROKEN : walk_kinds[c];
        opened = kind == JSON_OBJECT || kind == JSON_ARRAY;
        if (opened && !nest_push(&nest, kind == JSON_OBJECT))
            return false;
        if (opened)
            j->at++;
        else if (!walk_scalar(j, kind))
            return false;
        if (!pass_ends(j, &nest, opened))
            return false;
    } while (nest.depth > 0);
    return true;
}

enum json_kind json_value(struct json *j, struct slice *ret_raw)
{
    return walk_value(j, ret_raw);
}

bool json_finish(struct json *j)
{
    return walk_peek(j) < 0;
}

bool json_is_valid(const char *text, size_t len, size_t *ret_offset)
{
    struct json j = json_of(text, len);
    struct slice raw;

    if (json_value(&j, &raw) != JSON_BROKEN && json_finish(&j))
        return true;
    *ret_offset = json_offset(&j);
    return false;
}

/* The four digits behind \u. */
static unsigned unit_of(const char *digits)
{
    unsigned unit = 0;

    for (int i = 0; i < 4; i++)
        unit = unit << 4 | (unsigned)hex_value(digits[i]);
    return unit;
}

static char *put_utf8(char *to, unsigned point)
{
    if (point < 0x80) {
        *to++ = (char)point;
        return to;
    }
    if (point < 0x800) {
        *to++ = (char)(0xc0 | point >> 6);
    } else {
        if (point < 0x10000) {
            *to++ = (char)(0xe0 | point >> 12);
        } else {
            *to++ = (char)(0xf0 | point >> 18);
            *to++ = (char)(0x80 | (point >> 12 & 0x3f));
        }
        *to++ = (char)(0x80 | (point >> 6 & 0x3f));
    }
    *to++ = (char)(0x80 | (point & 0x3f));
    return to;
}

/* Takes the \uXXXX at *from, and its other half if there is one. */
static unsigned take_point(const char **from, const char *end)
{
    const char *p = *from + 6;
    const unsigned unit = unit_of(*from + 2);
    unsigned low;

    *from = p;
    if (unit < 0xd800 || unit > 0xdfff)
        return unit;
    if (unit < 0xdc00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u' &&
        (low = unit_of(p + 2)) >= 0xdc00 && low <= 0xdfff) {
        *from = p + 6;
        return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
    return 0xfffd;
}

/* Decoded text is never longer than it was, so `to` stays behind `from`. */
struct slice json_unescape(struct slice raw, char *dst)
{
    const char *from = raw.bytes + 1, *end = raw.bytes + raw.len - 1;
    const char *slash = memchr(from, '\\', (size_t)(end - from));
    char *to = dst;

    if (!slash)
        return slice_of(from, (size_t)(end - from));
    while (slash) {
        memmove(to, from, (size_t)(slash - from));
        to += slash - from;
        from = slash;
        if (from[1] == 'u') {
            to = put_utf8(to, take_point(&from, end));
        } else {
            *to++ = escapes[(unsigned char)from[1]];
            from += 2;
        }
        slash = memchr(from, '\\', (size_t)(end - from));
    }
    memmove(to, from, (size_t)(end - from));
    return slice_of(dst, (size_t)(to - dst) + (size_t)(end - from));
}

bool json_is_integer(struct slice raw)
{
    for (size_t i = 0; i < raw.len; i++)
        if (raw.bytes[i] != '-' && (raw.bytes[i] < '0' || raw.bytes[i] > '9'))
            return false;
    return true;
}

bool json_to_int(struct slice raw, int64_t *ret)
{
    const int64_t most = (INT64_C(1) << 53) - 1;
    const bool minus = raw.bytes[0] == '-';
    int64_t n = 0;

    for (size_t i = minus; i < raw.len; i++) {
        if (raw.bytes[i] < '0' || raw.bytes[i] > '9')
            return false;
        n = n * 10 + (raw.bytes[i] - '0');
        if (n > most)
            return false;
    }
    *ret = minus ? -n : n;
    return true;
}
