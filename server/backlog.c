/* SPDX-License-Identifier: MIT */
#include "backlog.h"

#include <stdlib.h>
#include <string.h>

struct backlog *backlog_new(void)
{
    return calloc(1, sizeof(struct backlog));
}

void backlog_free(struct backlog *b)
{
    if (!b)
        return;
    text_release(&b->text);
    free(b);
}

void backlog_consume(struct backlog *b, size_t n)
{
    struct slice rest;

    b->sent += n;
    rest = backlog_rest(b);
    if (rest.len > b->sent)
        return; /* a move would cost more than the room is worth */
    if (rest.len > 0)
        memmove(b->text.bytes, rest.bytes, rest.len);
    b->text.len = rest.len;
    b->sent = 0;
}
