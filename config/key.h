/* SPDX-License-Identifier: MIT */
/*
 * key.h - the table of keys (config.def): which there are, below which, of which type.
 *
 * The path of an element of a list is that of the list and "[]": an entry's name is
 * "channels.open[].name". Plain data; any thread.
 */
#ifndef CONFIG_KEY_H
#define CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_type {
    TYPE_GROUP,     /* a mapping */
    TYPE_BUFFER,    /* a mapping, too; its presence is a bool */
    TYPE_LISTENERS, /* a list of URI or mappings; struct config_listeners */
    TYPE_RANGES,    /* a list of ranges of addresses; struct config_ranges */
    TYPE_CHANNELS,  /* a list of mappings; struct config_channels */
    TYPE_USERS,     /* the same; struct config_users */
    TYPE_RULES,     /* the same; struct config_rules */
    TYPE_TEXTS,     /* a list of plain texts; struct config_texts */
    TYPE_RIGHTS,    /* a list of RIGHT; a set of rights */
    TYPE_URI,       /* from here on plain values: scalar.h */
    TYPE_PATH,
    TYPE_TLS_VERSION,
    TYPE_RANGE,
    TYPE_MODE,
    TYPE_ACCOUNT,
    TYPE_NAME,
    TYPE_GLOB,
    TYPE_USER,
    TYPE_DIGEST,
    TYPE_LINE,
    TYPE_RIGHT,
    TYPE_BOOL,
    TYPE_LEVEL,
    TYPE_KIND,
    TYPE_WORKERS,
    TYPE_COUNT,
    TYPE_BYTES,
    TYPE_SECONDS,
    TYPE_MILLISECONDS,
    TYPE_END
};

enum key_effect {
    EFFECT_NOW,  /* a reload changes it */
    EFFECT_START /* it takes effect when the daemon starts */
};

enum key_need {
    NEED_OPTIONAL, /* absent: a default, which the reader gives */
    NEED_REQUIRED,
    NEED_DEFAULT /* absent: `shown` */
};

struct key {
    const char *path;
    enum key_type type;
    enum key_effect effect;
    enum key_need need;
    size_t offset;     /* of its field, in struct config or struct config_channel */
    const char *shown; /* the default, or a sample, as it stands in a file */
    int64_t least, most;
    const char *text;
};

extern const struct key key_rows[];
extern const size_t key_row_count;

/* The mapping that is the whole file. */
extern const struct key key_root;

/* The last part of the path: "name" of "channels.open[].name". Static storage. */
const char *key_name(const struct key *key);

/* How many mappings and lists it stands in: 0 for "listen", 1 for "log.level". */
size_t key_depth(const struct key *key);

/* The next row, after `previous` or from the start with NULL, right below a group. */
const struct key *key_next_member(const struct key *group, const struct key *previous);

/* The member of a group that is called so. NULL: there is none. */
const struct key *key_member(const struct key *group, const char *name);

/* The row of a list's elements. */
const struct key *key_item(const struct key *list);

/*
 * What somebody may have meant who wrote `name` below the group: the member whose name is
 * near, or the path of a key of that name elsewhere. NULL: nothing. Static storage.
 */
const char *key_suggest(const struct key *group, const char *name);

#endif
