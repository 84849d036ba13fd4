/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "mistakes.h"

struct mistake {
    struct place place;
    size_t order; /* as it was added */
    char *line;
};

void mistakes_init(struct mistakes *m, const char *file)
{
    *m = (struct mistakes){.file = file};
}

void mistakes_release(struct mistakes *m)
{
    for (size_t i = 0; i < m->count; i++)
        free(m->items[i].line);
    free(m->items);
    mistakes_init(m, m->file);
}

/* The C1 controls are those of UTF-8's C2 80 to C2 9F. */
static bool is_control(const char *at)
{
    unsigned char byte = (unsigned char)at[0], next = (unsigned char)at[1];

    return byte < ' ' || byte == 0x7f || (byte == 0xc2 && next >= 0x80 && next < 0xa0);
}

/* Texts of the file end up in messages; they must not steer the terminal. */
static void make_printable(char *line)
{
    for (; *line; line++) {
        if (!is_control(line))
            continue;
        if ((unsigned char)*line == 0xc2)
            line[1] = '?';
        *line = '?';
    }
}

/* NULL: out of memory. */
static char *format_line(const struct mistakes *m, struct place place, const char *key,
                         const char *what)
{
    char at[48] = "";
    char *line;

    if (place.line > 0)
        snprintf(at, sizeof at, "%zu:%zu: ", place.line, place.column);
    if (asprintf(&line, "%s:%s%s%s%s%s", m->file, at[0] ? "" : " ", at, key ? key : "",
                 key ? ": " : "", what) < 0)
        return NULL;
    make_printable(line);
    return line;
}

static bool make_room(struct mistakes *m)
{
    size_t room = m->room ? 2 * m->room : 8;
    struct mistake *items;

    if (m->count < m->room)
        return true;
    items = reallocarray(m->items, room, sizeof *items);
    if (!items)
        return false;
    m->items = items;
    m->room = room;
    return true;
}

/* Takes the line. */
static bool append(struct mistakes *m, struct place place, char *line)
{
    if (!make_room(m))
        return false;
    m->items[m->count] = (struct mistake){place, m->count, line};
    m->count++;
    return true;
}

void mistakes_add_va(struct mistakes *m, struct place place, const char *key,
                     const char *format, va_list args)
{
    char *what, *line = NULL;

    if (vasprintf(&what, format, args) < 0)
        what = NULL;
    if (what)
        line = format_line(m, place, key, what);
    if (!line || !append(m, place, line)) {
        free(line);
        m->no_memory = true;
    }
    free(what);
}

void mistakes_add(struct mistakes *m, struct place place, const char *key,
                  const char *format, ...)
{
    va_list args;

    va_start(args, format);
    mistakes_add_va(m, place, key, format, args);
    va_end(args);
}

void mistakes_add_no_memory(struct mistakes *m)
{
    m->no_memory = true;
}

static int compare(const void *left, const void *right)
{
    const struct mistake *a = left, *b = right;
    int order = place_compare(a->place, b->place);

    if (order != 0)
        return order;
    return a->order < b->order ? -1 : 1;
}

void mistakes_sort(struct mistakes *m)
{
    if (m->count > 1)
        qsort(m->items, m->count, sizeof *m->items, compare);
}

size_t mistakes_count(const struct mistakes *m)
{
    return m->count + (m->no_memory ? 1 : 0);
}

const char *mistakes_line(const struct mistakes *m, size_t i)
{
    assert(i < mistakes_count(m));
    return i < m->count ? m->items[i].line
                        : "out of memory while reading the configuration";
}

int mistakes_clip(const char *text, size_t max)
{
    size_t len = strnlen(text, max + 1);

    if (len <= max)
        return (int)len;
    len = max;
    while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
        len--;
    return (int)len;
}
