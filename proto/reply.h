/* SPDX-License-Identifier: MIT */
/*
 * reply.h - a reply -> bytes, and the way back.
 *
 * Members stand in the order of PROTOCOL.md: id, ok, then the rest. Not thread-safe per
 * text.
 */
#ifndef PROTO_REPLY_H
#define PROTO_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "err.h"
#include "slice.h"
#include "text.h"

/* Absent: slices with NULL bytes, numbers of -1. */
struct reply_view {
    struct slice id; /* as written */
    enum err err;    /* ERR_OK is success */
    struct slice
        reason; /* reading: the reason as it came, which this version may not know */
    struct slice message; /* of a refusal: plain text */
    bool dropped;
    int created; /* open: 0 or 1 */
    int more;    /* list: 0 or 1 */
    int64_t index;
    struct slice chan;     /* alts */
    struct slice value;    /* JSON as written */
    struct slice channels; /* list: a JSON array */
    struct slice stat;     /* a JSON object */
    struct slice server;   /* hello: plain text */
    struct slice user;     /* hello, where there are users: who the client is */
    int64_t protocol;      /* hello */
    struct slice limits;   /* hello: a JSON object */
};

/* A successful reply to id with nothing else in it; a base for designated changes. */
struct reply_view reply_of(struct slice id, enum err err);

/*
 * Appends the reply as one line, LF included. A refusal without a message gets
 * err_text.
 */
void reply_write(struct text *out, const struct reply_view *reply);

/* The two that are sent most, short of the general case. */
void reply_write_ok(struct text *out, struct slice id);
void reply_write_value(struct text *out, struct slice id, struct slice value);

/* A reply to take or alts but for its value, which somebody sends between the two. */
void reply_begin_value(struct text *out, const struct reply_view *reply);
void reply_end_value(struct text *out);

/*
 * Reads one line; unescapes in place. Members that this version does not know are passed
 * over. ret->err is ERR_COUNT for a reason it does not know. False: not a reply, because
 * it is no JSON object, has no `ok`, is no success and has no `reason`, or has a member
 * that stands twice or is not of its type.
 */
bool reply_parse(char *line, size_t len, struct reply_view *ret);

#endif
