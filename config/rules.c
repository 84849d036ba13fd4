/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "rules.h"

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

/* Notes those of the names, all of them texts, that stand in the list before. */
static void check_sorted_names(struct mistakes *m, const struct tree_node **names,
                               size_t count)
{
    size_t first = 0;

    for (size_t i = 1; i < count; i++) {
        if (strcmp(names[first]->text, names[i]->text) != 0)
            first = i;
        else
            tree_mistake(m, names[i], "\"%.*s\" is opened already in line %zu",
                         mistakes_clip(names[i]->text, MISTAKES_SHOWN_MAX),
                         names[i]->text, names[first]->place.line);
    }
}

static void check_names(struct mistakes *m, const struct tree_node *list)
{
    const struct tree_node **names;
    size_t count = 0;

    if (!list || list->count == 0)
        return;
    names = calloc(list->count, sizeof *names);
    if (!names) {
        mistakes_add_no_memory(m);
        return;
    }
    for (const struct tree_node *entry = list->first; entry; entry = entry->next) {
        const struct tree_node *name = tree_member(entry, "name");

        if (name && name->kind == TREE_TEXT)
            names[count++] = name;
    }
    tree_sort(names, count);
    check_sorted_names(m, names, count);
    free(names);
}

void rules_check(const struct tree_node *root, const struct config *config,
                 struct mistakes *mistakes)
{
    const struct tree_node *channels = tree_member(root, "channels");
    const struct tree_node *templates, *open;

    if (!channels)
        return;
    templates = tree_member(channels, "templates");
    open = tree_member(channels, "open");
    check_channels(mistakes, templates, &config->templates, &config->limits);
    check_channels(mistakes, open, &config->open, &config->limits);
    check_names(mistakes, open);
}
