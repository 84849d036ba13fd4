/* SPDX-License-Identifier: MIT */
#include "backlog.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "gather.h"

enum { VALUES_LEAST = 8 };

struct backlog *backlog_new(void)
{
    return calloc(1, sizeof(struct backlog));
}

int64_t backlog_free(struct backlog *b)
{
    int64_t freed = 0;

    if (!b)
        return 0;
    for (size_t i = b->first; i < b->count; i++)
        freed += value_drop(b->values[i].value);
    text_release(&b->text);
    free(b->values);
    free(b);
    return freed;
}

int64_t backlog_weight(const struct backlog *b)
{
    return weight_of(sizeof *b) + weight_of(b->text.cap) +
           weight_of(b->cap * sizeof *b->values);
}

static bool reserve(struct backlog *b)
{
    const size_t cap = b->cap ? 2 * b->cap : VALUES_LEAST;
    struct backlog_value *values;

    if (b->count < b->cap)
        return true;
    values = realloc(b->values, cap * sizeof *values);
    if (!values)
        return false;
    b->values = values;
    b->cap = cap;
    return true;
}

void backlog_hold(struct backlog *b, struct value *v)
{
    if (!reserve(b)) {
        b->text.broken = true;
        return;
    }
    b->values[b->count++] = (struct backlog_value){b->text.len, value_hold(v)};
    b->value_len += v->len;
}

/* Adds text of which so many bytes have been sent, or all; how many of them not here. */
static size_t add_text(struct backlog *b, const char *bytes, size_t len, size_t sent)
{
    const size_t gone = sent < len ? sent : len;

    text_add(&b->text, bytes + gone, len - gone);
    return sent - gone;
}

/* The same of a value. One that was begun comes first: what was before it has gone. */
static size_t add_long(struct backlog *b, const struct gather_long *l, size_t sent)
{
    if (!l->held || l->bytes.len < BACKLOG_LONG)
        return add_text(b, l->bytes.bytes, l->bytes.len, sent);
    if (sent >= l->bytes.len)
        return sent - l->bytes.len;
    backlog_hold(b, l->held);
    if (sent > 0 && !b->text.broken) {
        b->value_sent = sent;
        b->value_len -= sent;
    }
    return 0;
}

void backlog_take_over(struct backlog *b, const struct gather *g, size_t sent)
{
    size_t from = 0;

    for (size_t i = 0; i < g->count; i++) {
        const struct gather_long *l = &g->longs[i];

        sent = add_text(b, g->text.bytes + from, l->at - from, sent);
        sent = add_long(b, l, sent);
        from = l->at;
    }
    add_text(b, g->text.bytes + from, g->text.len - from, sent);
}

/* Pieces that are put together, until there is no room for more. */
struct train {
    struct iovec *pieces;
    size_t count, most; /* most: so many bytes may be added */
};

static void add_piece(struct train *l, const char *bytes, size_t len)
{
    const size_t n = len < l->most ? len : l->most;

    if (n == 0 || l->count == BACKLOG_PIECES)
        return;
    l->pieces[l->count++] = (struct iovec){(void *)(uintptr_t)bytes, n};
    l->most -= n;
}

size_t backlog_list(const struct backlog *b, size_t most,
                    struct iovec ret_pieces[BACKLOG_PIECES])
{
    struct train l = {ret_pieces, 0, most};
    size_t from = b->sent, skip = b->value_sent;

    for (size_t i = b->first; i < b->count && l.count < BACKLOG_PIECES && l.most; i++) {
        const struct backlog_value *v = &b->values[i];

        add_piece(&l, b->text.bytes + from, v->at - from);
        add_piece(&l, v->value->bytes + skip, v->value->len - skip);
        from = v->at;
        skip = 0;
    }
    add_piece(&l, b->text.bytes + from, b->text.len - from);
    return l.count;
}

/* Up to n bytes of the text in front of the first value have gone; how many. */
static size_t consume_text(struct backlog *b, size_t n)
{
    const size_t end = b->first < b->count ? b->values[b->first].at : b->text.len;
    const size_t gone = n < end - b->sent ? n : end - b->sent;

    b->sent += gone;
    return gone;
}

/* Up to n bytes of the first value have gone; how many. */
static size_t consume_value(struct backlog *b, size_t n, int64_t *freed)
{
    struct value *v = b->first < b->count ? b->values[b->first].value : NULL;
    size_t gone;

    if (!v || n == 0)
        return 0;
    gone = n < v->len - b->value_sent ? n : v->len - b->value_sent;
    b->value_sent += gone;
    b->value_len -= gone;
    if (b->value_sent == v->len) {
        *freed += value_drop(v);
        b->first++;
        b->value_sent = 0;
    }
    return gone;
}

/* Moves what has not gone to the front, when that costs less than the room is worth. */
static void make_room(struct backlog *b)
{
    const size_t text_left = b->text.len - b->sent, left = b->count - b->first;

    if (b->first >= left && b->first > 0) {
        memmove(b->values, b->values + b->first, left * sizeof *b->values);
        b->first = 0;
        b->count = left;
    }
    if (b->sent < text_left || b->sent == 0)
        return;
    memmove(b->text.bytes, b->text.bytes + b->sent, text_left);
    for (size_t i = b->first; i < b->count; i++)
        b->values[i].at -= b->sent;
    b->text.len = text_left;
    b->sent = 0;
    if (text_left < b->text.cap / 4)
        text_fit(&b->text);
}

int64_t backlog_consume(struct backlog *b, size_t n)
{
    int64_t freed = 0;

    assert(n <= backlog_len(b));
    b->went += (int64_t)n;
    while (n > 0) {
        n -= consume_text(b, n);
        n -= consume_value(b, n, &freed);
    }
    make_room(b);
    return freed;
}
