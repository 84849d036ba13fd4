/* SPDX-License-Identifier: MIT */
/*
 * booth.h - a broker with its settings, and peers who ask it: short forms of what they
 * ask, and of what must come of it.
 */
#ifndef TESTS_BOOTH_H
#define TESTS_BOOTH_H

#include <check.h>
#include <stdlib.h>
#include "asking.h"
#include "broker.h"

enum { MS = 1000000, LINGER = 500 };

struct booth {
    struct place place; /* first, so that the one is the other */
    struct broker *broker;
    struct broker_settings settings;
};

static const struct channel_template booth_templates[] = {
    {"f/*", {.kind = KIND_FIXED, .size = 2, .max_parked = 4, .close_after_ms = -1}},
    {"p/*", {.kind = KIND_PROMISE, .close_after_ms = -1}},
};

static inline bool booth_start(struct place *p, struct ask *ask, struct completion *now)
{
    return broker_start(((struct booth *)p)->broker, ask, p->now_ns, now);
}

static inline struct booth *booth_new(void)
{
    struct booth *b = calloc(1, sizeof *b);

    ck_assert_ptr_nonnull(b);
    b->settings = (struct broker_settings){.limits = limits_default(),
                                           .auto_create = true,
                                           .closed_linger_ns = LINGER,
                                           .templates = booth_templates,
                                           .template_count = 2};
    b->settings.limits.parked_per_channel = 9;
    b->broker = broker_new(&b->settings, (struct hash_key){1, 2}, 3);
    ck_assert_ptr_nonnull(b->broker);
    place_init(&b->place, booth_start, broker_done(b->broker));
    b->place.now_ns = 1000;
    return b;
}

static inline void booth_free(struct booth *b)
{
    expect_nothing(&b->place);
    for (int i = 0; i < ASKING_PEERS; i++)
        broker_leave(b->broker, &b->place.peers[i], b->place.now_ns);
    place_drain(&b->place);
    ck_assert_int_eq(broker_totals(b->broker).parked, 0);
    place_release(&b->place);
    broker_free(b->broker);
    free(b);
}

static inline void configure(struct booth *b)
{
    ck_assert(broker_configure(b->broker, &b->settings));
}

static const struct broker_open any = {.close_after_ms = -1};

static inline struct broker_open open_of(enum kind kind, int64_t size)
{
    return (struct broker_open){
        .has_buffer = true, .kind = kind, .size = size, .close_after_ms = -1};
}

/* 1: created; 0: it was there; below 0: the error, negative. */
static inline int open_as(struct booth *b, const char *name, struct broker_open open)
{
    bool created = false;
    enum err err =
        broker_open(b->broker, slice_text(name), &open, b->place.now_ns, &created);

    return err ? -(int)err : created;
}

static inline enum err close_it(struct booth *b, const char *name)
{
    return broker_close(b->broker, slice_text(name), b->place.now_ns);
}

static inline void delete_it(struct booth *b, const char *name)
{
    broker_delete(b->broker, slice_text(name), b->place.now_ns);
}

static inline bool is_known(const struct booth *b, const char *name)
{
    struct channel_stat stat;

    return broker_stat(b->broker, slice_text(name), &stat) == ERR_OK;
}

static inline struct channel_stat stat_of(const struct booth *b, const char *name)
{
    struct channel_stat stat;

    ck_assert_int_eq(broker_stat(b->broker, slice_text(name), &stat), ERR_OK);
    ck_assert_str_eq(stat.name, name);
    return stat;
}

/* Time passes, to this moment. */
static inline void until(struct booth *b, int64_t now_ns)
{
    b->place.now_ns = now_ns;
    broker_expire(b->broker, now_ns);
}

static inline bool ask_for(struct booth *b, int64_t wait_ns, const char *tag,
                           struct offer offer)
{
    return ask_as(&b->place, (struct manner){.wait_ns = wait_ns, .unnamed = true}, tag,
                  &offer, 1);
}

static inline void put_in(struct booth *b, const char *name, const char *value)
{
    ck_assert(ask_put(&b->place, "in", name, value));
    expect_put(&b->place, "in", false);
}

static inline void take_out(struct booth *b, const char *name, const char *value)
{
    ck_assert(ask_take(&b->place, "out", name));
    expect(&b->place, "out", ERR_OK, value);
}

#endif
