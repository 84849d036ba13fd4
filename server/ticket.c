/* SPDX-License-Identifier: MIT */
#include "ticket.h"

#include <stdlib.h>
#include <string.h>

void ticket_begin(struct ticket *t, struct peer *peer)
{
    t->done = (struct completion){.peer = peer};
    t->err = ERR_OK;
    t->user = NULL;
    t->message = NULL;
    t->stats = NULL;
    t->stat_count = 0;
}

enum err ticket_refuse(struct ticket *t, enum err err, const char *message)
{
    free(t->message);
    t->message = strdup(message); /* without memory, the reason's own text must do */
    return err;
}

int64_t ticket_release(struct ticket *t)
{
    const int64_t freed = completion_release(&t->done);

    free(t->message);
    free(t->stats);
    t->message = NULL;
    t->stats = NULL;
    return freed;
}
