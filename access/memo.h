/* SPDX-License-Identifier: MIT */
/*
 * memo.h - decisions that were made lately: who may do what on which channel.
 *
 * A table of fixed size, an entry of which is a cache line, and in which a newer decision
 * takes the place of an older one. It knows users by their addresses: whoever has one
 * forgets all before the users it knows go. Not thread-safe; every worker has its own.
 */
#ifndef ACCESS_MEMO_H
#define ACCESS_MEMO_H

#include <stdint.h>
#include "slice.h"

struct user;

enum { MEMO_NAME_MAX = 37, MEMO_BITS = 9, MEMO_SLOTS = 1 << MEMO_BITS };

struct memo_entry {
    const struct user *user; /* NULL: empty */
    uint64_t head, tail;     /* of the name, in words */
    uint16_t rights;
    uint8_t len;
    char name[MEMO_NAME_MAX];
};

struct memo {
    struct memo_entry entries[MEMO_SLOTS];
};

/* All that the user may do on the channel: rules_on, remembered. */
uint32_t memo_rights(struct memo *m, const struct user *user, struct slice name);

/* Forgets everything. */
void memo_clear(struct memo *m);

#endif
