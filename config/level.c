/* SPDX-License-Identifier: MIT */
#include "level.h"

static const char *const names[LEVEL_COUNT] = {
    [LEVEL_ERROR] = "error", [LEVEL_WARNING] = "warning", [LEVEL_NOTICE] = "notice",
    [LEVEL_INFO] = "info",   [LEVEL_DEBUG] = "debug",
};

const char *level_name(enum level level)
{
    return names[level];
}

enum level level_of_name(struct slice name)
{
    for (int level = 0; level < LEVEL_COUNT; level++)
        if (slice_is(name, names[level]))
            return (enum level)level;
    return LEVEL_COUNT;
}
