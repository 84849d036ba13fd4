/* SPDX-License-Identifier: MIT */
#include "memo.h"

#include <assert.h>
#include <string.h>
#include "roster.h"

static_assert(RIGHT_COUNT <= 16, "a set of rights fits into an entry");

/*
 * Names are looked at in words, which may overlap, and not by calls of memcmp, with which
 * a decision would take longer to remember than many take to make.
 */
enum { WORD = sizeof(uint64_t), HALF = sizeof(uint32_t) };

static uint64_t word_at(const char *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof word);
    return word;
}

static uint64_t half_at(const char *bytes)
{
    uint32_t half;

    memcpy(&half, bytes, sizeof half);
    return half;
}

/* Less than a word, at least a byte: no two names of a length are the same. */
static uint64_t short_word(struct slice name)
{
    const unsigned char *bytes = (const unsigned char *)name.bytes;

    if (name.len >= HALF)
        return half_at(name.bytes) << 32 | half_at(name.bytes + name.len - HALF);
    return (uint64_t)bytes[0] << 16 | (uint64_t)bytes[name.len / 2] << 8 |
           bytes[name.len - 1];
}

static uint64_t memo_head(struct slice name)
{
    return name.len < WORD ? short_word(name) : word_at(name.bytes);
}

static uint64_t memo_tail(struct slice name)
{
    return name.len < WORD ? name.len : word_at(name.bytes + name.len - WORD);
}

/* What stands between the first and the last word. */
static bool same_middle(const char *a, const char *b, size_t len)
{
    for (size_t i = WORD; i + WORD < len; i += WORD)
        if (word_at(a + i) != word_at(b + i))
            return false;
    return true;
}

static struct memo_entry *memo_slot(struct memo *m, const struct user *user,
                                    uint64_t head, uint64_t tail)
{
    const uint64_t mix =
        (head ^ (uint64_t)(uintptr_t)user) + tail * UINT64_C(0x9e3779b97f4a7c15);

    return &m->entries[mix * UINT64_C(0xbf58476d1ce4e5b9) >> (64 - MEMO_BITS)];
}

/* Apart, so that what is remembered is found without saving a register. */
__attribute__((noinline)) static uint32_t
memo_decide(struct memo_entry *e, const struct user *user, struct slice name)
{
    e->user = user;
    e->head = memo_head(name);
    e->tail = memo_tail(name);
    e->rights = (uint16_t)rules_on(user->rules, user->rule_count, name);
    e->len = (uint8_t)name.len;
    memcpy(e->name, name.bytes, name.len);
    return e->rights;
}

uint32_t memo_rights(struct memo *m, const struct user *user, struct slice name)
{
    struct memo_entry *e;
    uint64_t head, tail;

    if (name.len > MEMO_NAME_MAX)
        return rules_on(user->rules, user->rule_count, name);
    head = memo_head(name);
    tail = memo_tail(name);
    e = memo_slot(m, user, head, tail);
    if (e->head == head && e->tail == tail && e->user == user && e->len == name.len &&
        same_middle(e->name, name.bytes, name.len))
        return e->rights;
    return memo_decide(e, user, name);
}

void memo_clear(struct memo *m)
{
    memset(m, 0, sizeof *m);
}
