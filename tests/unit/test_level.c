/* SPDX-License-Identifier: MIT */
#include "level.h"
#include "unit.h"

START_TEST(every_level_is_found_by_its_name)
{
    for (int level = 0; level < LEVEL_COUNT; level++) {
        const char *name = level_name((enum level)level);

        ck_assert_ptr_nonnull(name);
        ck_assert_int_eq(level_of_name(slice_text(name)), level);
    }
}
END_TEST

START_TEST(names_are_those_of_the_manual)
{
    ck_assert_str_eq(level_name(LEVEL_ERROR), "error");
    ck_assert_str_eq(level_name(LEVEL_WARNING), "warning");
    ck_assert_str_eq(level_name(LEVEL_NOTICE), "notice");
    ck_assert_str_eq(level_name(LEVEL_INFO), "info");
    ck_assert_str_eq(level_name(LEVEL_DEBUG), "debug");
}
END_TEST

START_TEST(graver_levels_come_first)
{
    ck_assert_int_lt(LEVEL_ERROR, LEVEL_WARNING);
    ck_assert_int_lt(LEVEL_WARNING, LEVEL_NOTICE);
    ck_assert_int_lt(LEVEL_NOTICE, LEVEL_INFO);
    ck_assert_int_lt(LEVEL_INFO, LEVEL_DEBUG);
}
END_TEST

START_TEST(other_names_are_no_level)
{
    static const char *const others[] = {"", "e", "errors", "Error", "loud", "info "};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_int_eq(level_of_name(slice_text(others[i])), LEVEL_COUNT);
    ck_assert_int_eq(level_of_name(slice_text(NULL)), LEVEL_COUNT);
}
END_TEST

UNIT_MAIN("level", every_level_is_found_by_its_name, names_are_those_of_the_manual,
          graver_levels_come_first, other_names_are_no_level)
