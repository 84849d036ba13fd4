/* SPDX-License-Identifier: MIT */
/*
 * walk.h - the cursor of json.h, for callers that are in a hurry: the same functions, to
 * be compiled into their own loops.
 *
 * What is rare is called, and gets a copy of the cursor: so one whose address nobody else
 * has can stay in registers. Private to proto.
 */
#ifndef PROTO_WALK_H
#define PROTO_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include "json.h"
#include "scan.h"
#include "slice.h"

/* What a value that begins with this byte can only be: an enum json_kind. */
extern const unsigned char walk_kinds[256];

/*
 * The rare cases, in json.c. They pass over something at the cursor, or leave it at the
 * fault and return false.
 */
bool walk_rare_string(struct json *j); /* the rest of a string; at is not plain */
bool walk_rare_number(struct json *j); /* all of a number */
bool walk_rare_word(struct json *j);   /* null, true or false */
bool walk_container(struct json *j);   /* all of an object or an array */

static inline bool walk_is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline bool walk_call(struct json *j, bool (*rare)(struct json *j))
{
    struct json copy = *j;
    const bool ok = rare(&copy);

    j->at = copy.at;
    return ok;
}

/* Passes over white space, of which there is mostly none; the byte there, or -1. */
static inline int walk_peek(struct json *j)
{
    for (; j->at < j->end; j->at++)
        if ((unsigned char)*j->at > ' ' || !walk_is_space(*j->at))
            return (unsigned char)*j->at;
    return -1;
}

/* at is where the plain bytes of a string end. */
static inline bool walk_string_end(struct json *j)
{
    if (j->at == j->end || *j->at != '"')
        return walk_call(j, walk_rare_string);
    j->at++;
    return true;
}

static inline bool walk_string(struct json *j)
{
    j->at = scan_plain(j->at + 1, j->end);
    return walk_string_end(j);
}

static inline bool walk_number(struct json *j)
{
    const char *p = j->at;

    if (*p < '1' || *p > '9')
        return walk_call(j, walk_rare_number);
    while (p < j->end && *p >= '0' && *p <= '9')
        p++;
    if (p < j->end && (*p == '.' || *p == 'e' || *p == 'E'))
        return walk_call(j, walk_rare_number);
    j->at = p;
    return true;
}

static inline enum json_step walk_member(struct json *j, bool first,
                                         struct slice *ret_name)
{
    int c = walk_peek(j);
    const char *name;

    if (c == '}') {
        j->at++;
        return JSON_END;
    }
    if (!first) {
        if (c != ',')
            return JSON_FAULT;
        j->at++;
        c = walk_peek(j);
    }
    if (c != '"')
        return JSON_FAULT;
    name = j->at;
    j->at = scan_short(name + 1, j->end);
    if (!walk_string_end(j))
        return JSON_FAULT;
    *ret_name = slice_of(name, (size_t)(j->at - name));
    if (walk_peek(j) != ':')
        return JSON_FAULT;
    j->at++;
    return JSON_ITEM;
}

static inline bool walk_scalar(struct json *j, enum json_kind kind)
{
    if (kind == JSON_STRING)
        return walk_string(j);
    if (kind == JSON_NUMBER)
        return walk_number(j);
    return kind != JSON_BROKEN && walk_call(j, walk_rare_word);
}

static inline enum json_kind walk_value(struct json *j, struct slice *ret_raw)
{
    const int c = walk_peek(j);
    const char *start = j->at;
    const enum json_kind kind = c < 0 ? JSON_BROKEN : walk_kinds[c];

    if (kind == JSON_OBJECT || kind == JSON_ARRAY ? !walk_call(j, walk_container)
                                                  : !walk_scalar(j, kind))
        return JSON_BROKEN;
    *ret_raw = slice_of(start, (size_t)(j->at - start));
    return kind;
}

#endif
