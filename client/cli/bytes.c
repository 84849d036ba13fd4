/* SPDX-License-Identifier: MIT */
#include "bytes.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_LEAST = 256 };

char *bytes_reserve(struct bytes *b, size_t n)
{
    size_t cap = b->cap ? b->cap : BYTES_LEAST;
    char *data;

    if (b->cap - b->len >= n && b->data)
        return b->data + b->len;
    if (n > SIZE_MAX / 4 || b->len > SIZE_MAX / 4)
        return NULL;
    while (cap - b->len < n)
        cap *= 2;
    data = realloc(b->data, cap);
    if (!data)
        return NULL;
    b->data = data;
    b->cap = cap;
    return data + b->len;
}

bool bytes_add(struct bytes *b, const char *data, size_t n)
{
    char *to = bytes_reserve(b, n);

    if (!to)
        return false;
    if (n > 0)
        memcpy(to, data, n);
    b->len += n;
    return true;
}

void bytes_drop(struct bytes *b, size_t n)
{
    if (n < b->len)
        memmove(b->data, b->data + n, b->len - n);
    b->len -= n;
}

void bytes_release(struct bytes *b)
{
    free(b->data);
    *b = (struct bytes){0};
}
