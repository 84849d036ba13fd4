/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <assert.h>
#include <stdlib.h>
#include "account.h"
#include "alt.h"

enum { WALK_MAX = 8, TABLE_MIN = 32 };

void peer_init(struct peer *p)
{
    *p = (struct peer){0};
    list_init(&p->parked);
}

void peer_release(struct peer *p)
{
    assert(p->count == 0);
    free(p->table);
    p->table = NULL;
}

void peer_charge(struct peer *p, struct account *account)
{
    account_add_parked(p->account, -(int64_t)p->count);
    account_add_parked(account, p->count);
    p->account = account;
}

static struct alt *alt_of_mates(struct list *link)
{
    return container_of(link, struct alt, mates);
}

static void table_add(struct peer *p, struct alt *alt)
{
    struct alt **chain = &p->table[alt->tag_hash & p->table_mask];

    alt->tag_next = *chain;
    *chain = alt;
}

/* A table of `size` chains of all that is parked; false, and nothing done: no memory. */
static bool table_build(struct peer *p, uint32_t size)
{
    struct alt **table = calloc(size, sizeof(struct alt *));

    if (!table)
        return false;
    free(p->table);
    p->table = table;
    p->table_mask = size - 1;
    for (struct list *l = p->parked.next; l != &p->parked; l = l->next)
        if (alt_of_mates(l)->done.tag.bytes)
            table_add(p, alt_of_mates(l));
    return true;
}

/* That a table can't be made, grow or shrink costs speed only. */
void peer_add(struct peer *p, struct alt *alt)
{
    list_push(&p->parked, &alt->mates);
    p->count++;
    account_add_parked(p->account, 1);
    if (!p->table && p->count > WALK_MAX)
        table_build(p, TABLE_MIN);
    else if (p->table && p->count > 2 * (p->table_mask + 1) &&
             table_build(p, 4 * (p->table_mask + 1)))
        return;
    else if (p->table && alt->done.tag.bytes)
        table_add(p, alt);
}

static void table_drop(struct peer *p)
{
    free(p->table);
    p->table = NULL;
    p->table_mask = 0;
}

/* A table that had grown goes when it is empty, and shrinks when most of it is. */
static void table_shrink(struct peer *p)
{
    const uint32_t size = p->table_mask + 1;

    if (p->count == 0)
        table_drop(p);
    else if (p->count < size / 8 && size / 4 > TABLE_MIN)
        table_build(p, size / 4);
}

void peer_remove(struct peer *p, struct alt *alt)
{
    list_remove(&alt->mates);
    p->count--;
    account_add_parked(p->account, -1);
    if (p->table && alt->done.tag.bytes) {
        struct alt **link = &p->table[alt->tag_hash & p->table_mask];

        while (*link != alt)
            link = &(*link)->tag_next;
        *link = alt->tag_next;
    }
    if (p->table_mask >= TABLE_MIN)
        table_shrink(p);
}

struct alt *peer_find(const struct peer *p, struct slice tag, uint32_t tag_hash)
{
    if (!tag.bytes || p->count == 0)
        return NULL;
    if (p->table) {
        struct alt *alt = p->table[tag_hash & p->table_mask];

        while (alt && !(alt->tag_hash == tag_hash && slice_equal(alt->done.tag, tag)))
            alt = alt->tag_next;
        return alt;
    }
    for (struct list *l = p->parked.next; l != &p->parked; l = l->next) {
        struct alt *alt = alt_of_mates(l);

        if (alt->done.tag.bytes && slice_equal(alt->done.tag, tag))
            return alt;
    }
    return NULL;
}
