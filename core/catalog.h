/* SPDX-License-Identifier: MIT */
/*
 * catalog.h - which channels there are, and what those are like that nobody has made yet.
 *
 * An unknown name has a channel too, as soon as somebody asks for it: with the settings
 * of the first template that matches, marked as not known. So the exchange needs no case
 * for it, and a channel that comes and goes all the time costs no allocation. A bounded
 * number of unknown channels is kept. Not thread-safe.
 */
#ifndef CORE_CATALOG_H
#define CORE_CATALOG_H

#include <stdbool.h>
#include <stddef.h>
#include "channel.h"
#include "exchange.h"
#include "recent.h"
#include "registry.h"
#include "slice.h"

/* Settings of channels made at first use, for the names that match. */
struct channel_template {
    const char *match; /* a glob: `*` any characters, also `/`; `?` any one */
    struct channel_settings settings;
};

/* Which channels to list. */
struct catalog_query {
    struct slice prefix; /* in which `*` stands for any characters; absent: all */
    struct slice after;  /* names behind this one only; absent: from the start */
    size_t limit;        /* at most so many, and at least one */
};

struct catalog {
    struct registry registry;
    struct recent recent; /* of the registry's channels */
    struct exchange *exchange;
    struct channel_template *templates; /* owned, with their globs */
    size_t template_count;
    uint32_t edition; /* of the templates: how often they were set */
};

/* An empty catalog; false: no memory. The exchange is borrowed for the catalog's life. */
bool catalog_init(struct catalog *c, struct exchange *ex, struct hash_key key);

/* Frees all channels; nobody may be parked, and no timer hold one. */
void catalog_release(struct catalog *c);

/* Copies other templates, for channels to come. False: no memory, nothing changed. */
bool catalog_set_templates(struct catalog *c, const struct channel_template *t,
                           size_t count);

/* What a channel of that name is if nobody says otherwise. */
struct channel_settings catalog_settings(const struct catalog *c, struct slice name);

/* The known channel of that name, or NULL. */
struct channel *catalog_find(const struct catalog *c, struct slice name);

/* The channel of that name, known or not; NULL: out of memory. */
struct channel *catalog_get(struct catalog *c, struct slice name);

/* A known channel with nobody parked on it is known no more; what it holds is dropped. */
void catalog_forget(struct catalog *c, struct channel *ch);

/* Frees unknown channels beyond those kept for reuse. */
void catalog_trim(struct catalog *c);

/*
 * Known channels in byte order of the name, into ret, which has room for query->limit;
 * the number of them. *ret_more: others come behind them.
 */
size_t catalog_list(const struct catalog *c, const struct catalog_query *query,
                    struct channel_stat *ret, bool *ret_more);

/*
 * A part of that, for a list that may have to look at many names: as far as *effort goes,
 * which is above 0, and in the end what is left of it. To look at a name takes one, and
 * more if it and the prefix are long. *ret_last: behind that name the rest is to be
 * found, if there is any; it is the channel's own. Absent: there is none.
 */
size_t catalog_look(const struct catalog *c, const struct catalog_query *query,
                    size_t *effort, struct channel_stat *ret, struct slice *ret_last);

#endif
