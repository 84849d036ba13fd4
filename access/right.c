/* SPDX-License-Identifier: MIT */
#include "right.h"

static const char *const names[RIGHT_COUNT] = {
    [RIGHT_PUT] = "put",     [RIGHT_TAKE] = "take",     [RIGHT_OPEN] = "open",
    [RIGHT_CLOSE] = "close", [RIGHT_DELETE] = "delete", [RIGHT_STAT] = "stat",
    [RIGHT_LIST] = "list",   [RIGHT_ADMIN] = "admin",
};

const char *right_name(enum right right)
{
    return names[right];
}

uint32_t right_set_of(struct slice name)
{
    for (int right = 0; right < RIGHT_COUNT; right++)
        if (slice_is(name, names[right]))
            return RIGHT_BIT(right);
    return slice_is(name, "all") ? RIGHTS_ALL : 0;
}
