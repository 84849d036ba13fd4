/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "sysuser.h"
#include "people.h"
#include "rules.h"
#include "unique.h"
#include "uri.h"

/* A number of an entry must not exceed a limit. */
static void check_below(struct mistakes *m, const struct tree_node *node, int64_t n,
                        const char *limit, int64_t most)
{
    if (node && node->kind == TREE_TEXT && n > most)
        tree_mistake(m, node, "must be at most limits.%s, which is %" PRId64, limit,
                     most);
}

static void check_buffer(struct mistakes *m, const struct tree_node *buffer,
                         const struct config_channel *channel)
{
    const struct tree_node *size = tree_member(buffer, "size");

    if (channel->kind == KIND_COUNT || kind_is_sized(channel->kind) == (size != NULL))
        return;
    if (size)
        tree_key_mistake(m, size, "a buffer of kind %s has no size",
                         kind_name(channel->kind));
    else
        tree_missing_mistake(m, buffer, "size", "is missing; a buffer of kind %s has one",
                             kind_name(channel->kind));
}

static void check_channel(struct mistakes *m, const struct tree_node *entry,
                          const struct config_channel *channel,
                          const struct limits *limits)
{
    const struct tree_node *buffer = tree_member(entry, "buffer");

    check_below(m, tree_member(entry, "max_parked"), channel->max_parked,
                "parked_per_channel", limits->parked_per_channel);
    if (!buffer || buffer->kind != TREE_MAPPING)
        return;
    check_buffer(m, buffer, channel);
    check_below(m, tree_member(buffer, "size"), channel->size, "buffer_size",
                limits->buffer_size);
}

static void check_channels(struct mistakes *m, const struct tree_node *list,
                           const struct config_channels *channels,
                           const struct limits *limits)
{
    const struct tree_node *entry = list ? list->first : NULL;

    for (size_t i = 0; entry && i < channels->count; i++, entry = entry->next)
        check_channel(m, entry, &channels->items[i], limits);
}

static void check_names(struct mistakes *m, const struct tree_node *list)
{
    const struct tree_node *entry = list ? list->first : NULL;
    struct unique names = {0};

    for (; entry; entry = entry->next)
        unique_add(&names, tree_member(entry, "name"));
    unique_check(&names, UNIQUE_SHOWN, "is opened already", m);
}

/* What has a meaning for some schemes only. */
static void check_scheme(struct mistakes *m, const struct tree_node *entry,
                         const struct uri *uri)
{
    static const struct {
        const char *name, *of;
        bool needed;
    } rows[] = {
        {"certificate", "tls://", true},  {"key", "tls://", true},
        {"client_ca", "tls://", false},   {"client_required", "tls://", false},
        {"min_version", "tls://", false}, {"mode", "unix:///", false},
        {"owner", "unix:///", false},     {"group", "unix:///", false},
    };
    const char *scheme = uri->scheme == URI_TLS                             ? "tls://"
                         : uri->scheme == URI_UNIX && !uri_is_abstract(uri) ? "unix:///"
                                                                            : "";

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const bool fits = strcmp(scheme, rows[i].of) == 0;
        const struct tree_node *node = tree_member(entry, rows[i].name);

        if (node && !fits)
            tree_key_mistake(m, node, "has a meaning for %s only", rows[i].of);
        else if (!node && fits && rows[i].needed)
            tree_missing_mistake(m, entry, rows[i].name, "is missing; %s needs one",
                                 rows[i].of);
    }
}

static void check_listener(struct mistakes *m, const struct tree_node *entry,
                           const struct config_listen *listen)
{
    const struct tree_node *required = tree_member(entry, "client_required");
    struct uri uri;

    if (!listen->uri || uri_parse(listen->uri, &uri) != NULL)
        return;
    if (entry->kind == TREE_TEXT && uri.scheme == URI_TLS)
        tree_mistake(m, entry,
                     "needs a certificate: write it as {uri: %.*s, certificate: "
                     "FILE, key: FILE}",
                     mistakes_clip(entry->text, MISTAKES_SHOWN_MAX), entry->text);
    if (entry->kind != TREE_MAPPING)
        return;
    check_scheme(m, entry, &uri);
    if (required && !tree_member(entry, "client_ca"))
        tree_key_mistake(m, required, "means nothing without client_ca");
}

static void check_listeners(struct mistakes *m, const struct tree_node *list,
                            const struct config_listeners *listeners)
{
    const struct tree_node *entry = list ? list->first : NULL;

    for (size_t i = 0; entry && i < listeners->count; i++, entry = entry->next)
        check_listener(m, entry, &listeners->items[i]);
}

/* Whether a text of the file is there and was taken. */
static bool is_given(const struct tree_node *node, const char *text)
{
    return node && node->kind == TREE_TEXT && text;
}

static void check_sysuser(struct mistakes *m, const struct tree_node *root,
                          const struct config *config)
{
    const struct tree_node *user = tree_member(root, "user");
    const struct tree_node *group = tree_member(root, "group");
    struct sysuser sysuser;
    gid_t gid;

    if (is_given(user, config->user) && !sysuser_find(config->user, &sysuser))
        tree_mistake(m, user, "there is no user %s on this system", config->user);
    else if (is_given(user, config->user) && sysuser.uid == 0)
        tree_mistake(m, user, "must be somebody else than root");
    if (is_given(group, config->group) && !sysuser_gid(config->group, &gid))
        tree_mistake(m, group, "there is no group %s on this system", config->group);
    else if (group && !user)
        tree_key_mistake(m, group, "means nothing without user");
}

void rules_check(const struct tree_node *root, const struct config *config,
                 struct mistakes *mistakes)
{
    const struct tree_node *channels = tree_member(root, "channels");
    const struct tree_node *templates, *open;

    check_listeners(mistakes, tree_member(root, "listen"), &config->listen);
    check_sysuser(mistakes, root, config);
    people_check(tree_member(root, "users"), &config->users, mistakes);
    if (!channels)
        return;
    templates = tree_member(channels, "templates");
    open = tree_member(channels, "open");
    check_channels(mistakes, templates, &config->templates, &config->limits);
    check_channels(mistakes, open, &config->open, &config->limits);
    check_names(mistakes, open);
}
