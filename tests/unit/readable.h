/* SPDX-License-Identifier: MIT */
/*
 * readable.h - a configuration as the reader makes it of a text; what is wrong with the
 * last one is in `mistakes`.
 */
#ifndef TESTS_READABLE_H
#define TESTS_READABLE_H

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include "document.h"
#include "located.h"
#include "reader.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static struct mistakes mistakes;

/* The caller frees it. */
static inline struct config *read_text(const char *text)
{
    struct config *config = calloc(1, sizeof *config);
    struct tree_node *root;

    mistakes_init(&mistakes, LOCATED_FILE);
    root = document_parse(text, strlen(text), &mistakes);
    ck_assert_ptr_nonnull(root);
    reader_read(root, config, &mistakes);
    tree_free(root);
    return config;
}

static inline struct config *read_good(const char *text)
{
    struct config *config = read_text(text);

    ck_assert_msg(mistakes_count(&mistakes) == 0, "%s", mistakes_line(&mistakes, 0));
    return config;
}

static inline void finish(struct config *config)
{
    config_free(config);
    mistakes_release(&mistakes);
}

#endif
