/* SPDX-License-Identifier: MIT */
/*
 * json.h - a one-pass scanner for JSON text (RFC 8259, UTF-8): validates, and hands out
 * slices of the text. It builds no tree, allocates nothing and does not recurse.
 *
 * A caller that wants structure walks it with the cursor (json_enter, json_next_member,
 * json_next_element) and lets json_value pass over what it does not look into. Every byte
 * is looked at once. A lone surrogate escape (\ud800) is within the grammar and passes.
 * Not thread-safe per cursor.
 */
#ifndef PROTO_JSON_H
#define PROTO_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "slice.h"

/* Containers may be nested so deep within one value. */
enum { JSON_DEPTH_MAX = 512 };

enum json_kind {
    JSON_BROKEN, /* not JSON: the cursor's `at` is the first byte that cannot be */
    JSON_NULL,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

struct json {
    const char *start, *at,
        *end; /* start <= at <= end; nothing at or behind end is read */
};

static inline struct json json_of(const char *text, size_t len)
{
    return (struct json){text, text, text + len};
}

/* Where the cursor is, from the start of the text: after JSON_BROKEN, at the fault. */
static inline size_t json_offset(const struct json *j)
{
    return (size_t)(j->at - j->start);
}

/* Passes over white space; the byte there, or -1 at the end. */
int json_peek(struct json *j);

/*
 * Passes over one whole value and the white space before it. ret_raw is the value as
 * written, without white space around it, quotes included; untouched on JSON_BROKEN.
 */
enum json_kind json_value(struct json *j, struct slice *ret_raw);

/*
 * What the cursor's next container holds, in a loop:  json_enter; while (json_next_… >
 * 0).
 */
enum json_step { JSON_FAULT = -1, JSON_END = 0, JSON_ITEM = 1 };

/* Steps over an opening '{' or '[', which json_peek has seen. */
void json_enter(struct json *j);

/*
 * Goes to the next member's value. ret_name is the name with its quotes, as written.
 * `first` is true for the call behind json_enter. JSON_END has passed over the '}'.
 */
enum json_step json_next_member(struct json *j, bool first, struct slice *ret_name);

/* Goes to the next element of an array; JSON_END has passed over the ']'. */
enum json_step json_next_element(struct json *j, bool first);

/* Whether nothing but white space is left; if not, `at` is what stands there. */
bool json_finish(struct json *j);

/*
 * Checks one whole text: true if valid; else *ret_offset is the first byte that cannot
 * be.
 */
bool json_is_valid(const char *text, size_t len, size_t *ret_offset);

/*
 * Decodes a validated string, given with its quotes, into dst, which may be the string
 * itself or must have room for raw.len bytes. A lone surrogate becomes U+FFFD. Returns
 * the decoded slice; a string without escapes is not copied: the slice then points into
 * raw.
 */
struct slice json_unescape(struct slice raw, char *dst);

/* A validated number that is an integer as written, -?(0|[1-9][0-9]*). */
bool json_is_integer(struct slice raw);

/* Its value, if it fits in -(2^53-1) to 2^53-1. */
bool json_to_int(struct slice raw, int64_t *ret);

#endif
