/* SPDX-License-Identifier: MIT */
/*
 * mistakes.h - what is wrong with a configuration file: a list of lines for people.
 *
 * A line reads `FILE:LINE:COLUMN: KEY: what is wrong`, counted from 1 and without
 * newline; KEY is left out where no key is concerned, LINE and COLUMN where no place is.
 * Bytes that would disturb a terminal are shown as '?'. Running out of memory is one more
 * mistake in the list, so a failure never comes without a line. Not thread-safe.
 */
#ifndef CONFIG_MISTAKES_H
#define CONFIG_MISTAKES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Where something stands in the file, from 1; line 0: nowhere in particular. */
struct place {
    size_t line, column; /* the column counts characters */
};

static inline int place_compare(struct place a, struct place b)
{
    if (a.line != b.line)
        return a.line < b.line ? -1 : 1;
    return (a.column > b.column) - (a.column < b.column);
}

struct mistakes {
    const char *file; /* borrowed */
    struct mistake *items;
    size_t count, room;
    bool no_memory; /* a mistake could not be noted, or the reading itself failed so */
};

/* An empty list for a file, whose name must outlive the list. Holds no memory yet. */
void mistakes_init(struct mistakes *m, const char *file);
void mistakes_release(struct mistakes *m); /* frees the lines; the list is empty then */

/* Adds a line; `key` may be NULL. */
void mistakes_add(struct mistakes *m, struct place place, const char *key,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));

void mistakes_add_va(struct mistakes *m, struct place place, const char *key,
                     const char *format, va_list args)
    __attribute__((format(printf, 4, 0)));

/* Notes that memory ran out. */
void mistakes_add_no_memory(struct mistakes *m);

/* Puts the lines in the order of the file; those of one place stay as they were added. */
void mistakes_sort(struct mistakes *m);

size_t mistakes_count(const struct mistakes *m);

/* The i-th line, i < mistakes_count. Lives as long as the list is not changed. */
const char *mistakes_line(const struct mistakes *m, size_t i);

/*
 * How many bytes of a text of the file to show: all, or at most max, cut between two
 * UTF-8 characters. For "%.*s".
 */
int mistakes_clip(const char *text, size_t max);

/* So much of a value or a key is shown within a line. */
enum { MISTAKES_SHOWN_MAX = 60 };

#endif
