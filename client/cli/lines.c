/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 65536 };

void lines_release(struct lines *lines)
{
    bytes_release(&lines->held);
}

static enum lines_step last_line(struct lines *lines, const char **ret_line,
                                 size_t *ret_len)
{
    if (!lines->ended)
        return LINES_MORE;
    if (lines->used == lines->held.len)
        return LINES_END;
    *ret_line = lines->held.data + lines->used;
    *ret_len = lines->held.len - lines->used;
    lines->used = lines->held.len;
    return LINES_LINE;
}

enum lines_step lines_next(struct lines *lines, const char **ret_line, size_t *ret_len)
{
    const char *data = lines->held.data, *lf = NULL;

    if (lines->scanned < lines->held.len)
        lf = memchr(data + lines->scanned, '\n', lines->held.len - lines->scanned);
    if (!lf) {
        lines->scanned = lines->held.len;
        return last_line(lines, ret_line, ret_len);
    }
    *ret_line = data + lines->used;
    *ret_len = (size_t)(lf - data) - lines->used;
    lines->used = lines->scanned = (size_t)(lf - data) + 1;
    return LINES_LINE;
}

int lines_fill(struct lines *lines)
{
    char *room;
    ssize_t n;

    bytes_drop(&lines->held, lines->used);
    lines->scanned -= lines->used;
    lines->used = 0;
    room = bytes_reserve(&lines->held, CHUNK);
    if (!room)
        return ENOMEM;
    n = read(lines->fd, room, CHUNK);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN ? 0 : errno;
    lines->held.len += (size_t)n;
    lines->ended = n == 0;
    return 0;
}
