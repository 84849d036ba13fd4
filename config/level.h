/* SPDX-License-Identifier: MIT */
/*
 * level.h - how much weight a log line has, and the names of `log.level`.
 *
 * Ordered from the gravest: a daemon set to a level writes what is at most that level.
 * Plain data; any thread.
 */
#ifndef CONFIG_LEVEL_H
#define CONFIG_LEVEL_H

#include "slice.h"

enum level {
    LEVEL_ERROR,
    LEVEL_WARNING,
    LEVEL_NOTICE,
    LEVEL_INFO,
    LEVEL_DEBUG,
    LEVEL_COUNT
};

/* The name in the configuration and of --log-level. Static storage. */
const char *level_name(enum level level);

/* LEVEL_COUNT for an unknown name. */
enum level level_of_name(struct slice name);

#endif
