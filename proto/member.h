/* SPDX-License-Identifier: MIT */
/*
 * member.h - the members that requests, buffers and clauses have: PROTOCOL.md, section 2.
 *
 * A table says what each may be; what one object had is found.h's. Pure data; any
 * thread. Private to proto.
 */
#ifndef PROTO_MEMBER_H
#define PROTO_MEMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "slice.h"

enum member {
    MEMBER_OP,
    MEMBER_ID,
    MEMBER_CHAN,
    MEMBER_VALUE,
    MEMBER_TIMEOUT_MS,
    MEMBER_OPS,
    MEMBER_PRIORITY,
    MEMBER_BUFFER,
    MEMBER_CLOSE_AFTER_MS,
    MEMBER_MAX_PARKED,
    MEMBER_TARGET,
    MEMBER_PREFIX,
    MEMBER_AFTER,
    MEMBER_LIMIT,
    MEMBER_TOKEN,
    MEMBER_CLIENT,
    MEMBER_PROTOCOL,
    MEMBER_KIND, /* of buffer, and size too */
    MEMBER_SIZE,
    MEMBER_COUNT
};

#define MEMBER_BIT(member) (UINT32_C(1) << (member))

/* How a member is read, and with that, what it may be. */
enum member_type {
    TYPE_OP,
    TYPE_CLAUSE_OP,
    TYPE_ID,
    TYPE_NAME,
    TYPE_VALUE,
    TYPE_INTEGER,
    TYPE_BOOL,
    TYPE_TEXT,
    TYPE_KIND,
    TYPE_BUFFER,
    TYPE_OPS,
    TYPE_COUNT
};

struct member_row {
    char name[16];
    size_t len; /* of the name, at least 2 */
    enum member member;
    enum member_type type;
    int64_t least, most; /* of an integer */
    const char *must;    /* completes "it must be …" */
};

/* `op` as a clause has it. */
extern const struct member_row member_clause_op;

/*
 * All others, each in the slot that the first and the last byte of its name give. No two
 * share one: a row that did would not compile.
 */
#define MEMBER_SLOT(first, last)                                                         \
    (((unsigned)(first) + 2 * (unsigned)(last)) % MEMBER_SLOTS)
enum { MEMBER_SLOTS = 64 };

extern const struct member_row member_rows[MEMBER_SLOTS];

/* Both have len bytes, 2 to 16; a call of memcmp would take longer than the rest. */
static inline bool member_same(const char *a, const char *b, size_t len)
{
    if (len >= 8)
        return memcmp(a, b, 8) == 0 && memcmp(a + len - 8, b + len - 8, 8) == 0;
    if (len >= 4)
        return memcmp(a, b, 4) == 0 && memcmp(a + len - 4, b + len - 4, 4) == 0;
    return memcmp(a, b, 2) == 0 && a[len - 1] == b[len - 1];
}

static inline const struct member_row *member_find_plain(struct slice name)
{
    const unsigned char *bytes = (const unsigned char *)name.bytes;
    const struct member_row *row;

    if (name.len == 0)
        return NULL;
    row = &member_rows[MEMBER_SLOT(bytes[0], bytes[name.len - 1])];
    return row->len == name.len && member_same(row->name, name.bytes, name.len) ? row
                                                                                : NULL;
}

/* Room for the longest name there is, be each byte of it an escape of six. */
enum { MEMBER_NAME_BYTES = 2 + 6 * 14 };

/* A short name, of a member, an operation or a kind, without its quotes and escapes. */
struct slice member_unescape(struct slice quoted, char buffer[MEMBER_NAME_BYTES]);

const struct member_row *member_find_escaped(struct slice quoted);

static inline struct slice member_inner(struct slice quoted)
{
    return slice_of(quoted.bytes + 1, quoted.len - 2);
}

/* NULL for a name that is no member's. quoted is a validated JSON string. */
static inline const struct member_row *member_find(struct slice quoted)
{
    const struct member_row *row = member_find_plain(member_inner(quoted));

    return row ? row : member_find_escaped(quoted);
}

/* Its name. Static storage. */
const char *member_name(enum member member);

#endif
