/* SPDX-License-Identifier: MIT */
/*
 * kept.h - a client of a fake server that tries again, what it was told of its
 * connection, and how its requests ended.
 */
#ifndef TESTS_KEPT_H
#define TESTS_KEPT_H

#include <check.h>
#include <stdio.h>
#include <string.h>
#include "named.h"

enum { KEPT_PATIENCE_MS = 20000 };

struct kept {
    struct fake fake;
    struct chan_client *c;
    char told[512]; /* "down: why; trying; up; " … */
    size_t ended;   /* requests, in order: "ok 1; lost; " … */
    char endings[512], message[256];
};

static inline void kept_tell(struct chan_client *c, enum chan_state state,
                             const char *why, void *data)
{
    static const char *const names[] = {"down", "trying", "up"};
    struct kept *k = data;
    const size_t len = strlen(k->told);

    (void)c;
    if (state == CHAN_DOWN)
        snprintf(k->told + len, sizeof k->told - len, "down: %s; ", why);
    else
        snprintf(k->told + len, sizeof k->told - len, "%s; ", names[state]);
}

static inline void kept_done(struct chan_client *c, const struct chan_reply *reply,
                             void *data)
{
    static const char *const names[CHAN_STATUS_COUNT] = {
        "ok",   "closed",      "timeout", "cancelled",  "not parked", "refused",
        "lost", "unreachable", "invalid", "unreadable", "no memory",  "untrusted"};
    struct kept *k = data;
    const size_t len = strlen(k->endings);

    (void)c;
    k->ended++;
    snprintf(k->endings + len, sizeof k->endings - len, "%s%s%s; ", names[reply->status],
             reply->value ? " " : "", reply->value ? reply->value : "");
    snprintf(k->message, sizeof k->message, "%s", reply->message);
}

/* Connected, and with so much patience for silence. */
static inline void kept_begin(struct kept *k, const char *const steps[],
                              int64_t silence_ms)
{
    const struct chan_keeping keeping = {.retry = true,
                                         .min_ms = 1,
                                         .max_ms = 8,
                                         .silence_ms = silence_ms,
                                         .told = kept_tell,
                                         .data = k};

    memset(k, 0, sizeof *k);
    k->c = named_begin(&k->fake, steps);
    ck_assert_int_eq(chan_keep(k->c, &keeping), CHAN_OK);
}

static inline void kept_end(struct kept *k)
{
    named_end(k->c, &k->fake);
}

static inline uint64_t kept_start(struct kept *k, const char *name, const char *value,
                                  int64_t wait_ms)
{
    uint64_t id;

    ck_assert_int_eq(named_start(k->c, name, value, wait_ms, kept_done, k, &id), CHAN_OK);
    return id;
}

/* Until so many requests have ended. */
static inline void kept_await(struct kept *k, size_t count)
{
    while (k->ended < count)
        ck_assert_int_eq(chan_wait(k->c, KEPT_PATIENCE_MS), CHAN_OK);
}

/* Until it was told so. */
static inline void kept_await_told(struct kept *k, const char *what)
{
    while (!strstr(k->told, what))
        ck_assert_int_eq(chan_wait(k->c, KEPT_PATIENCE_MS), CHAN_OK);
}

#endif
