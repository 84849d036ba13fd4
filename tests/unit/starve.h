/* SPDX-License-Identifier: MIT */
/*
 * starve.h - memory that runs out: makes the Nth allocation of the program fail, and all
 * that follow it, until told otherwise. Works with and without sanitizers, whose own
 * functions stand in for those of libc.
 *
 * To be included by one file of a program, for it defines malloc, calloc and realloc.
 *
 *     starve_after(7);
 *     … eighth allocation and later: NULL …
 *     starve_end();
 */
#ifndef TESTS_STARVE_H
#define TESTS_STARVE_H

#include <stdlib.h>

/* Allocations begin before ThreadSanitizer knows the thread that it would trace. */
#ifdef __clang__
#define STARVE_UNTRACED __attribute__((disable_sanitizer_instrumentation))
#else
#define STARVE_UNTRACED __attribute__((no_sanitize("thread")))
#endif

/* NOLINTBEGIN(bugprone-reserved-identifier) */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__interceptor_malloc(size_t size) __attribute__((weak));
void *__interceptor_calloc(size_t count, size_t size) __attribute__((weak));
void *__interceptor_realloc(void *old, size_t size) __attribute__((weak));

static long starve_left = -1; /* allocations until there is no more; below 0: never */
static long starve_refused;

static inline void starve_after(long allocations)
{
    starve_refused = 0;
    starve_left = allocations;
}

/* How many allocations were refused since starve_after. */
static inline long starve_end(void)
{
    starve_left = -1;
    return starve_refused;
}

STARVE_UNTRACED static inline int starve_refuses(void)
{
    if (starve_left < 0)
        return 0;
    if (starve_left > 0) {
        starve_left--;
        return 0;
    }
    starve_refused++;
    return 1;
}

STARVE_UNTRACED void *malloc(size_t size)
{
    if (starve_refuses())
        return NULL;
    return __interceptor_malloc ? __interceptor_malloc(size) : __libc_malloc(size);
}

STARVE_UNTRACED void *calloc(size_t count, size_t size)
{
    if (starve_refuses())
        return NULL;
    return __interceptor_calloc ? __interceptor_calloc(count, size)
                                : __libc_calloc(count, size);
}

STARVE_UNTRACED void *realloc(void *old, size_t size)
{
    if (starve_refuses())
        return NULL;
    return __interceptor_realloc ? __interceptor_realloc(old, size)
                                 : __libc_realloc(old, size);
}
/* NOLINTEND(bugprone-reserved-identifier) */

#endif
