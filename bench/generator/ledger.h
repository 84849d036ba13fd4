/* SPDX-License-Identifier: MIT */
/*
 * ledger.h - the values that are under way, each a JSON string that names its place in
 * the ledger: what arrives must have been sent, and not have arrived before.
 *
 * A value's serial number gives its slot. A slot is used again only when its value has
 * arrived, so memory is bounded by what may be under way, and no arrival can be mistaken
 * for another. An arrival that was not expected is fatal; one that stays away is seen at
 * the end, when something is still under way. Not thread-safe.
 */
#ifndef BENCH_LEDGER_H
#define BENCH_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "slice.h"

enum { LEDGER_VALUE_MIN = 10 }; /* bytes, quotes included */

struct flight {
    int64_t sent_ns;
    uint32_t serial;
    uint32_t sender; /* the caller's own */
    bool under_way;
};

struct ledger {
    struct flight *flights;
    uint32_t mask; /* slots - 1 */
    uint32_t next; /* serial */
    uint64_t under_way;
    char *text; /* the value being sent */
    size_t size;
};

/* For values of `size` bytes, of which at most `most` are under way at any time. */
void ledger_init(struct ledger *l, size_t size, uint32_t most);
void ledger_release(struct ledger *l);

/* A value that is sent now; the slice is good until the next. */
struct slice ledger_send(struct ledger *l, uint32_t sender, int64_t now_ns);

/* What is known of a value that has come. */
struct flight ledger_receive(struct ledger *l, struct slice value);

#endif
