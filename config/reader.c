/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include "key.h"
#include "reader.h"
#include "scalar.h"

/* How a message calls what stands there instead. */
static const char *word_for(const struct tree_node *node)
{
    static const char *const words[] = {
        [TREE_NULL] = "nothing", [TREE_TEXT] = "a plain value",
        [TREE_LIST] = "a list",  [TREE_MAPPING] = "a mapping",
        [TREE_REFUSED] = "that",
    };

    return node->kind == TREE_LIST && node->count == 0 ? "an empty list"
                                                       : words[node->kind];
}

/* hint: what more there is to say, or NULL. */
static void add_value_mistake(struct mistakes *m, const struct tree_node *node,
                              const char *rule, const char *hint)
{
    const char *colon = hint ? ": " : "";

    if (node->kind != TREE_TEXT)
        tree_mistake(m, node, "must be %s, not %s", rule, word_for(node));
    else
        tree_mistake(m, node, "must be %s, not \"%.*s\"%s%s", rule,
                     mistakes_clip(node->text, MISTAKES_SHOWN_MAX), node->text, colon,
                     hint ? hint : "");
}

static void read_plain(struct mistakes *m, const struct key *key,
                       const struct tree_node *node, void *base)
{
    char rule[SCALAR_RULE_MAX];
    const char *text = node->kind == TREE_TEXT ? node->text : NULL;
    int64_t number;

    if (!text || !scalar_read(key, text, &number)) {
        scalar_rule(key, rule);
        add_value_mistake(m, node, rule, text ? scalar_hint(key, text) : NULL);
    } else if (!scalar_store(key, text, number, base)) {
        mistakes_add_no_memory(m);
    }
}

static void read_node(struct mistakes *m, const struct key *key,
                      const struct tree_node *node, void *base);

static void add_unknown_mistake(struct mistakes *m, const struct key *group,
                                const struct tree_node *node)
{
    const char *meant = key_suggest(group, node->key);

    if (meant)
        tree_key_mistake(m, node, "unknown key; did you mean %s?", meant);
    else
        tree_key_mistake(m, node, "unknown key");
}

static void add_missing_mistake(struct mistakes *m, const struct key *key,
                                const struct tree_node *mapping)
{
    char rule[SCALAR_RULE_MAX];

    scalar_rule(key, rule);
    tree_missing_mistake(m, mapping, key_name(key), "is missing; it must be %s", rule);
}

/* What stands below a group is optional as a whole: nothing is as good as {}. */
static void read_group(struct mistakes *m, const struct key *group,
                       const struct tree_node *mapping, void *base)
{
    const struct key *key = NULL;

    if (mapping->kind != TREE_MAPPING && mapping->kind != TREE_NULL) {
        add_value_mistake(m, mapping, "a mapping (KEY: VALUE)", NULL);
        return;
    }
    for (const struct tree_node *node = mapping->first; node; node = node->next) {
        key = key_member(group, node->key);
        if (key)
            read_node(m, key, node, base);
        else if (node->kind != TREE_REFUSED)
            add_unknown_mistake(m, group, node);
    }
    key = NULL;
    while ((key = key_next_member(group, key)) != NULL)
        if (key->need == NEED_REQUIRED && !tree_member(mapping, key_name(key)))
            add_missing_mistake(m, key, mapping);
}

static void read_buffer(struct mistakes *m, const struct key *key,
                        const struct tree_node *node, void *base)
{
    struct config_channel *channel = base;

    channel->has_buffer = true;
    channel->kind = KIND_COUNT; /* until it is read */
    read_group(m, key, node, channel);
}

static void read_uris(struct mistakes *m, const struct key *key,
                      const struct tree_node *node, void *base)
{
    struct config_uris *uris = (void *)((char *)base + key->offset);

    if (node->kind != TREE_LIST || node->count == 0) {
        add_value_mistake(m, node, "a list of at least one URI", NULL);
        return;
    }
    uris->items = calloc(node->count, sizeof *uris->items);
    if (!uris->items) {
        mistakes_add_no_memory(m);
        return;
    }
    uris->count = node->count;
    for (const struct tree_node *item = node->first; item; item = item->next)
        read_node(m, key_item(key), item, &uris->items[item->index]);
}

static void read_channels(struct mistakes *m, const struct key *key,
                          const struct tree_node *node, void *base)
{
    struct config_channels *channels = (void *)((char *)base + key->offset);

    if (node->kind == TREE_NULL || (node->kind == TREE_LIST && node->count == 0))
        return;
    if (node->kind != TREE_LIST) {
        add_value_mistake(m, node, "a list of mappings", NULL);
        return;
    }
    channels->items = calloc(node->count, sizeof *channels->items);
    if (!channels->items) {
        mistakes_add_no_memory(m);
        return;
    }
    channels->count = node->count;
    for (const struct tree_node *item = node->first; item; item = item->next) {
        channels->items[item->index].close_after_ms = -1;
        read_node(m, key_item(key), item, &channels->items[item->index]);
    }
}

static void read_node(struct mistakes *m, const struct key *key,
                      const struct tree_node *node, void *base)
{
    static void (*const readers[TYPE_END])(struct mistakes * m, const struct key *key,
                                           const struct tree_node *node, void *base) = {
        [TYPE_GROUP] = read_group,
        [TYPE_BUFFER] = read_buffer,
        [TYPE_URIS] = read_uris,
        [TYPE_CHANNELS] = read_channels,
    };

    if (node->kind == TREE_REFUSED)
        return;
    if (scalar_is_plain(key->type))
        read_plain(m, key, node, base);
    else
        readers[key->type](m, key, node, base);
}

void reader_read(const struct tree_node *root, struct config *config,
                 struct mistakes *mistakes)
{
    read_node(mistakes, &key_root, root, config);
}
