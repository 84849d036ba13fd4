/* SPDX-License-Identifier: MIT */
#include "invariant.h"

#include <stdlib.h>
#include <string.h>

/* Sums over all that is parked. */
struct tally {
    int64_t alts, clauses, bytes;
};

/* A list goes as far back as forth; how many members it has. */
static uint32_t list_count(const struct list *head, bool *ret_sound)
{
    uint32_t count = 0;

    *ret_sound = true;
    for (const struct list *l = head->next; l != head; l = l->next, count++)
        if (l->next->prev != l || l->prev->next != l)
            *ret_sound = false;
    return count;
}

static const char *check_line(const struct list *line, uint32_t count, enum side side,
                              const struct channel *ch)
{
    bool sound;

    if (list_count(line, &sound) != count || !sound)
        return "a line is as long as its count says";
    for (const struct list *l = line->next; l != line; l = l->next) {
        const struct clause *c = container_of(l, struct clause, link);

        if (c->channel != ch || c->side != side)
            return "a clause is in the line of its channel and side";
        if ((c->held != NULL) != (side == SIDE_PUT))
            return "a parked put holds a value, and a parked take none";
        if (!list_is_linked(&c->alt->mates))
            return "who is in a line is parked";
    }
    return NULL;
}

/* The invariants at the head of channel.h. */
static const char *check_channel(const struct channel *ch)
{
    const char *fault = check_line(&ch->puts, ch->put_count, SIDE_PUT, ch);

    if (!fault)
        fault = check_line(&ch->takes, ch->take_count, SIDE_TAKE, ch);
    if (fault)
        return fault;
    if (!ch->known)
        return "a channel with somebody parked is known";
    if (ch->take_count > 0 && (ch->buffer.count > 0 || ch->closed))
        return "takes are parked only while the buffer is empty and the channel open";
    if (ch->put_count > 0 && buffer_fate(&ch->buffer) != BUFFER_PARK)
        return "puts are parked only while the buffer is full";
    return NULL;
}

static const char *check_alt(const struct alt *alt, const struct peer *peer,
                             struct tally *tally)
{
    if (alt->done.peer != peer || !alt->done.parked)
        return "a parked alt belongs to its peer";
    if (list_is_linked(&alt->done.link))
        return "what is parked has not completed";
    tally->alts++;
    for (uint32_t i = 0; i < alt->count; i++) {
        const char *fault = check_channel(alt->clauses[i].channel);

        if (fault)
            return fault;
        if (alt->clauses[i].alt != alt || !list_is_linked(&alt->clauses[i].link))
            return "each clause of a parked alt is in a line";
        tally->clauses++;
        tally->bytes += alt->clauses[i].held ? (int64_t)alt->clauses[i].held->len : 0;
    }
    return NULL;
}

static const char *check_peer(const struct peer *peer, struct tally *tally)
{
    const char *fault = NULL;
    bool sound;

    if (list_count(&peer->parked, &sound) != peer->count || !sound)
        return "a peer has parked what its count says";
    for (struct list *l = peer->parked.next; !fault && l != &peer->parked; l = l->next) {
        const struct alt *alt = container_of(l, struct alt, mates);

        fault = check_alt(alt, peer, tally);
        if (!fault && alt->done.tag.bytes &&
            !peer_find(peer, alt->done.tag, alt->tag_hash))
            fault = "what is parked is found by its tag";
    }
    return fault;
}

static const char *check_stat(const struct channel_stat *s)
{
    bool sized = kind_is_sized(s->settings.kind);
    uint32_t room = s->settings.kind == KIND_PROMISE ? 1 : s->settings.size;

    if (sized != (s->settings.size > 0) || s->buffered > room)
        return "no buffer holds more than its size";
    if (s->parked_takes > 0 && (s->buffered > 0 || s->closed))
        return "takes are parked only while the buffer is empty and the channel open";
    if (s->parked_puts > 0 && (s->buffered < room || s->settings.kind > KIND_FIXED))
        return "puts are parked only while the buffer is full, and such that can be";
    if (s->settings.kind != KIND_PROMISE &&
        s->puts != s->takes + s->buffered + s->dropped)
        return "puts = takes + buffered + dropped";
    if ((s->bytes > 0) != (s->buffered > 0))
        return "there are bytes where there are values";
    return NULL;
}

enum { PAGE = 64 };

/* Walks all pages of the list. */
static const char *check_list(const struct broker *b, struct tally *left)
{
    struct channel_stat page[PAGE];
    char after[sizeof page->name] = "";
    struct catalog_query query = {.limit = PAGE};
    struct broker_stat totals = broker_totals(b);
    bool more = true;

    while (more) {
        size_t count = broker_list(b, &query, page, &more);

        if (more && count < PAGE)
            return "pages are full while there is more";
        totals.channels -= (int64_t)count;
        for (size_t i = 0; i < count; i++) {
            const char *fault = check_stat(&page[i]);

            if (fault)
                return fault;
            if (strcmp(after, page[i].name) >= 0)
                return "the list is in byte order of the names";
            strcpy(after, page[i].name);
            left->bytes += (int64_t)page[i].bytes;
            left->clauses -= page[i].parked_puts + page[i].parked_takes;
        }
        query.after = slice_text(after);
    }
    return totals.channels ? "all known channels are listed" : NULL;
}

const char *invariant_fault(const struct broker *b, const struct peer *peers,
                            size_t count)
{
    struct broker_stat totals = broker_totals(b);
    struct tally tally = {0};
    const char *fault = NULL;

    for (size_t i = 0; !fault && i < count; i++)
        fault = check_peer(&peers[i], &tally);
    if (!fault)
        fault = check_list(b, &tally);
    if (fault)
        return fault;
    if (tally.alts != totals.parked)
        return "the broker counts what the peers have parked";
    if (tally.clauses != 0)
        return "each parked clause counts at its channel, and nothing else does";
    if (tally.bytes != totals.bytes)
        return "the bytes accounted for are those of the values held";
    return NULL;
}
