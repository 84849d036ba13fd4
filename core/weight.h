/* SPDX-License-Identifier: MIT */
/*
 * weight.h - what an allocation takes of the process's memory.
 *
 * By the rules of glibc's malloc: a word in front of it, rounded up to 16 bytes, 32 at
 * least; what is large is mapped, in whole pages (server/daemon.c says from where on).
 * Known from the size alone, so that nothing has to be asked, and tests can foresee it.
 */
#ifndef CORE_WEIGHT_H
#define CORE_WEIGHT_H

#include <stddef.h>
#include <stdint.h>

enum {
    WEIGHT_MAPPED = 256 * 1024, /* from here on it is mapped */
    WEIGHT_PAGE = 4096,
    WEIGHT_LEAST = 32,
};

static inline int64_t weight_of(size_t size)
{
    const int64_t rounded = (int64_t)((size + sizeof(size_t) + 15) & ~(size_t)15);

    if (size >= WEIGHT_MAPPED)
        return (rounded + 8 + WEIGHT_PAGE - 1) / WEIGHT_PAGE * WEIGHT_PAGE;
    return rounded > WEIGHT_LEAST ? rounded : WEIGHT_LEAST;
}

#endif
