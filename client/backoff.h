/* SPDX-License-Identifier: MIT */
/*
 * backoff.h - how long to wait before the next try: twice as long as before the last one,
 * up to a limit, less a random part, so that many who lost the same server do not come
 * back all at once. Pure; any thread.
 */
#ifndef CLIENT_BACKOFF_H
#define CLIENT_BACKOFF_H

#include <stdint.h>

struct backoff {
    int64_t min_ms, max_ms; /* 0 to 2^53, min no greater than max */
    int64_t next_ms;        /* at most; 0: min_ms is next */
};

/* The next wait is one of the first, again. */
void backoff_reset(struct backoff *b);

/* From half of what is due to all of it, as random says: any number. */
int64_t backoff_next_ms(struct backoff *b, uint64_t random);

#endif
