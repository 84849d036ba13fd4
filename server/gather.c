/* SPDX-License-Identifier: MIT */
#include "gather.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

bool gather_prepare(struct gather *g)
{
    return text_reserve(&g->text, GATHER_ROOM);
}

void gather_borrow(struct gather *g, struct slice bytes, struct value *held)
{
    assert(!gather_is_full(g));
    g->longs[g->count++] = (struct gather_long){g->text.len, bytes, held};
    g->borrowed += bytes.len;
}

static size_t add_piece(struct iovec *pieces, size_t count, const char *bytes, size_t len)
{
    if (len == 0)
        return count;
    pieces[count] = (struct iovec){(void *)(uintptr_t)bytes, len};
    return count + 1;
}

size_t gather_list(const struct gather *g, struct iovec ret_pieces[GATHER_PIECES])
{
    size_t n = 0, from = 0;

    for (size_t i = 0; i < g->count; i++) {
        n = add_piece(ret_pieces, n, g->text.bytes + from, g->longs[i].at - from);
        n = add_piece(ret_pieces, n, g->longs[i].bytes.bytes, g->longs[i].bytes.len);
        from = g->longs[i].at;
    }
    return add_piece(ret_pieces, n, g->text.bytes + from, g->text.len - from);
}

struct gather_mark gather_mark(const struct gather *g)
{
    return (struct gather_mark){g->text.len, g->text.cap, g->count, g->borrowed};
}

void gather_rewind(struct gather *g, const struct gather_mark *to)
{
    g->text.len = to->len;
    g->text.cap = to->cap; /* a text that breaks forgets what it has */
    g->text.broken = false;
    g->count = to->count;
    g->borrowed = to->borrowed;
}

void gather_shrink(struct gather *g)
{
    char *bytes;

    assert(gather_len(g) == 0);
    if (g->text.cap <= GATHER_ROOM)
        return;
    bytes = realloc(g->text.bytes, GATHER_ROOM);
    if (!bytes)
        return; /* the larger one will do as well */
    g->text.bytes = bytes;
    g->text.cap = GATHER_ROOM;
}

void gather_clear(struct gather *g)
{
    text_clear(&g->text);
    g->count = g->borrowed = 0;
}

void gather_release(struct gather *g)
{
    gather_clear(g);
    text_release(&g->text);
}
