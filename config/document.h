/* SPDX-License-Identifier: MIT */
/*
 * document.h - a YAML text -> a tree.
 *
 * Less than YAML, on purpose: UTF-8; one document; mappings whose keys are plain text,
 * each key once; no anchors, aliases or tags; at most DOCUMENT_DEPTH_MAX lists and
 * mappings within each other. document.c is the only file that knows libyaml. Not
 * thread-safe per list of mistakes.
 */
#ifndef CONFIG_DOCUMENT_H
#define CONFIG_DOCUMENT_H

#include <stddef.h>
#include "mistakes.h"
#include "tree.h"

enum { DOCUMENT_DEPTH_MAX = 16 };

/*
 * Reads a text, which is borrowed for the call. NULL, and a mistake: it is no YAML, or
 * out of memory. What is YAML and too much for us is a mistake as well, but leaves a
 * tree, so that the rest can be checked. The caller owns the tree. An empty text is
 * TREE_NULL.
 */
struct tree_node *document_parse(const char *text, size_t len, struct mistakes *mistakes);

#endif
