/* SPDX-License-Identifier: MIT */
/*
 * fuzz_config.c - any bytes as a configuration file.
 *
 * A text gives either a configuration or mistakes, never both. Each mistake is one
 * printable line about the file, and they stand in its order. A configuration holds what
 * config.h promises.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config.h"
#include "digest.h"
#include "name.h"
#include "people.h"
#include "right.h"
#include "uri.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char file_name[] = "fuzz.yaml";

static void require(int condition, const char *what, const char *line)
{
    if (condition)
        return;
    fprintf(stderr, "%s: %s\n", what, line);
    abort();
}

static struct place check_line(const char *line)
{
    struct place place = {0, 0};

    require(strncmp(line, file_name, strlen(file_name)) == 0, "names no file", line);
    require(sscanf(line + strlen(file_name), ":%zu:%zu: ", &place.line, &place.column) ==
                2,
            "has no place", line);
    require(place.line > 0 && place.column > 0, "is nowhere", line);
    for (const char *at = line; *at; at++)
        require((unsigned char)*at >= ' ' && *at != 0x7f, "is not printable", line);
    return place;
}

static void check_mistakes(const struct mistakes *mistakes)
{
    struct place last = {0, 0};

    for (size_t i = 0; i < mistakes_count(mistakes); i++) {
        const char *line = mistakes_line(mistakes, i);
        struct place place = check_line(line);

        require(place_compare(last, place) <= 0, "is out of order", line);
        last = place;
    }
}

static void check_channel(const struct config_channel *channel,
                          const struct limits *limits)
{
    const char *name = channel->name;

    require(name != NULL && strlen(name) <= NAME_MAX_LEN, "is no name", name);
    require(channel->kind < KIND_COUNT, "has no kind", name);
    require((channel->size > 0) == kind_is_sized(channel->kind), "has no fit size", name);
    require(channel->size <= limits->buffer_size, "is too large", name);
    require(channel->max_parked <= limits->parked_per_channel, "parks too many", name);
    require(channel->close_after_ms >= -1, "closes in the past", name);
}

static void check_rule(const struct config_rule *rule, const char *name)
{
    require((rule->allow == 0) != (rule->deny == 0), "neither allows nor denies", name);
    require(((rule->allow | rule->deny) & ~RIGHTS_ALL) == 0, "has no such right", name);
    for (size_t i = 0; i < rule->channels.count; i++)
        require(strlen(rule->channels.items[i]) <= NAME_MAX_LEN, "has no glob", name);
}

static void check_user(const struct config_user *user)
{
    const char *name = user->name;
    struct digest digest;
    int secrets = 0;

    require(name && *name && strlen(name) <= 64, "is no name", name);
    require(strcmp(name, PEOPLE_ANONYMOUS) != 0, "is nobody", name);
    require(user->tokens.count > 0 || user->certificates.count > 0 || user->uid >= 0 ||
                user->gid >= 0,
            "can't be recognised", name);
    for (size_t i = 0; i < user->tokens.count; i++) {
        require(digest_parse(user->tokens.items[i], &digest), "has no hash", name);
        secrets += digest.kind == DIGEST_SECRET;
    }
    require(secrets <= 1, "has too many secrets", name);
    require(user->uid >= -1 && user->uid < UINT32_MAX, "has no uid", name);
    require(user->gid >= -1 && user->gid < UINT32_MAX, "has no gid", name);
    require(user->connections >= 0 && user->parked >= 0 && user->buffered_bytes >= 0 &&
                user->requests_per_s >= 0,
            "has no limits", name);
    for (size_t i = 0; i < user->rules.count; i++)
        check_rule(&user->rules.items[i], name);
}

static void check_users(const struct config_users *users)
{
    for (size_t i = 0; i < users->count; i++) {
        check_user(&users->items[i]);
        for (size_t j = 0; j < i; j++)
            require(strcmp(users->items[i].name, users->items[j].name) != 0,
                    "is there twice", users->items[i].name);
    }
}

static void check_limits(const struct limits *limits)
{
    for (size_t i = 0; i < limit_row_count; i++) {
        int64_t value = limit_value(limits, &limit_rows[i]);

        require(value >= limit_rows[i].least && value <= limit_rows[i].most,
                "out of range", limit_rows[i].name);
    }
}

static void check_config(const struct config *config)
{
    struct uri uri;

    require(config->listen.count > 0, "nowhere to listen", "listen");
    for (size_t i = 0; i < config->listen.count; i++) {
        const struct config_listen *l = &config->listen.items[i];

        require(!uri_parse(l->uri, &uri), "no URI", l->uri);
        require((uri.scheme == URI_TLS) == (l->certificate && l->key), "no keys", l->uri);
        require(l->mode >= -1 && l->mode <= 0777, "no mode", l->uri);
    }
    require(config->workers >= 0 && config->workers <= 64, "out of range", "workers");
    require(config->user || !config->group, "nobody to go with", "group");
    require(!config->user || strcmp(config->user, "root") != 0, "is root", "user");
    require(config->log_level < LEVEL_COUNT, "out of range", "log.level");
    check_limits(&config->limits);
    check_users(&config->users);
    for (size_t i = 0; i < config->templates.count; i++)
        check_channel(&config->templates.items[i], &config->limits);
    for (size_t i = 0; i < config->open.count; i++) {
        check_channel(&config->open.items[i], &config->limits);
        require(name_is_valid(slice_text(config->open.items[i].name)), "is no name",
                config->open.items[i].name);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct mistakes mistakes;
    struct config *config;

    mistakes_init(&mistakes, file_name);
    config = config_parse((const char *)data, size, &mistakes);
    require((config == NULL) == (mistakes_count(&mistakes) > 0), "neither or both", "");
    check_mistakes(&mistakes);
    if (config)
        check_config(config);
    config_free(config);
    mistakes_release(&mistakes);
    return 0;
}
