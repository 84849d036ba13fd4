/* SPDX-License-Identifier: MIT */
/*
 * elements.h - the elements of a JSON array, one after the other. No state but its own.
 */
#ifndef CLIENT_FLOW_ELEMENTS_H
#define CLIENT_FLOW_ELEMENTS_H

#include <stdbool.h>
#include <stddef.h>

struct elements {
    const char *at, *end; /* what is left, without the closing bracket */
};

/* False: the text is no JSON array. It is borrowed until the last element was had. */
bool elements_init(struct elements *e, const char *array, size_t len);

/* The next one, without white space around it; false: there are no more. */
bool elements_next(struct elements *e, const char **ret_value, size_t *ret_len);

#endif
