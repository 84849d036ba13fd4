/* SPDX-License-Identifier: MIT */
#include "inbox.h"

#include <stdlib.h>
#include "die.h"

enum { ROOM_FIRST = 4096, ROOM_MOST = 1 << 20 };

void inbox_release(struct inbox *in)
{
    free(in->bytes);
    *in = (struct inbox){0};
}

static void inbox_grow(struct inbox *in)
{
    size_t cap = in->cap ? in->cap * 2 : ROOM_FIRST;
    char *bytes = realloc(in->bytes, cap);

    if (!bytes)
        die_of_memory();
    in->bytes = bytes;
    in->cap = cap;
}

char *inbox_room(struct inbox *in, size_t *ret_size)
{
    size_t len = in->end - in->front;

    if (in->end == in->cap && in->cap < ROOM_MOST)
        inbox_grow(in); /* the room was used up, so there is much to come */
    if (in->front > 0) {
        memmove(in->bytes, in->bytes + in->front, len);
        in->front = 0;
        in->end = len;
    }
    if (in->end == in->cap)
        inbox_grow(in);
    *ret_size = in->cap - in->end;
    return in->bytes + in->end;
}

bool inbox_line(struct inbox *in, struct slice *ret_line)
{
    const char *start = in->bytes + in->front;
    size_t len = in->end - in->front;
    const char *lf;

    if (len == in->looked)
        return false;
    lf = memchr(start + in->looked, '\n', len - in->looked);
    if (!lf) {
        in->looked = len;
        return false;
    }
    *ret_line = slice_of(start, (size_t)(lf - start));
    return true;
}
