/* SPDX-License-Identifier: MIT */
#include "text.h"
#include "scan.h"
#include "utf8.h"

#include <stdlib.h>

enum { TEXT_LEAST = 512 };

void text_release(struct text *t)
{
    free(t->bytes);
    *t = (struct text){0};
}

/*
 * A cap of len lets every later addition come here, where it is turned away; the memory
 * behind it is forgotten until the next growth.
 */
static bool text_break(struct text *t)
{
    t->broken = true;
    t->cap = t->len;
    return false;
}

bool text_reserve(struct text *t, size_t n)
{
    size_t cap = t->cap > TEXT_LEAST / 2 ? t->cap : TEXT_LEAST / 2;
    char *bytes;

    if (t->broken)
        return false;
    if (t->cap - t->len >= n)
        return true;
    if (n > SIZE_MAX / 4 || t->len > SIZE_MAX / 4)
        return text_break(t);
    do
        cap *= 2;
    while (cap - t->len < n);
    bytes = realloc(t->bytes, cap);
    if (!bytes)
        return text_break(t);
    t->bytes = bytes;
    t->cap = cap;
    return true;
}

void text_fit(struct text *t)
{
    char *bytes;

    if (t->len == 0) {
        text_release(t);
        return;
    }
    bytes = t->broken ? NULL : realloc(t->bytes, t->len);
    if (!bytes)
        return;
    t->bytes = bytes;
    t->cap = t->len;
}

void text_add_int(struct text *t, int64_t n)
{
    char digits[20], *p = digits + sizeof digits;
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

    do
        *--p = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (n < 0)
        *--p = '-';
    text_add(t, p, (size_t)(digits + sizeof digits - p));
}

/* Which letter stands for a byte behind a backslash; 0 where \u is needed. */
static const char letters[256] = {
    ['"'] = '"',  ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f',
    ['\n'] = 'n', ['\r'] = 'r',  ['\t'] = 't',
};

static void add_escaped(struct text *t, unsigned char c)
{
    static const char hex[] = "0123456789abcdef";
    const char brief[] = {'\\', letters[c]};
    const char full[] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

    if (letters[c])
        text_add(t, brief, sizeof brief);
    else
        text_add(t, full, sizeof full);
}

/* Adds the character at p, of more than one byte or broken, and returns what follows. */
static const char *add_wide(struct text *t, const char *p, const char *end)
{
    const char *next = p;

    if (utf8_pass(&next, end)) {
        text_add(t, p, (size_t)(next - p));
        return next;
    }
    text_lit(t, "\xef\xbf\xbd");
    return p + 1;
}

void text_add_json(struct text *t, struct slice s)
{
    const char *p = s.bytes, *end = p + s.len, *stop;

    text_lit(t, "\"");
    while (p < end) {
        stop = scan_plain(p, end);
        text_add(t, p, (size_t)(stop - p));
        p = stop;
        if (p < end && (unsigned char)*p >= 0x80)
            p = add_wide(t, p, end);
        else if (p < end)
            add_escaped(t, (unsigned char)*p++);
    }
    text_lit(t, "\"");
}
