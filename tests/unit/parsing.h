/* SPDX-License-Identifier: MIT */
/*
 * parsing.h - a request line is parsed, in memory of exactly its size, and what came of
 * it is compared.
 */
#ifndef TESTS_UNIT_PARSING_H
#define TESTS_UNIT_PARSING_H

#include <stdio.h>
#include "exact.h"
#include "name.h"
#include "request.h"
#include "starve.h"
#include "unit.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* A line that was parsed, in memory of exactly its size, and what came of it. */
struct parsed {
    struct request_room room;
    struct request_view view;
    struct fault fault;
    enum err err;
    char *line;
};

static inline void parse_bytes(struct parsed *p, const char *bytes, size_t len)
{
    *p = (struct parsed){.room = {.clauses_max = 4}};
    memset(&p->view, 0x5a, sizeof p->view);
    p->line = exact_copy(bytes, len);
    p->err = request_parse(&p->room, p->line, len, &p->view, &p->fault);
}

static inline void release(struct parsed *p)
{
    request_room_release(&p->room);
    free(p->line);
}

/* The request in a line that is in order. */
static inline void parse_good(struct parsed *p, const char *line)
{
    parse_bytes(p, line, strlen(line));
    ck_assert_msg(p->err == ERR_OK, "%s: %s", line, p->fault.text);
}

/* How a line is refused, and what the message names; id NULL: the reply has none. */
static inline void expect_refused(const char *line, enum err err, const char *id,
                                  const char *names)
{
    struct parsed p;
    struct text quoted = {0};

    parse_bytes(&p, line, strlen(line));
    ck_assert_msg(p.err == err, "%.200s: %s: %s", line, err_wire(p.err), p.fault.text);
    ck_assert_msg(slice_equal(p.view.id, slice_text(id)) &&
                      (p.view.id.bytes == NULL) == (id == NULL),
                  "%.200s: id %.*s", line, (int)p.view.id.len, p.view.id.bytes);
    ck_assert_ptr_nonnull(memchr(p.fault.text, 0, sizeof p.fault.text));
    ck_assert_msg(strstr(p.fault.text, names) != NULL, "%.200s: %s, not %s", line,
                  p.fault.text, names);
    text_add_json(&quoted, slice_text(p.fault.text));
    ck_assert_msg(!memmem(quoted.bytes, quoted.len, "\xef\xbf\xbd", 3), "not UTF-8: %s",
                  p.fault.text);
    for (const char *c = p.fault.text; *c; c++)
        ck_assert_msg((unsigned char)*c >= ' ', "control character in: %s", p.fault.text);
    text_release(&quoted);
    release(&p);
}

static inline void expect_bad(const char *line, const char *names)
{
    expect_refused(line, ERR_BAD_REQUEST, NULL, names);
}

#endif
