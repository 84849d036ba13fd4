/* SPDX-License-Identifier: MIT */
/*
 * tree.h - what a YAML text says: nodes that know where they stand in it.
 *
 * document.h makes one of a text. Lists and mappings keep the order of the file. A node
 * of kind TREE_REFUSED is there, but a mistake about it has been noted already and its
 * content means nothing. A tree owns its nodes and texts. Plain data; any thread.
 */
#ifndef CONFIG_TREE_H
#define CONFIG_TREE_H

#include <stddef.h>
#include "mistakes.h"

enum { TREE_PATH_MAX = 256 };

enum tree_kind {
    TREE_NULL, /* nothing, ~ or null, unquoted; also the root of an empty text */
    TREE_TEXT, /* any other scalar, quoted or not */
    TREE_LIST,
    TREE_MAPPING,
    TREE_REFUSED
};

struct tree_node {
    enum tree_kind kind;
    struct place place; /* of its first character; of a quoted text: of the quote */
    char *text;         /* TREE_TEXT: ends with NUL and has none within */
    char *key;          /* of a member of a mapping; else NULL */
    struct place key_place;
    const struct tree_node *parent; /* NULL: the root */
    size_t index;                   /* among its parent's members or elements */
    struct tree_node *first, *last; /* members or elements, in the order of the file */
    struct tree_node *next;
    size_t count; /* how many of them */
};

/*
 * A new last element or member of the parent, which owns it and may be NULL for a root;
 * `kind` is TREE_NULL, the texts are the caller's to set and the tree's to free. NULL:
 * out of memory.
 */
struct tree_node *tree_add(struct tree_node *parent, struct place place);

void tree_free(struct tree_node *root); /* NULL is fine */

/* The member called so, the first of several. NULL: there is none, or no mapping. */
const struct tree_node *tree_member(const struct tree_node *mapping, const char *key);

/*
 * Sorts nodes, all TREE_TEXT, by their texts, so that equal ones stand side by side, the
 * one that comes first in the file first.
 */
void tree_sort(const struct tree_node **nodes, size_t count);

/*
 * Writes how people call a node: "channels.open[1].name"; cut if longer. "" for the
 * root.
 */
void tree_path(const struct tree_node *node, char ret[TREE_PATH_MAX]);

/* Adds a mistake about a node, at its value or at its key. */
void tree_mistake(struct mistakes *m, const struct tree_node *node, const char *format,
                  ...) __attribute__((format(printf, 3, 4)));
void tree_key_mistake(struct mistakes *m, const struct tree_node *node,
                      const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Adds a mistake about a member that a mapping does not have, at the mapping. */
void tree_missing_mistake(struct mistakes *m, const struct tree_node *mapping,
                          const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
