/* SPDX-License-Identifier: MIT */
#include "alt_memory.h"

#include <stdlib.h>
#include <string.h>

/* SHARE: of the peer's table of tags and of the heap of deadlines. */
enum { ALT_BLOCK = 240, SPARE_MAX = 1024, SHARE = 4 * sizeof(struct alt *) };

static struct alt *block_get(struct exchange *ex)
{
    struct list *link = list_pop(&ex->spare);

    if (!link)
        return malloc(ALT_BLOCK);
    ex->spare_count--;
    return container_of(link, struct alt, done.link);
}

void alt_recycle(struct exchange *ex, struct list *retired)
{
    struct list *link;

    while ((link = list_pop(retired))) {
        if (ex->spare_count == SPARE_MAX) {
            free(container_of(link, struct alt, done.link));
            continue;
        }
        list_push(&ex->spare, link);
        ex->spare_count++;
    }
}

void alt_free_spare(struct exchange *ex)
{
    struct list *link;

    while ((link = list_pop(&ex->spare)))
        free(container_of(link, struct alt, done.link));
    ex->spare_count = 0;
}

bool completion_retire(struct completion *c, int64_t *freed)
{
    struct alt *alt;

    if (c->held)
        *freed += value_drop(c->held);
    c->held = NULL;
    if (!c->parked)
        return false;
    alt = container_of(c, struct alt, done);
    *freed += alt->weight;
    if (alt->is_block)
        return true;
    free(alt);
    return false;
}

void completion_free(struct completion *c)
{
    free(container_of(c, struct alt, done));
}

int64_t completion_release(struct completion *c)
{
    int64_t freed = 0;

    if (completion_retire(c, &freed))
        completion_free(c);
    return freed;
}

void alt_free(struct exchange *ex, struct alt *alt)
{
    ex->memory -= alt->weight;
    free(alt);
}

/* The longest name among the clauses, if the completion is to name one. */
static size_t room_for_name(const struct ask *ask)
{
    size_t room = 0;

    for (uint32_t i = 0; ask->named && i < ask->count; i++)
        if (room < ask->offers[i].name.len)
            room = ask->offers[i].name.len;
    return room;
}

static void alt_set_tag(struct exchange *ex, struct alt *alt, struct slice tag)
{
    char *copy = (char *)&alt->clauses[alt->count];

    memcpy(copy, tag.bytes, tag.len);
    alt->done.tag = slice_of(copy, tag.len);
    alt->tag_hash = (uint32_t)hash_bytes(&ex->key, tag);
}

enum err alt_new(struct exchange *ex, const struct ask *ask, struct alt **ret)
{
    const size_t size = sizeof(struct alt) + ask->count * sizeof(struct clause) +
                        ask->tag.len + room_for_name(ask);
    const bool is_block = size <= ALT_BLOCK;
    const int64_t weight = SHARE + (is_block ? weight_of(ALT_BLOCK) : weight_of(size));
    struct alt *alt;

    if (!exchange_has_room(ex, RESERVE_REQUESTS,
                           weight + ask->count * (int64_t)CHANNEL_WEIGHT_MAX))
        return ERR_LIMIT_MEMORY;
    alt = is_block ? block_get(ex) : malloc(size);
    if (!alt)
        return ERR_NO_MEMORY;
    *alt = (struct alt){
        .timer.kind = TIMER_ALT,
        .count = ask->count,
        .weight = (uint32_t)weight,
        .is_block = is_block,
        .done = {.peer = ask->peer, .tag = ask->tag, .op = ask->op, .parked = true},
    };
    list_init(&alt->done.link);
    list_init(&alt->mates);
    if (ask->tag.bytes)
        alt_set_tag(ex, alt, ask->tag);
    if (ask->named)
        alt->chan_room = (char *)&alt->clauses[ask->count] + ask->tag.len;
    ex->memory += weight;
    *ret = alt;
    return ERR_OK;
}
