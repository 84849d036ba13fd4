/* SPDX-License-Identifier: MIT */
#include "allowance.h"

#include <sys/resource.h>

/*
 * The kernel dumps to a program whatever the limit is, unless it is 1: that is how it
 * sees that such a program has crashed itself. A file of one byte is none, either.
 */
enum { NO_CORE = 1 };

bool allowance_raise(int64_t connections, uint64_t *ret)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit); /* can't fail */
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    *ret = limit.rlim_max; /* RLIM_INFINITY is the largest number */
    return limit.rlim_max >= (rlim_t)connections + ALLOWANCE_OTHERS;
}

void allowance_keep_memory(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_CORE, &limit); /* can't fail */
    limit.rlim_cur = limit.rlim_max < NO_CORE ? limit.rlim_max : NO_CORE;
    setrlimit(RLIMIT_CORE, &limit);
}
