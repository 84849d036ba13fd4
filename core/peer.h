/* SPDX-License-Identifier: MIT */
/*
 * peer.h - somebody who asks, and what of that is parked: by tag, to refuse a tag that is
 * in use and to cancel; and all of it, to end it when the peer goes.
 *
 * A tag is opaque bytes (the wire's id, as written); alts without one are only in the
 * list. Few alts are searched one by one, many through a table. Not thread-safe.
 */
#ifndef CORE_PEER_H
#define CORE_PEER_H

#include <stdint.h>
#include "list.h"
#include "slice.h"

struct account;
struct alt;

struct peer {
    struct list parked; /* alts, in the order of parking */
    struct alt **table; /* chains by tag hash; NULL while a walk of the list is cheaper */
    struct account *account; /* NULL: none */
    uint32_t count;          /* alts parked */
    uint32_t table_mask;     /* chains - 1 */
};

void peer_init(struct peer *p);

/* Frees the table; nothing may be parked. */
void peer_release(struct peer *p);

/* From now on what is parked is on that account, also what is parked already. */
void peer_charge(struct peer *p, struct account *account);

/* An alt whose tag, tag_hash and tag_next are set or zero is parked now, or no longer. */
void peer_add(struct peer *p, struct alt *alt);
void peer_remove(struct peer *p, struct alt *alt);

/* The parked alt with that tag, or NULL; an absent tag is nobody's. */
struct alt *peer_find(const struct peer *p, struct slice tag, uint32_t tag_hash);

#endif
