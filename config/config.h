/* SPDX-License-Identifier: MIT */
/*
 * config.h - the configuration of the daemon: a YAML file -> struct config.
 *
 * Every key stands in one table, config.def, from which come the reader, the defaults,
 * the commented example chand.yaml and the manual page chand.yaml(5). A file is taken as
 * a whole or not at all: all its mistakes are returned together. Nothing is printed or
 * logged here. A struct config is plain data: once made it may be read by any thread.
 *
 *     struct mistakes mistakes;
 *
 *     mistakes_init(&mistakes, path);
 *     config = config_load(path, &mistakes);
 *     for (size_t i = 0; i < mistakes_count(&mistakes); i++)
 *         fprintf(stderr, "%s\n", mistakes_line(&mistakes, i));
 *     mistakes_release(&mistakes);
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "address.h"
#include "kind.h"
#include "level.h"
#include "limit.h"
#include "mistakes.h"

/* A file may have so many bytes. */
enum { CONFIG_FILE_MAX = 16 * 1024 * 1024 };

/* At most so many keys take effect at the start only. */
enum { CONFIG_FIXED_MAX = 8 };

enum config_tls_version { CONFIG_TLS_1_2, CONFIG_TLS_1_3, CONFIG_TLS_VERSIONS };

struct config_ranges {
    struct address_range *items;
    size_t count;
};

/* A place to listen. Texts that are not given are NULL. */
struct config_listen {
    char *uri;               /* valid for uri_parse */
    char *certificate, *key; /* both or, if it isn't tls, neither */
    char *client_ca;
    bool client_required; /* means nothing without client_ca */
    enum config_tls_version min_version;
    struct config_ranges proxy;
    int64_t mode; /* -1: as the umask says */
    char *owner, *group;
};

struct config_listeners {
    struct config_listen *items;
    size_t count;
};

/* A template, or a channel to open. */
struct config_channel {
    char *name;             /* the channel's name; of a template: the glob */
    bool has_buffer;        /* kind and size are given */
    enum kind kind;         /* KIND_NONE if no buffer is given */
    int64_t size;           /* of sized kinds at least 1, else 0 */
    int64_t max_parked;     /* 0: limits.parked_per_channel */
    int64_t close_after_ms; /* -1: never; always so of a template */
};

struct config_channels {
    struct config_channel *items;
    size_t count;
};

struct config_texts {
    char **items;
    size_t count;
};

/* It allows or it denies: one of the two sets (right.h) is empty. */
struct config_rule {
    uint32_t allow, deny;
    struct config_texts channels; /* globs; none: all channels */
};

struct config_rules {
    struct config_rule *items;
    size_t count;
};

/* A user, who has at least one means of being recognised. */
struct config_user {
    char *name;
    struct config_texts tokens; /* each is valid for digest_parse */
    struct config_texts certificates;
    int64_t uid, gid; /* -1: not by it */
    struct config_rules rules;
    int64_t connections, parked, buffered_bytes, requests_per_s; /* 0: no such limit */
};

struct config_users {
    struct config_user *items;
    size_t count;
};

struct config {
    struct config_listeners listen; /* at least one */
    int workers;                    /* 0: auto */
    char *user, *group;             /* whom to become; NULL: nobody else; his own */
    enum level log_level;
    bool auto_create;
    int64_t closed_linger_s;
    struct config_channels templates; /* the first whose glob matches counts */
    struct config_channels open;      /* no name twice */
    bool allow_open;
    struct config_users users; /* no name, and no means of recognition, twice */
    struct limits limits;
};

/* What an empty file gives. NULL: out of memory. The caller owns it. */
struct config *config_default(void);

/*
 * Reads the file, or the text of one. NULL: the list of mistakes, which the caller has
 * initialised and which is still empty, has at least one line. The caller owns the
 * configuration.
 */
struct config *config_load(const char *path, struct mistakes *mistakes);
struct config *config_parse(const char *text, size_t len, struct mistakes *mistakes);

void config_free(struct config *config); /* NULL is fine */

/*
 * The keys that cannot change while the daemon runs (listen, workers, channels.open) and
 * that differ: writes their names, static storage, and returns how many. `started` is the
 * configuration that the daemon started with.
 */
size_t config_fixed_changes(const struct config *started, const struct config *loaded,
                            const char *ret_keys[CONFIG_FIXED_MAX]);

#endif
