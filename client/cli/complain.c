/* SPDX-License-Identifier: MIT */
#include "complain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { COMPLAINT_MAX = 1000 };

/* Cuts a text that did not fit where a character of UTF-8 begins. */
static size_t cut(const char *text, size_t len)
{
    while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--;
    return len;
}

void complain(const char *format, ...)
{
    static const char start[] = "chan: ";
    char line[sizeof start + COMPLAINT_MAX + 2];
    const size_t head = sizeof start - 1;
    size_t len;
    va_list args;
    int n;

    memcpy(line, start, sizeof start);
    va_start(args, format);
    n = vsnprintf(line + head, COMPLAINT_MAX + 2, format, args);
    va_end(args);
    len = n < 0 ? 0 : (size_t)n;
    if (len > COMPLAINT_MAX)
        len = cut(line + head, COMPLAINT_MAX);
    for (char *p = line + head; p < line + head + len; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            *p = '?';
    line[head + len] = '\n';
    /* One write, so that the lines of several processes do not mix. Where standard error
     * is gone there is nobody to tell. */
    if (write(STDERR_FILENO, line, head + len + 1) < 0)
        return;
}
