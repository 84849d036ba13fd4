/* SPDX-License-Identifier: MIT */
/*
 * bytes.h - bytes that grow at the end. {0} is empty and holds no memory.
 */
#ifndef CLI_BYTES_H
#define CLI_BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct bytes {
    char *data;
    size_t len, cap;
};

/* Makes room for n more; returns where they go, NULL when out of memory. */
char *bytes_reserve(struct bytes *b, size_t n);

/* False, and unchanged: out of memory. */
bool bytes_add(struct bytes *b, const char *data, size_t n);

/* Takes n bytes off the front. */
void bytes_drop(struct bytes *b, size_t n);

/* Frees; empty afterwards. */
void bytes_release(struct bytes *b);

#endif
