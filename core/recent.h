/* SPDX-License-Identifier: MIT */
/*
 * recent.h - the channels that were named lately, by name: one to a slot, which the next
 * of the same slot takes over.
 *
 * The slot comes from the length and the ends of the name, without a key: who chooses
 * names that share a slot makes the registry's keyed table be asked, and no more. Holds
 * pointers only: what is freed must be forgotten first. Not thread-safe.
 */
#ifndef CORE_RECENT_H
#define CORE_RECENT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "channel.h"
#include "slice.h"

enum { RECENT_BITS = 12 };

/* {0} has none. */
struct recent {
    struct channel *slots[1 << RECENT_BITS];
};

/* The first and the last bytes of a name, which may overlap. */
static inline uint64_t recent_ends(struct slice name)
{
    uint64_t head = 0, tail = 0;

    if (name.len >= 8) {
        memcpy(&head, name.bytes, 8);
        memcpy(&tail, name.bytes + name.len - 8, 8);
    } else if (name.len >= 4) {
        memcpy(&head, name.bytes, 4);
        memcpy(&tail, name.bytes + name.len - 4, 4);
    } else {
        head = (unsigned char)name.bytes[0];
        tail = (uint64_t)(unsigned char)name.bytes[name.len - 1] << 8 |
               (unsigned char)name.bytes[name.len / 2];
    }
    return head * UINT64_C(0x9e3779b97f4a7c15) ^ tail;
}

static inline size_t recent_slot(struct slice name)
{
    const uint64_t mixed = (recent_ends(name) + name.len) * UINT64_C(0xd1342543de82ef95);

    return (size_t)(mixed >> (64 - RECENT_BITS));
}

/* The channel of that name, of at least a byte, if it was noted last in its slot; NULL.
 */
static inline struct channel *recent_find(const struct recent *r, struct slice name)
{
    struct channel *ch = r->slots[recent_slot(name)];

    return ch && slice_equal(channel_name(ch), name) ? ch : NULL;
}

static inline void recent_note(struct recent *r, struct channel *ch)
{
    r->slots[recent_slot(channel_name(ch))] = ch;
}

static inline void recent_forget(struct recent *r, const struct channel *ch)
{
    struct channel **slot = &r->slots[recent_slot(channel_name(ch))];

    if (*slot == ch)
        *slot = NULL;
}

#endif
