/* SPDX-License-Identifier: MIT */
/*
 * asking.h - puts, takes and alts as the tests of core ask for them, and their replies as
 * they expect them.
 *
 * A place is where one asks: how an ask is started there, and where completions appear.
 * What is asked lives in memory of its own until its reply has been looked at.
 */
#ifndef TESTS_ASKING_H
#define TESTS_ASKING_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "alt.h"
#include "peer.h"

enum { ASKING_PEERS = 3, ASKING_CLAUSES = 8, ASKING_MANY = 64 };

struct question {
    struct ask ask;
    struct offer offers[ASKING_CLAUSES];
    struct completion now;
    bool is_done;
};

struct place {
    bool (*start)(struct place *p, struct ask *ask, struct completion *now);
    struct list *done;
    int64_t now_ns;
    struct peer peers[ASKING_PEERS];
    struct question questions[ASKING_MANY];
    unsigned asked;
    int64_t freed; /* memory of the completions that were given back */
};

/* For alts: how they are asked. */
struct manner {
    int64_t wait_ns;
    bool priority;
    bool unnamed;
    uint32_t peer;
    uint8_t op;
};

static inline void place_init(struct place *p,
                              bool (*start)(struct place *p, struct ask *ask,
                                            struct completion *now),
                              struct list *done)
{
    *p = (struct place){.start = start, .done = done};
    for (int i = 0; i < ASKING_PEERS; i++)
        peer_init(&p->peers[i]);
}

static inline struct offer take_of(const char *name)
{
    return (struct offer){.side = SIDE_TAKE, .name = slice_text(name)};
}

static inline struct offer put_of(const char *name, const char *value)
{
    return (struct offer){
        .side = SIDE_PUT, .name = slice_text(name), .value = slice_text(value)};
}

/* Asks; whether it completed at once. */
static inline bool ask_as(struct place *p, struct manner m, const char *tag,
                          const struct offer *offers, uint32_t count)
{
    struct question *q = &p->questions[p->asked++ % ASKING_MANY];

    memcpy(q->offers, offers, count * sizeof *offers);
    q->ask = (struct ask){.peer = &p->peers[m.peer],
                          .tag = slice_text(tag),
                          .offers = q->offers,
                          .count = count,
                          .op = m.op,
                          .priority = m.priority,
                          .named = !m.unnamed,
                          .wait_ns = m.wait_ns};
    q->is_done = p->start(p, &q->ask, &q->now);
    return q->is_done;
}

static inline bool ask_take(struct place *p, const char *tag, const char *name)
{
    struct offer offer = take_of(name);

    return ask_as(p, (struct manner){.wait_ns = ALT_FOREVER, .unnamed = true}, tag,
                  &offer, 1);
}

static inline bool ask_put(struct place *p, const char *tag, const char *name,
                           const char *value)
{
    struct offer offer = put_of(name, value);

    return ask_as(p, (struct manner){.wait_ns = ALT_FOREVER, .unnamed = true}, tag,
                  &offer, 1);
}

/* An alts of the offers given, which waits for ever. */
#define ask_alts(p, tag, ...)                                                            \
    ask_as((p), (struct manner){.wait_ns = ALT_FOREVER}, (tag),                          \
           (const struct offer[]){__VA_ARGS__},                                          \
           sizeof((const struct offer[]){__VA_ARGS__}) / sizeof(struct offer))

/* The next completion, out of the list; there must be one. */
static inline struct completion *place_next(struct place *p)
{
    struct list *link = list_pop(p->done);

    ck_assert_ptr_nonnull(link);
    return container_of(link, struct completion, link);
}

static inline void check_slice(struct slice s, const char *expected)
{
    if (!expected)
        ck_assert_ptr_null(s.bytes);
    else
        ck_assert_msg(slice_is(s, expected), "'%.*s' is not '%s'", (int)s.len, s.bytes,
                      expected);
}

/* The next completion has this tag and this end; a value of NULL: none. */
static inline void expect(struct place *p, const char *tag, enum err err,
                          const char *value)
{
    struct completion *c = place_next(p);

    check_slice(c->tag, tag);
    ck_assert_str_eq(err_text(c->err), err_text(err));
    check_slice(c->value, value);
    p->freed += completion_release(c);
}

/* The same of an alts: clause and channel, too. */
static inline void expect_clause(struct place *p, const char *tag, enum err err,
                                 unsigned index, const char *chan, const char *value)
{
    struct completion *c = place_next(p);

    check_slice(c->tag, tag);
    ck_assert_str_eq(err_text(c->err), err_text(err));
    ck_assert_uint_eq(c->index, index);
    check_slice(c->chan, chan);
    check_slice(c->value, value);
    p->freed += completion_release(c);
}

/* The next completion is that of a put whose value was discarded, or of one that wasn't.
 */
static inline void expect_put(struct place *p, const char *tag, bool dropped)
{
    struct completion *c = place_next(p);

    check_slice(c->tag, tag);
    ck_assert_int_eq(c->err, ERR_OK);
    ck_assert_int_eq(c->dropped, dropped);
    check_slice(c->value, NULL);
    p->freed += completion_release(c);
}

static inline void expect_nothing(const struct place *p)
{
    ck_assert(list_is_empty(p->done));
}

/* Gives back what nobody looked at. */
static inline void place_drain(struct place *p)
{
    struct list *link;

    while ((link = list_pop(p->done)))
        p->freed += completion_release(container_of(link, struct completion, link));
}

static inline void place_release(struct place *p)
{
    for (int i = 0; i < ASKING_PEERS; i++)
        peer_release(&p->peers[i]);
}

#endif
