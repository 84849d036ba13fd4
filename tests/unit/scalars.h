/* SPDX-License-Identifier: MIT */
/*
 * scalars.h - texts that are values of a key, and texts that are not.
 */
#ifndef TESTS_SCALARS_H
#define TESTS_SCALARS_H

#include <check.h>
#include <inttypes.h>
#include "scalar.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

struct reading {
    const char *text;
    int64_t number;
};

static inline void check_valid(const struct key *key, const struct reading *list,
                               size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int64_t number = -1;

        ck_assert_msg(scalar_read(key, list[i].text, &number), "%s", list[i].text);
        ck_assert_msg(number == list[i].number, "%s is read as %" PRId64, list[i].text,
                      number);
    }
}

static inline void check_invalid(const struct key *key, const char *const *list,
                                 size_t count)
{
    int64_t number;

    for (size_t i = 0; i < count; i++)
        ck_assert_msg(!scalar_read(key, list[i], &number), "%s", list[i]);
}

static const struct key count_key = {.type = TYPE_COUNT, .least = 1, .most = INT64_MAX};

#endif
