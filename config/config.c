/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config.h"
#include "document.h"
#include "key.h"
#include "reader.h"
#include "rules.h"
#include "scalar.h"

static void free_channels(struct config_channels *channels)
{
    for (size_t i = 0; i < channels->count; i++)
        free(channels->items[i].name);
    free(channels->items);
}

void config_free(struct config *config)
{
    if (!config)
        return;
    for (size_t i = 0; i < config->listen.count; i++)
        free(config->listen.items[i]);
    free(config->listen.items);
    free_channels(&config->templates);
    free_channels(&config->open);
    free(config);
}

/* All plain values at their defaults, no lists. */
static struct config *new_config(void)
{
    struct config *config = calloc(1, sizeof *config);
    int64_t number = 0;

    if (!config)
        return NULL;
    for (size_t i = 0; i < key_row_count; i++) {
        const struct key *key = &key_rows[i];

        if (key->need == NEED_DEFAULT && scalar_is_plain(key->type)) {
            bool valid = scalar_read(key, key->shown, &number);

            assert(valid);
            (void)valid;
            scalar_store(key, key->shown, number, config);
        }
    }
    return config;
}

/* The one list whose default is not empty. False: out of memory. */
static bool default_listen(struct config *config)
{
    struct config_uris *listen = &config->listen;

    if (listen->count > 0)
        return true;
    listen->items = calloc(1, sizeof *listen->items);
    if (!listen->items)
        return false;
    listen->items[0] = strdup(key_member(&key_root, "listen")->shown);
    listen->count = 1;
    return listen->items[0] != NULL;
}

struct config *config_default(void)
{
    struct config *config = new_config();

    if (config && default_listen(config))
        return config;
    config_free(config);
    return NULL;
}

struct config *config_parse(const char *text, size_t len, struct mistakes *mistakes)
{
    struct config *config = new_config();
    struct tree_node *root = document_parse(text, len, mistakes);

    if (config && root) {
        reader_read(root, config, mistakes);
        rules_check(root, config, mistakes);
    }
    if (!config || !default_listen(config))
        mistakes_add_no_memory(mistakes);
    tree_free(root);
    if (mistakes_count(mistakes) == 0)
        return config;
    mistakes_sort(mistakes);
    config_free(config);
    return NULL;
}

/* Reads to the end of the file, or one byte beyond CONFIG_FILE_MAX. NULL: see errno. */
static char *read_stream(FILE *stream, size_t *ret_len)
{
    size_t len = 0, room = 0, got = 1;
    char *text = NULL;

    while (got > 0 && len <= CONFIG_FILE_MAX) {
        if (len == room) {
            size_t more = room ? 2 * room : 4096;
            char *grown = realloc(text, more);

            if (!grown)
                goto fail;
            text = grown;
            room = more;
        }
        got = fread(text + len, 1, room - len, stream);
        len += got;
    }
    if (ferror(stream))
        goto fail;
    *ret_len = len;
    return text;
fail:
    free(text);
    return NULL;
}

/* The whole file, owned; NULL: see errno. */
static char *read_file(const char *path, size_t *ret_len)
{
    FILE *stream = fopen(path, "re");
    char *text;
    int error;

    if (!stream)
        return NULL;
    text = read_stream(stream, ret_len);
    error = errno;
    fclose(stream);
    errno = error;
    return text;
}

struct config *config_load(const char *path, struct mistakes *mistakes)
{
    const struct place nowhere = {0, 0};
    struct config *config = NULL;
    size_t len = 0;
    char *text = read_file(path, &len);

    if (!text)
        mistakes_add(mistakes, nowhere, NULL, "cannot be read: %s", strerror(errno));
    else if (len > CONFIG_FILE_MAX)
        mistakes_add(mistakes, nowhere, NULL, "is larger than %d MiB",
                     CONFIG_FILE_MAX / (1024 * 1024));
    else
        config = config_parse(text, len, mistakes);
    free(text);
    return config;
}

static bool same_uris(const struct config_uris *a, const struct config_uris *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i], b->items[i]) != 0)
            return false;
    return true;
}

static bool same_channel(const struct config_channel *a, const struct config_channel *b)
{
    return strcmp(a->name, b->name) == 0 && a->has_buffer == b->has_buffer &&
           a->kind == b->kind && a->size == b->size && a->max_parked == b->max_parked &&
           a->close_after_ms == b->close_after_ms;
}

static bool same_channels(const struct config_channels *a,
                          const struct config_channels *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!same_channel(&a->items[i], &b->items[i]))
            return false;
    return true;
}

static bool is_same(const struct key *key, const struct config *a, const struct config *b)
{
    const void *left = (const char *)a + key->offset;
    const void *right = (const char *)b + key->offset;

    if (key->type == TYPE_URIS)
        return same_uris(left, right);
    if (key->type == TYPE_CHANNELS)
        return same_channels(left, right);
    return scalar_load(key, a) == scalar_load(key, b);
}

size_t config_fixed_changes(const struct config *started, const struct config *loaded,
                            const char *ret_keys[CONFIG_FIXED_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < key_row_count; i++) {
        const struct key *key = &key_rows[i];

        if (key->effect == EFFECT_START && !is_same(key, started, loaded)) {
            assert(count < CONFIG_FIXED_MAX);
            ret_keys[count++] = key->path;
        }
    }
    return count;
}
