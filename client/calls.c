/* SPDX-License-Identifier: MIT */
#include "calls.h"

#include <stdlib.h>
#include <string.h>

enum { CALLS_LEAST = 8, SLOT_BITS = 16, NO_SLOT = CALLS_MAX };

/* An id is an integer of the protocol: less than 2^53. */
#define SERIAL_MAX ((UINT64_C(1) << (53 - SLOT_BITS)) - 1)

static uint32_t slot_of(uint64_t id)
{
    return (uint32_t)(id & ((1u << SLOT_BITS) - 1));
}

void calls_release(struct calls *calls)
{
    uint32_t at = 0;

    for (struct call *call; (call = calls_next(calls, &at));)
        free(call->line);
    free(calls->slots);
    *calls = (struct calls){.serial = calls->serial};
}

/* Doubles the slots and links the new ones; there is no free one. */
static bool grow(struct calls *calls)
{
    const uint32_t cap = calls->cap ? calls->cap * 2 : CALLS_LEAST;
    struct call *slots;

    if (cap > CALLS_MAX)
        return false;
    slots = realloc(calls->slots, cap * sizeof *slots);
    if (!slots)
        return false;
    for (uint32_t i = calls->cap; i < cap; i++)
        slots[i] = (struct call){.next_free = i + 1 < cap ? i + 1 : NO_SLOT};
    calls->slots = slots;
    calls->first_free = calls->cap;
    calls->cap = cap;
    return true;
}

struct call *calls_add(struct calls *calls, const struct call *call)
{
    struct call *slot;
    uint32_t place;

    if (calls->count == calls->cap && !grow(calls))
        return NULL;
    place = calls->first_free;
    slot = &calls->slots[place];
    calls->first_free = slot->next_free;
    calls->serial = calls->serial % SERIAL_MAX + 1;
    *slot = *call;
    slot->id = calls->serial << SLOT_BITS | place;
    if (calls->count++ == 0 || call->deadline_ns < calls->soonest_ns)
        calls->soonest_ns = call->deadline_ns;
    return slot;
}

struct call *calls_find(const struct calls *calls, uint64_t id)
{
    const bool there =
        id != 0 && slot_of(id) < calls->cap && calls->slots[slot_of(id)].id == id;

    return there ? &calls->slots[slot_of(id)] : NULL;
}

struct call *calls_next(const struct calls *calls, uint32_t *at)
{
    while (*at < calls->cap) {
        struct call *slot = &calls->slots[(*at)++];

        if (slot->id != 0)
            return slot;
    }
    return NULL;
}

static void take_out(struct calls *calls, struct call *slot, struct call *ret_call)
{
    *ret_call = *slot;
    slot->id = 0;
    slot->next_free = calls->first_free;
    calls->first_free = (uint32_t)(slot - calls->slots);
    calls->count--;
}

bool calls_remove(struct calls *calls, uint64_t id, struct call *ret_call)
{
    struct call *slot = calls_find(calls, id);

    if (slot)
        take_out(calls, slot, ret_call);
    return slot != NULL;
}

bool calls_remove_longest(struct calls *calls, struct call *ret_call)
{
    struct call *longest = NULL, *slot;
    uint32_t at = 0;

    while ((slot = calls_next(calls, &at)))
        if (!longest || slot->line_len > longest->line_len)
            longest = slot;
    if (longest)
        take_out(calls, longest, ret_call);
    return longest != NULL;
}

void calls_forget_line(struct call *call)
{
    free(call->line);
    call->line = NULL;
}

bool calls_keep_line(struct call *call, const char *line)
{
    const size_t size = call->line_len + 1;

    calls_forget_line(call);
    call->line = malloc(size);
    if (!call->line)
        return false;
    memcpy(call->line, line, size);
    return true;
}

int64_t calls_check_ns(const struct calls *calls)
{
    return calls->count > 0 ? calls->soonest_ns : INT64_MAX;
}

/* Looks at all of them only when the earliest may have passed; nearly always that call
 * has gone long before, and what is found is the next time to look. */
bool calls_are_late(struct calls *calls, int64_t now_ns)
{
    int64_t soonest = INT64_MAX;
    struct call *slot;
    uint32_t at = 0;

    if (calls_check_ns(calls) > now_ns)
        return false;
    while ((slot = calls_next(calls, &at)))
        if (slot->deadline_ns < soonest)
            soonest = slot->deadline_ns;
    calls->soonest_ns = soonest;
    return soonest <= now_ns;
}
