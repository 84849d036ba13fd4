/* SPDX-License-Identifier: MIT */
#include "elements.h"
#include "chan.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void trim(struct elements *e)
{
    while (e->at < e->end && is_blank(*e->at))
        e->at++;
    while (e->at < e->end && is_blank(e->end[-1]))
        e->end--;
}

bool elements_init(struct elements *e, const char *array, size_t len)
{
    size_t offset;

    if (!array || chan_json_check(array, len, &offset) != CHAN_OK)
        return false;
    *e = (struct elements){array, array + len};
    trim(e);
    if (*e->at != '[')
        return false;
    e->at++;
    e->end--;
    trim(e);
    return true;
}

/* The text has been checked: quotes and brackets come in pairs. */
static const char *skip_string(const char *at)
{
    for (at++; *at != '"'; at++)
        if (*at == '\\')
            at++;
    return at + 1;
}

static const char *skip_value(const char *at, const char *end)
{
    size_t depth = 0;

    while (at < end && (depth > 0 || *at != ',')) {
        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        if (*at == '[' || *at == '{')
            depth++;
        else if (*at == ']' || *at == '}')
            depth--;
        at++;
    }
    return at;
}

bool elements_next(struct elements *e, const char **ret_value, size_t *ret_len)
{
    struct elements value = {e->at, skip_value(e->at, e->end)};

    if (e->at == e->end)
        return false;
    e->at = value.end < e->end ? value.end + 1 : e->end;
    trim(&value);
    *ret_value = value.at;
    *ret_len = (size_t)(value.end - value.at);
    return true;
}
