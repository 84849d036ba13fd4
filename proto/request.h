/* SPDX-License-Identifier: MIT */
/*
 * request.h - a line -> a view of the request in it, and the way back.
 *
 * The grammar is two tables: the members with their types (member.c), and the
 * operations with the members each may and must have (op.c). A view holds slices of the
 * line, so it lives as long as the line; an escaped name or `op` is decoded in place,
 * which is why the line must be writable. Ids and values stay byte for byte as written.
 * The clauses of an alts live in a room that serves a whole batch of lines. Not
 * thread-safe per room.
 */
#ifndef PROTO_REQUEST_H
#define PROTO_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "err.h"
#include "kind.h"
#include "slice.h"
#include "text.h"

enum op {
    OP_PUT,
    OP_TAKE,
    OP_ALTS,
    OP_OPEN,
    OP_CLOSE,
    OP_DELETE,
    OP_CANCEL,
    OP_LIST,
    OP_STAT,
    OP_HELLO,
    OP_PING,
    OP_COUNT
};

enum { REQUEST_ID_MAX = 64, REQUEST_LIST_MAX = 1000 };

/* One clause of an alts. */
struct clause_view {
    enum op op; /* OP_PUT or OP_TAKE */
    struct slice chan;
    struct slice value; /* of a put: JSON as written */
};

/* What an absent member leaves: slices with NULL bytes, and the numbers given here. */
struct request_view {
    enum op op;
    bool priority;
    bool has_buffer; /* open: kind and size are given */
    enum kind kind;
    struct slice id; /* as written, quotes included */
    struct slice chan;
    struct slice value;          /* put: JSON as written */
    int64_t timeout_ms;          /* -1: for ever */
    struct clause_view *clauses; /* alts */
    size_t clause_count;
    union {
        struct { /* open */
            int64_t size;
            int64_t close_after_ms; /* -1: never */
            int64_t max_parked;     /* 0: the server's limit */
        };
        struct { /* list */
            struct slice prefix, after;
            int64_t limit; /* REQUEST_LIST_MAX */
        };
        struct slice target; /* cancel: as written */
        struct {             /* hello */
            struct slice token, client;
            int64_t protocol; /* 1 */
        };
    };
};

/* What is wrong with a line, for people: UTF-8 that names the culprit. */
struct fault {
    char text[256];
};

/*
 * Where the clauses of a batch of requests live. {0} is an empty room, in which
 * clauses_max must be set before an alts fits.
 */
struct request_room {
    struct request_chunk *chunks; /* newest first */
    size_t clauses_max;           /* limits.alts_ops */
};

void request_room_clear(struct request_room *room);   /* all views' clauses are gone */
void request_room_release(struct request_room *room); /* and the memory */

/* The operation's name on the wire. Static storage. */
const char *op_name(enum op op);

/*
 * Reads one line (LF excluded). ERR_OK: *ret is the request. Otherwise ret->id is the id
 * to answer with, absent where the reply must have none, *ret_fault is the message, and
 * the result is ERR_BAD_JSON, ERR_BAD_REQUEST, ERR_LIMIT_ALTS_OPS or ERR_NO_MEMORY. The
 * whole line is checked as JSON before anything else is held against it; of several
 * faults it is the first in the line that counts. Each member's value, and each of a
 * clause, may be nested JSON_DEPTH_MAX deep.
 */
enum err request_parse(struct request_room *room, char *line, size_t len,
                       struct request_view *ret, struct fault *ret_fault);

/* Whether a line is nothing but white space, and so is to be ignored. */
bool request_is_blank(const char *line, size_t len);

/*
 * Appends the request as one line, LF included. Names are written as JSON strings; id and
 * values go out as they are and must be JSON.
 */
void request_write(struct text *out, const struct request_view *rq);

#endif
