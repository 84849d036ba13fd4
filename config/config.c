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

static void free_texts(struct config_texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->items[i]);
    free((void *)texts->items);
}

static void free_users(struct config_users *users)
{
    for (size_t i = 0; i < users->count; i++) {
        struct config_user *user = &users->items[i];

        for (size_t j = 0; j < user->rules.count; j++)
            free_texts(&user->rules.items[j].channels);
        free(user->rules.items);
        free_texts(&user->certificates);
        free_texts(&user->tokens);
        free(user->name);
    }
    free(users->items);
}

static void free_listeners(struct config_listeners *listeners)
{
    for (size_t i = 0; i < listeners->count; i++) {
        struct config_listen *l = &listeners->items[i];

        free(l->uri);
        free(l->certificate);
        free(l->key);
        free(l->client_ca);
        free(l->proxy.items);
        free(l->owner);
        free(l->group);
    }
    free(listeners->items);
}

void config_free(struct config *config)
{
    if (!config)
        return;
    free_listeners(&config->listen);
    free_channels(&config->templates);
    free_channels(&config->open);
    free_users(&config->users);
    free(config->user);
    free(config->group);
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
    struct config_listeners *listen = &config->listen;

    if (listen->count > 0)
        return true;
    listen->items = calloc(1, sizeof *listen->items);
    if (!listen->items)
        return false;
    listen->count = 1;
    listen->items[0] = (struct config_listen){
        .uri = strdup(key_member(&key_root, "listen")->shown),
        .client_required = true,
        .min_version = CONFIG_TLS_1_3,
        .mode = -1,
    };
    return listen->items[0].uri != NULL;
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

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_ranges(const struct config_ranges *a, const struct config_ranges *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!address_range_is_same(&a->items[i], &b->items[i]))
            return false;
    return true;
}

static bool same_listener(const struct config_listen *a, const struct config_listen *b)
{
    return same_text(a->uri, b->uri) && same_text(a->certificate, b->certificate) &&
           same_text(a->key, b->key) && same_text(a->client_ca, b->client_ca) &&
           a->client_required == b->client_required && a->min_version == b->min_version &&
           same_ranges(&a->proxy, &b->proxy) && a->mode == b->mode &&
           same_text(a->owner, b->owner) && same_text(a->group, b->group);
}

static bool same_listeners(const struct config_listeners *a,
                           const struct config_listeners *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!same_listener(&a->items[i], &b->items[i]))
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

    if (key->type == TYPE_LISTENERS)
        return same_listeners(left, right);
    if (key->type == TYPE_CHANNELS)
        return same_channels(left, right);
    if (key->type == TYPE_ACCOUNT)
        return same_text(*(char *const *)left, *(char *const *)right);
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
