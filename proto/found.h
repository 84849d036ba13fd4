/* SPDX-License-Identifier: MIT */
/*
 * found.h - what stands in one object of a request: the members that were seen, and what
 * each of them is.
 *
 * Nothing is cleared but `seen`, so that an object costs what it has. Not thread-safe per
 * struct. Private to proto.
 */
#ifndef PROTO_FOUND_H
#define PROTO_FOUND_H

#include <stdbool.h>
#include <stdint.h>
#include "json.h"
#include "kind.h"
#include "member.h"
#include "request.h"
#include "slice.h"

/* The arrays hold something for the members in `seen` only. */
struct found {
    uint32_t seen;
    enum op op;                      /* OP_COUNT: absent or wrong */
    enum kind kind;                  /* KIND_COUNT: the same */
    const char *at[MEMBER_COUNT];    /* where its name stands */
    struct slice text[MEMBER_COUNT]; /* names and texts decoded, others as written */
    int64_t number[MEMBER_COUNT];    /* of integers and booleans */
};

/* Begins an object. */
static inline void found_clear(struct found *found)
{
    found->seen = 0;
    found->op = OP_COUNT;
    found->kind = KIND_COUNT;
}

/* What a member of a type may be: a set of kinds, and what else is asked of it. */
struct found_check {
    unsigned kinds;
    bool (*check)(struct found *found, const struct member_row *row, struct slice raw);
};

extern const struct found_check found_checks[TYPE_COUNT];

/* Stores a value, which is in a writable line; false if it is not what it must be. */
static inline bool found_store(struct found *found, const struct member_row *row,
                               enum json_kind kind, struct slice raw)
{
    const struct found_check *check = &found_checks[row->type];

    found->text[row->member] = raw;
    return (check->kinds >> kind & 1) && (!check->check || check->check(found, row, raw));
}

static inline bool found_has(const struct found *found, enum member member)
{
    return found->seen & MEMBER_BIT(member);
}

static inline struct slice found_text(const struct found *found, enum member member)
{
    return found_has(found, member) ? found->text[member] : slice_of(NULL, 0);
}

static inline int64_t found_number(const struct found *found, enum member member,
                                   int64_t absent)
{
    return found_has(found, member) ? found->number[member] : absent;
}

#endif
