/* SPDX-License-Identifier: MIT */
/*
 * slice.h - bytes that belong to somebody else: a pointer and a length.
 *
 * Whoever hands out a slice says how long it stays valid. `bytes` NULL means "not there",
 * which differs from "there and empty". Plain data; any thread.
 */
#ifndef PROTO_SLICE_H
#define PROTO_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
    const char *bytes;
    size_t len;
};

static inline struct slice slice_of(const char *bytes, size_t len)
{
    return (struct slice){bytes, len};
}

/* text must end with NUL and outlive the slice; NULL gives an absent slice. */
static inline struct slice slice_text(const char *text)
{
    return (struct slice){text, text ? strlen(text) : 0};
}

static inline bool slice_equal(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.bytes, b.bytes, a.len) == 0);
}

static inline bool slice_is(struct slice s, const char *text)
{
    return slice_equal(s, slice_text(text));
}

#endif
