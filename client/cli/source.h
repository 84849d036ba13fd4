/* SPDX-License-Identifier: MIT */
/*
 * source.h - where the values of a put come from: the command line, or the lines of
 * standard input as they come.
 */
#ifndef CLI_SOURCE_H
#define CLI_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include "args.h"
#include "lines.h"
#include "notation.h"

enum source_step {
    SOURCE_VALUE,
    SOURCE_MORE, /* none yet: wait for source_fd, then source_fill */
    SOURCE_END,
    SOURCE_BAD /* the next one cannot be put, as why says; it is passed over */
};

struct source {
    enum notation notation;
    char **words; /* NULL: lines */
    size_t word_count, used;
    struct lines lines;
};

/* args' words behind the first, or if there are none, the lines of fd. */
void source_init(struct source *source, const struct args *args, int fd);
void source_release(struct source *source);

/* Whether the values are lines. */
static inline bool source_is_lines(const struct source *source)
{
    return source->words == NULL;
}

/* The next value, which the caller owns, and which lasts until it is released. */
enum source_step source_next(struct source *source, struct value *ret_value,
                             char ret_why[NOTATION_ROOM]);

/* Reads, once; false: it cannot be read any more, as why says. */
bool source_fill(struct source *source, char ret_why[NOTATION_ROOM]);

#endif
