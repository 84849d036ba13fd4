/* SPDX-License-Identifier: MIT */
#include "limit.h"

const struct limit_row limit_rows[] = {
#define LIMIT(field, unit, def, least, most, text)                                       \
    {#field, LIMIT_##unit, def, least, most, text, offsetof(struct limits, field)},
#include "limit.def"
#undef LIMIT
};

const size_t limit_row_count = sizeof limit_rows / sizeof *limit_rows;

struct limits limits_default(void)
{
    return (struct limits){
#define LIMIT(field, unit, def, least, most, text) .field = def,
#include "limit.def"
#undef LIMIT
    };
}

int64_t limit_value(const struct limits *limits, const struct limit_row *row)
{
    return *(const int64_t *)(const void *)((const char *)limits + row->offset);
}
