/* SPDX-License-Identifier: MIT */
#include "backoff.h"

void backoff_reset(struct backoff *b)
{
    b->next_ms = 0;
}

int64_t backoff_next_ms(struct backoff *b, uint64_t random)
{
    const int64_t due = b->next_ms > 0 ? b->next_ms : b->min_ms;
    const int64_t part = (int64_t)(random % ((uint64_t)due / 2 + 1));

    b->next_ms = due > b->max_ms / 2 ? b->max_ms : due * 2;
    return due - part;
}
