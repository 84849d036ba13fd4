/* SPDX-License-Identifier: MIT */
#include "exchange.h"

#include <assert.h>
#include "alt.h"
#include "peer.h"

void exchange_init(struct exchange *ex, struct hash_key key, uint64_t random)
{
    assert(random != 0);
    *ex = (struct exchange){.key = key, .random = random};
    list_init(&ex->done);
    list_init(&ex->quiet);
    list_init(&ex->unknown);
    list_init(&ex->spare);
}

void exchange_release(struct exchange *ex)
{
    assert(ex->parked == 0);
    alt_free_spare(ex);
    heap_release(&ex->timers);
}

uint32_t exchange_random(struct exchange *ex, uint32_t below)
{
    uint64_t x = ex->random;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    ex->random = x;
    return (uint32_t)(((x * 0x2545f4914f6cdd1du >> 32) * below) >> 32);
}

enum err exchange_know(struct exchange *ex, struct channel *ch)
{
    if (ch->known)
        return ERR_OK;
    if (ex->known >= ex->known_max)
        return ERR_LIMIT_CHANNELS;
    ch->known = true;
    ex->known++;
    ex->memory += channel_weight(ch);
    list_remove(&ch->quiet);
    ex->unknown_count--;
    return ERR_OK;
}

void exchange_touch(struct exchange *ex, struct channel *ch)
{
    bool may_go =
        ch->closed ? channel_is_drained(ch) : !ch->opened && channel_is_idle(ch);

    if (may_go && ch->known && !list_is_linked(&ch->quiet))
        list_push(&ex->quiet, &ch->quiet);
}

static struct clause *first_clause(struct list *line)
{
    return container_of(line->next, struct clause, link);
}

void exchange_close(struct exchange *ex, struct channel *ch)
{
    if (!ch->closed)
        heap_remove(&ex->timers, &ch->timer.node);
    ch->closed = true;
    while (ch->take_count > 0)
        clause_end(ex, first_clause(&ch->takes), ERR_CLOSED);
    exchange_touch(ex, ch);
}

void exchange_clear(struct exchange *ex, struct channel *ch)
{
    while (ch->take_count > 0)
        clause_end(ex, first_clause(&ch->takes), ERR_CANCELLED);
    while (ch->put_count > 0)
        clause_end(ex, first_clause(&ch->puts), ERR_CANCELLED);
    ex->bytes -= (int64_t)ch->bytes;
    ch->bytes = 0;
    ex->memory -= buffer_release(&ch->buffer);
}

void exchange_leave(struct exchange *ex, struct peer *peer)
{
    while (peer->count > 0)
        alt_end(ex, container_of(peer->parked.next, struct alt, mates), ERR_CANCELLED);
}
