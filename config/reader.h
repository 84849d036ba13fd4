/* SPDX-License-Identifier: MIT */
/*
 * reader.h - a tree -> the fields of a struct config, along the table of keys.
 *
 * Checks each value by itself and that required members are there; what must hold between
 * values is rules.h's. Not thread-safe per list of mistakes.
 */
#ifndef CONFIG_READER_H
#define CONFIG_READER_H

#include "config.h"
#include "tree.h"

/*
 * Fills in what the tree has; the rest of *config, which must have no lists yet, stays.
 * With new mistakes in the list *config is half-filled and only good for freeing.
 */
void reader_read(const struct tree_node *root, struct config *config,
                 struct mistakes *mistakes);

#endif
