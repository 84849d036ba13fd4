/* SPDX-License-Identifier: MIT */
/*
 * located.h - texts in which the place of a mistake is marked, and lists of mistakes that
 * must have just that one.
 *
 *     struct located bad = locate("workers: «many»\n");
 *     … parse bad.text …
 *     check_only_mistake(&mistakes, &bad, "workers", "a whole number");
 */
#ifndef TESTS_LOCATED_H
#define TESTS_LOCATED_H

#include <check.h>
#include <stdio.h>
#include <string.h>
#include "mistakes.h"

#define LOCATED_FILE "test.yaml"

struct located {
    char text[1024];
    struct place place;
};

/* A text for a test of many: what is marked, and what the one mistake must say. */
struct mistake_case {
    const char *marked, *key, *says;
};

static inline void advance(struct place *place, const char *at)
{
    if (*at == '\n')
        *place = (struct place){place->line + 1, 1};
    else if (((unsigned char)*at & 0xc0) != 0x80)
        place->column++;
}

static inline struct located locate(const char *marked)
{
    struct located result = {.place = {0, 0}};
    struct place place = {1, 1};
    size_t len = 0;

    for (const char *at = marked; *at; at++) {
        if (strncmp(at, "«", strlen("«")) == 0) {
            result.place = place;
            at += strlen("«") - 1;
        } else if (strncmp(at, "»", strlen("»")) == 0) {
            at += strlen("»") - 1;
        } else {
            ck_assert_uint_lt(len, sizeof result.text - 1);
            result.text[len++] = *at;
            advance(&place, at);
        }
    }
    ck_assert_msg(result.place.line > 0, "no mark in %s", marked);
    return result;
}

static inline void check_line(const char *line, struct place place, const char *key,
                              const char *says)
{
    char start[512];

    snprintf(start, sizeof start, "%s:%zu:%zu: %s%s", LOCATED_FILE, place.line,
             place.column, key, *key ? ": " : "");
    ck_assert_msg(strncmp(line, start, strlen(start)) == 0,
                  "\"%s\" does not begin with \"%s\"", line, start);
    ck_assert_msg(strstr(line + strlen(start), says) != NULL,
                  "\"%s\" does not say \"%s\"", line, says);
}

static inline void check_only_mistake(const struct mistakes *m,
                                      const struct located *where, const char *key,
                                      const char *says)
{
    ck_assert_msg(mistakes_count(m) > 0, "no mistake in:\n%s", where->text);
    check_line(mistakes_line(m, 0), where->place, key, says);
    ck_assert_msg(mistakes_count(m) == 1, "one more mistake: %s", mistakes_line(m, 1));
}

#endif
