/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tree.h"

struct tree_node *tree_add(struct tree_node *parent, struct place place)
{
    struct tree_node *node = calloc(1, sizeof *node);

    if (!node)
        return NULL;
    node->place = place;
    if (!parent)
        return node;
    node->parent = parent;
    node->index = parent->count++;
    if (parent->last)
        parent->last->next = node;
    else
        parent->first = node;
    parent->last = node;
    return node;
}

void tree_free(struct tree_node *root)
{
    struct tree_node *next;

    if (!root)
        return;
    for (struct tree_node *node = root->first; node; node = next) {
        next = node->next;
        tree_free(node);
    }
    free(root->text);
    free(root->key);
    free(root);
}

const struct tree_node *tree_member(const struct tree_node *mapping, const char *key)
{
    const struct tree_node *node = mapping->kind == TREE_MAPPING ? mapping->first : NULL;

    while (node && strcmp(node->key, key) != 0)
        node = node->next;
    return node;
}

static int compare_texts(const void *left, const void *right)
{
    const struct tree_node *a = *(const struct tree_node *const *)left;
    const struct tree_node *b = *(const struct tree_node *const *)right;
    int order = strcmp(a->text, b->text);

    return order ? order : place_compare(a->place, b->place);
}

void tree_sort(const struct tree_node **nodes, size_t count)
{
    if (count > 1)
        qsort(nodes, count, sizeof *nodes, compare_texts);
}

/* Writes the path of a node; returns how long it became. */
static size_t write_path(const struct tree_node *node, char ret[TREE_PATH_MAX])
{
    size_t len, room;

    if (!node->parent)
        return 0;
    len = write_path(node->parent, ret);
    room = TREE_PATH_MAX - len;
    if (node->key)
        snprintf(ret + len, room, "%s%.*s", len > 0 ? "." : "",
                 mistakes_clip(node->key, MISTAKES_SHOWN_MAX), node->key);
    else
        snprintf(ret + len, room, "[%zu]", node->index);
    return len + strlen(ret + len);
}

void tree_path(const struct tree_node *node, char ret[TREE_PATH_MAX])
{
    ret[0] = '\0';
    write_path(node, ret);
}

static void add_mistake(struct mistakes *m, const struct tree_node *node,
                        struct place place, const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

static void add_mistake(struct mistakes *m, const struct tree_node *node,
                        struct place place, const char *format, va_list args)
{
    char path[TREE_PATH_MAX];

    tree_path(node, path);
    mistakes_add_va(m, place, path[0] ? path : NULL, format, args);
}

void tree_mistake(struct mistakes *m, const struct tree_node *node, const char *format,
                  ...)
{
    va_list args;

    va_start(args, format);
    add_mistake(m, node, node->place, format, args);
    va_end(args);
}

void tree_key_mistake(struct mistakes *m, const struct tree_node *node,
                      const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_mistake(m, node, node->key_place, format, args);
    va_end(args);
}

void tree_missing_mistake(struct mistakes *m, const struct tree_node *mapping,
                          const char *key, const char *format, ...)
{
    char path[TREE_PATH_MAX];
    size_t len;
    va_list args;

    tree_path(mapping, path);
    len = strlen(path);
    snprintf(path + len, sizeof path - len, "%s%s", len > 0 ? "." : "", key);
    va_start(args, format);
    mistakes_add_va(m, mapping->place, path, format, args);
    va_end(args);
}
