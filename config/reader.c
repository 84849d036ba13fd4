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
        if (text && key->type == TYPE_DIGEST) /* it may be what must not be seen */
            tree_mistake(m, node, "must be %s", rule);
        else
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

/* An element is a mapping, or nothing but its URI. */
static void read_listener(struct mistakes *m, const struct key *key,
                          const struct tree_node *node, struct config_listen *listen)
{
    listen->client_required = true;
    listen->min_version = CONFIG_TLS_1_3;
    listen->mode = -1;
    if (node->kind == TREE_MAPPING)
        read_node(m, key, node, listen);
    else
        read_node(m, key_member(key, "uri"), node, listen);
}

static void read_listeners(struct mistakes *m, const struct key *key,
                           const struct tree_node *node, void *base)
{
    struct config_listeners *listeners = (void *)((char *)base + key->offset);

    if (node->kind != TREE_LIST || node->count == 0) {
        add_value_mistake(m, node, "a list of at least one URI", NULL);
        return;
    }
    listeners->items = calloc(node->count, sizeof *listeners->items);
    if (!listeners->items) {
        mistakes_add_no_memory(m);
        return;
    }
    listeners->count = node->count;
    for (const struct tree_node *item = node->first; item; item = item->next)
        read_listener(m, key_item(key), item, &listeners->items[item->index]);
}

static void read_ranges(struct mistakes *m, const struct key *key,
                        const struct tree_node *node, void *base)
{
    struct config_ranges *ranges = (void *)((char *)base + key->offset);

    if (node->kind != TREE_LIST || node->count == 0) {
        add_value_mistake(m, node, "a list of at least one address or range", NULL);
        return;
    }
    ranges->items = calloc(node->count, sizeof *ranges->items);
    if (!ranges->items) {
        mistakes_add_no_memory(m);
        return;
    }
    ranges->count = node->count;
    for (const struct tree_node *item = node->first; item; item = item->next)
        read_node(m, key_item(key), item, &ranges->items[item->index]);
}

/* ---- lists of mappings ---- */

/* Makes room in a field for so many elements, of which nothing has been read. */
static void *begin_channels(void *field, size_t count)
{
    struct config_channels *channels = field;

    channels->items = calloc(count, sizeof *channels->items);
    channels->count = channels->items ? count : 0;
    for (size_t i = 0; i < channels->count; i++)
        channels->items[i].close_after_ms = -1;
    return channels->items;
}

static void *begin_users(void *field, size_t count)
{
    struct config_users *users = field;

    users->items = calloc(count, sizeof *users->items);
    users->count = users->items ? count : 0;
    for (size_t i = 0; i < users->count; i++)
        users->items[i].uid = users->items[i].gid = -1;
    return users->items;
}

static void *begin_rules(void *field, size_t count)
{
    struct config_rules *rules = field;

    rules->items = calloc(count, sizeof *rules->items);
    rules->count = rules->items ? count : 0;
    return rules->items;
}

static void *begin_texts(void *field, size_t count)
{
    struct config_texts *texts = field;

    texts->items = calloc(count, sizeof(char *));
    texts->count = texts->items ? count : 0;
    return (void *)texts->items;
}

/* What is the same about all lists that may be empty. */
static const struct list_type {
    void *(*begin)(void *field, size_t count);
    size_t size; /* of an element */
    const char *rule;
} list_types[TYPE_END] = {
    [TYPE_CHANNELS] = {begin_channels, sizeof(struct config_channel),
                       "a list of mappings"},
    [TYPE_USERS] = {begin_users, sizeof(struct config_user), "a list of mappings"},
    [TYPE_RULES] = {begin_rules, sizeof(struct config_rule), "a list of mappings"},
    [TYPE_TEXTS] = {begin_texts, sizeof(char *), "a list"},
};

static void read_list(struct mistakes *m, const struct key *key,
                      const struct tree_node *node, void *base)
{
    const struct list_type *type = &list_types[key->type];
    char *items;

    if (node->kind == TREE_NULL || (node->kind == TREE_LIST && node->count == 0))
        return;
    if (node->kind != TREE_LIST) { /* a text is not shown: it may be a token */
        tree_mistake(m, node, "must be %s, not %s", type->rule, word_for(node));
        return;
    }
    items = type->begin((char *)base + key->offset, node->count);
    if (!items) {
        mistakes_add_no_memory(m);
        return;
    }
    for (const struct tree_node *item = node->first; item; item = item->next)
        read_node(m, key_item(key), item, items + item->index * type->size);
}

/* A set is one field, to which each element adds. */
static void read_rights(struct mistakes *m, const struct key *key,
                        const struct tree_node *node, void *base)
{
    if (node->kind != TREE_LIST || node->count == 0) {
        add_value_mistake(m, node, "a list of at least one operation", NULL);
        return;
    }
    for (const struct tree_node *item = node->first; item; item = item->next)
        read_node(m, key_item(key), item, (char *)base + key->offset);
}

static void read_node(struct mistakes *m, const struct key *key,
                      const struct tree_node *node, void *base)
{
    static void (*const readers[TYPE_END])(struct mistakes * m, const struct key *key,
                                           const struct tree_node *node, void *base) = {
        [TYPE_GROUP] = read_group,         [TYPE_BUFFER] = read_buffer,
        [TYPE_LISTENERS] = read_listeners, [TYPE_RANGES] = read_ranges,
        [TYPE_CHANNELS] = read_list,       [TYPE_USERS] = read_list,
        [TYPE_RULES] = read_list,          [TYPE_TEXTS] = read_list,
        [TYPE_RIGHTS] = read_rights,
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
