/* SPDX-License-Identifier: MIT */
/*
 * lines.h - a descriptor's bytes, line by line, as they come. A line is as long as memory
 * allows; empty ones are lines, and so is a last one without its line end.
 */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include "bytes.h"

enum lines_step { LINES_MORE, LINES_LINE, LINES_END };

struct lines {
    int fd; /* borrowed */
    struct bytes held;
    size_t used;    /* of held: lines that were handed out */
    size_t scanned; /* of held: no line end before, behind used */
    bool ended;
};

/* {.fd = fd} is the start. Frees, and does not close. */
void lines_release(struct lines *lines);

/* The next line that is there; good until lines_fill. */
enum lines_step lines_next(struct lines *lines, const char **ret_line, size_t *ret_len);

/* Reads once, which blocks unless poll(2) said there is something. 0, or an errno. */
int lines_fill(struct lines *lines);

#endif
