/* SPDX-License-Identifier: MIT */
#include "room.h"

#include <stdlib.h>
#include <string.h>

struct request_chunk {
    struct request_chunk *next;
    size_t used, cap;
    struct clause_view clauses[];
};

enum { CHUNK_LEAST = 64 };

static void free_chunks(struct request_chunk *chunk)
{
    struct request_chunk *next;

    for (; chunk; chunk = next) {
        next = chunk->next;
        free(chunk);
    }
}

void request_room_clear(struct request_room *room)
{
    if (!room->chunks)
        return;
    free_chunks(room->chunks->next);
    room->chunks->next = NULL;
    room->chunks->used = 0;
}

void request_room_release(struct request_room *room)
{
    free_chunks(room->chunks);
    room->chunks = NULL;
}

/* A chunk with room for more than count clauses, and twice what the last one had. */
static struct request_chunk *add_chunk(struct request_room *room, size_t count)
{
    size_t cap = room->chunks ? 2 * room->chunks->cap : CHUNK_LEAST;
    struct request_chunk *chunk;

    cap = cap > 2 * count ? cap : 2 * count;
    chunk = malloc(sizeof *chunk + cap * sizeof *chunk->clauses);
    if (!chunk)
        return NULL;
    *chunk = (struct request_chunk){.next = room->chunks, .cap = cap};
    room->chunks = chunk;
    return chunk;
}

bool room_add(struct request_room *room, const struct clause_view *clause,
              struct clause_view **clauses, size_t *count)
{
    struct request_chunk *chunk = room->chunks;

    if (!chunk || chunk->used == chunk->cap) {
        room_drop(room, *count);
        chunk = add_chunk(room, *count);
        if (!chunk) {
            if (room->chunks)
                room->chunks->used += *count;
            return false;
        }
        if (*count > 0)
            memcpy(chunk->clauses, *clauses, *count * sizeof *chunk->clauses);
        chunk->used = *count;
        *clauses = chunk->clauses;
    }
    if (*count == 0)
        *clauses = &chunk->clauses[chunk->used];
    chunk->clauses[chunk->used++] = *clause;
    ++*count;
    return true;
}

void room_drop(struct request_room *room, size_t count)
{
    if (room->chunks)
        room->chunks->used -= count;
}
