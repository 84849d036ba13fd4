/* SPDX-License-Identifier: MIT */
/* How long it takes to read a line. An operation is one line. */
#include <stdio.h>
#include <stdlib.h>
#include "request.h"
#include "trial.h"

struct scanner {
    struct text line;
    struct request_room room;
};

/*
 * A line is read again and again: without escapes in names, reading leaves it as it is.
 */
static void *scanner_of(const struct request_view *rq)
{
    struct scanner *s = trial_alloc(1, sizeof *s);

    s->room.clauses_max = 256;
    request_write(&s->line, rq);
    if (s->line.broken)
        abort();
    s->line.len--; /* the LF */
    return s;
}

static void scanner_end(void *state)
{
    struct scanner *s = state;

    text_release(&s->line);
    request_room_release(&s->room);
    free(s);
}

static void scanner_run(void *state, size_t operations)
{
    struct scanner *s = state;
    struct request_view view;
    struct fault fault;

    for (size_t i = 0; i < operations; i++) {
        request_room_clear(&s->room);
        if (request_parse(&s->room, s->line.bytes, s->line.len, &view, &fault) != ERR_OK)
            abort();
        trial_use(&view);
    }
}

static void *put_line(long size)
{
    char *value = trial_alloc((size_t)size, 1);
    struct request_view rq = {
        .op = OP_PUT,
        .id = slice_text("12345"),
        .chan = slice_text("orders/eu"),
        .timeout_ms = -1,
        .value = slice_of(value, (size_t)size),
    };
    void *scanner;

    memset(value, 'x', (size_t)size);
    value[0] = value[size - 1] = '"';
    scanner = scanner_of(&rq);
    free(value);
    return scanner;
}

/* An object of so many members, each with a number, a string and a list in it. */
static void *put_object_line(long members)
{
    static const char one[] =
        "\"k\":{\"n\":-12.5e3,\"s\":\"a\\\"b\",\"l\":[1,true,null]}";
    struct text value = {0};
    struct request_view rq = {
        .op = OP_PUT,
        .id = slice_text("12345"),
        .chan = slice_text("orders/eu"),
        .timeout_ms = -1,
    };
    void *scanner;

    for (long i = 0; i < members; i++) {
        text_add_slice(&value, slice_text(i == 0 ? "{" : ","));
        text_add_slice(&value, slice_text(one));
    }
    text_lit(&value, "}");
    rq.value = slice_of(value.bytes, value.len);
    scanner = scanner_of(&rq);
    text_release(&value);
    return scanner;
}

static void *take_line(long size)
{
    const struct request_view rq = {
        .op = OP_TAKE,
        .id = slice_text("12345"),
        .chan = slice_text("orders/eu"),
        .timeout_ms = 1000,
    };

    (void)size;
    return scanner_of(&rq);
}

static void *alts_line(long clauses)
{
    struct clause_view *views = trial_alloc((size_t)clauses, sizeof *views);
    struct request_view rq = {
        .op = OP_ALTS,
        .id = slice_text("12345"),
        .timeout_ms = -1,
        .clauses = views,
        .clause_count = (size_t)clauses,
    };
    void *scanner;

    for (long i = 0; i < clauses; i++)
        views[i] = (struct clause_view){.op = OP_TAKE, .chan = slice_text("orders/eu")};
    scanner = scanner_of(&rq);
    free(views);
    return scanner;
}

static const struct trial trials[] = {
    {"scan put, bytes of text", 100, put_line, scanner_run, scanner_end},
    {"scan put, bytes of text", 10000, put_line, scanner_run, scanner_end},
    {"scan put, members of an object", 10, put_object_line, scanner_run, scanner_end},
    {"scan take", 0, take_line, scanner_run, scanner_end},
    {"scan alts, clauses", 10, alts_line, scanner_run, scanner_end},
    {"scan alts, clauses", 256, alts_line, scanner_run, scanner_end},
};

struct trial_list scanner_trials(void)
{
    return (struct trial_list){trials, sizeof trials / sizeof *trials};
}
