/* SPDX-License-Identifier: MIT */
/*
 * unique.h - texts of a tree of which none may stand twice.
 *
 *     struct unique names = {0};
 *
 *     unique_add(&names, tree_member(entry, "name"));      for every entry
 *     unique_check(&names, UNIQUE_SHOWN, "is opened already", mistakes);
 *
 * Not thread-safe.
 */
#ifndef CONFIG_UNIQUE_H
#define CONFIG_UNIQUE_H

#include <stdbool.h>
#include <stddef.h>
#include "mistakes.h"
#include "tree.h"

struct unique {
    const struct tree_node **nodes; /* borrowed from the tree */
    size_t count, room;
    bool no_memory;
};

/* One more; NULL, and what is no text, is passed over. */
void unique_add(struct unique *u, const struct tree_node *node);

/* One more for each element of a list; what is no list is passed over. */
void unique_add_all(struct unique *u, const struct tree_node *list);

/* How a mistake calls the text. */
enum unique_shows {
    UNIQUE_SHOWN, /* as it stands there */
    UNIQUE_HIDDEN /* not at all */
};

/*
 * Adds a mistake, `says` and the line of the first one, for each text that stood there
 * before. Empties the list.
 */
void unique_check(struct unique *u, enum unique_shows shows, const char *says,
                  struct mistakes *m);

#endif
