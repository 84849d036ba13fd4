/* SPDX-License-Identifier: MIT */
/*
 * limit.h - the limits that clients can run into: one table (limit.def) for the
 * configuration, for hello and for those who enforce them. Plain data; any thread.
 */
#ifndef PROTO_LIMIT_H
#define PROTO_LIMIT_H

#include <stddef.h>
#include <stdint.h>

enum limit_unit { LIMIT_BYTES, LIMIT_COUNT, LIMIT_SECONDS };

struct limits {
#define LIMIT(field, unit, def, least, most, text) int64_t field;
#include "limit.def"
#undef LIMIT
};

/* A row of limit.def; offset is the field's place in struct limits. */
struct limit_row {
    const char *name;
    enum limit_unit unit;
    int64_t def, least, most;
    const char *text;
    size_t offset;
};

extern const struct limit_row limit_rows[];
extern const size_t limit_row_count;

/* All limits at their defaults. */
struct limits limits_default(void);

/* The value of a row's limit. */
int64_t limit_value(const struct limits *limits, const struct limit_row *row);

#endif
