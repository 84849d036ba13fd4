/* SPDX-License-Identifier: MIT */
#include "kind.h"

struct kind_row {
    const char *name;
    bool sized;
};

static const struct kind_row rows[KIND_COUNT] = {
    [KIND_NONE] = {"none", false},       [KIND_FIXED] = {"fixed", true},
    [KIND_SLIDING] = {"sliding", true},  [KIND_DROPPING] = {"dropping", true},
    [KIND_PROMISE] = {"promise", false},
};

const char *kind_name(enum kind kind)
{
    return rows[kind].name;
}

enum kind kind_of_name(struct slice name)
{
    enum kind kind = KIND_NONE;

    while (kind < KIND_COUNT && !slice_is(name, rows[kind].name))
        kind++;
    return kind;
}

bool kind_is_sized(enum kind kind)
{
    return rows[kind].sized;
}
