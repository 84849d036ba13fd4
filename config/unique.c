/* SPDX-License-Identifier: MIT */
#include "unique.h"

#include <stdlib.h>
#include <string.h>

static bool make_room(struct unique *u)
{
    size_t room = u->room ? 2 * u->room : 16;
    const struct tree_node **nodes;

    if (u->count < u->room)
        return true;
    nodes = realloc((void *)u->nodes, room * sizeof *nodes);
    if (!nodes)
        return false;
    u->nodes = nodes;
    u->room = room;
    return true;
}

void unique_add(struct unique *u, const struct tree_node *node)
{
    if (!node || node->kind != TREE_TEXT)
        return;
    if (make_room(u))
        u->nodes[u->count++] = node;
    else
        u->no_memory = true;
}

void unique_add_all(struct unique *u, const struct tree_node *list)
{
    const struct tree_node *item = list && list->kind == TREE_LIST ? list->first : NULL;

    for (; item; item = item->next)
        unique_add(u, item);
}

static void add_mistake(struct mistakes *m, const struct tree_node *node,
                        enum unique_shows shows, const char *says,
                        const struct tree_node *first)
{
    if (shows == UNIQUE_HIDDEN)
        tree_mistake(m, node, "%s in line %zu", says, first->place.line);
    else
        tree_mistake(m, node, "\"%.*s\" %s in line %zu",
                     mistakes_clip(node->text, MISTAKES_SHOWN_MAX), node->text, says,
                     first->place.line);
}

void unique_check(struct unique *u, enum unique_shows shows, const char *says,
                  struct mistakes *m)
{
    size_t first = 0;

    if (u->no_memory)
        mistakes_add_no_memory(m);
    tree_sort(u->nodes, u->count);
    for (size_t i = 1; i < u->count; i++) {
        if (strcmp(u->nodes[first]->text, u->nodes[i]->text) != 0)
            first = i;
        else
            add_mistake(m, u->nodes[i], shows, says, u->nodes[first]);
    }
    free((void *)u->nodes);
    *u = (struct unique){0};
}
