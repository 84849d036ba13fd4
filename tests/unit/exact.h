/* SPDX-License-Identifier: MIT */
/*
 * exact.h - copies in memory that ends where they end, so that AddressSanitizer sees who
 * reads a byte too far. The caller frees them.
 */
#ifndef TESTS_EXACT_H
#define TESTS_EXACT_H

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline char *exact_copy(const char *bytes, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);

    ck_assert_ptr_nonnull(copy);
    if (len > 0)
        memcpy(copy, bytes, len);
    return copy;
}

/* A random word; *state is any number, and the same one gives the same words. */
static inline uint64_t exact_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* A random number below n. */
static inline size_t exact_below(uint64_t *state, size_t n)
{
    return (size_t)(exact_random(state) % n);
}

#endif
