/* SPDX-License-Identifier: MIT */
/*
 * named.h - calls about a channel by its name, with a handle for each call, and a client
 * of a fake server: what most tests of libchan are made of.
 */
#ifndef TESTS_NAMED_H
#define TESTS_NAMED_H

#include <check.h>
#include <string.h>
#include "chan.h"
#include "fake.h"

/* A client of a server that goes as the steps say; and the end of both. */
static inline struct chan_client *named_begin(struct fake *f, const char *const steps[])
{
    struct chan_client *c = chan_client_new();

    ck_assert_ptr_nonnull(c);
    fake_start(f, steps);
    ck_assert_int_eq(chan_connect(c, f->uri, 10000), CHAN_OK);
    return c;
}

static inline void named_end(struct chan_client *c, struct fake *f)
{
    chan_client_free(c);
    fake_finish(f);
}

static inline struct chan *named(struct chan_client *c, const char *name)
{
    struct chan *ch = chan_remote(c, name);

    ck_assert_ptr_nonnull(ch);
    return ch;
}

static inline enum chan_status named_put(struct chan_client *c, const char *name,
                                         const char *value, int64_t wait_ms)
{
    struct chan *ch = named(c, name);
    const enum chan_status status = chan_put(ch, value, strlen(value), wait_ms);

    chan_drop(ch);
    return status;
}

static inline enum chan_status named_take(struct chan_client *c, const char *name,
                                          int64_t wait_ms, const char **ret_value,
                                          size_t *ret_len)
{
    struct chan *ch = named(c, name);
    const enum chan_status status = chan_take(ch, wait_ms, ret_value, ret_len);

    chan_drop(ch);
    return status;
}

/* Starts a take, or with a value a put. */
static inline enum chan_status named_start(struct chan_client *c, const char *name,
                                           const char *value, int64_t wait_ms,
                                           chan_done *done, void *data, uint64_t *ret_id)
{
    const struct chan_clause clause = {named(c, name), value, value ? strlen(value) : 0};
    const enum chan_status status =
        chan_start(c, &clause, 1, CHAN_FIRST_WINS, wait_ms, done, data, ret_id);

    chan_drop(clause.chan);
    return status;
}

#endif
