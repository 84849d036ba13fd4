/* SPDX-License-Identifier: MIT */
/*
 * require.h - what a fuzzer says when a promise is broken, before it aborts.
 */
#ifndef TESTS_FUZZ_REQUIRE_H
#define TESTS_FUZZ_REQUIRE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(int condition, const char *promise)
{
    if (condition)
        return;
    fprintf(stderr, "broken promise: %s\n", promise);
    abort();
}

/* A copy in memory of exactly its size, which the caller frees. */
static inline char *require_copy(const void *bytes, size_t len)
{
    char *copy = malloc(len > 0 ? len : 1);

    require(copy != NULL, "there is memory");
    if (len > 0)
        memcpy(copy, bytes, len);
    return copy;
}

#endif
