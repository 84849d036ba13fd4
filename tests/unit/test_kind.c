/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "kind.h"

static const struct {
    enum kind kind;
    const char *name;
    bool sized;
} kinds[] = {
    {KIND_NONE, "none", false},       {KIND_FIXED, "fixed", true},
    {KIND_SLIDING, "sliding", true},  {KIND_DROPPING, "dropping", true},
    {KIND_PROMISE, "promise", false},
};

START_TEST(the_table_covers_every_kind)
{
    ck_assert_uint_eq(sizeof kinds / sizeof *kinds, KIND_COUNT);
}
END_TEST

START_TEST(each_kind_has_its_name_and_is_found_by_it)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        ck_assert_str_eq(kind_name(kinds[i].kind), kinds[i].name);
        ck_assert_int_eq(kind_of_name(slice_text(kinds[i].name)), kinds[i].kind);
    }
}
END_TEST

START_TEST(fixed_sliding_and_dropping_have_a_size)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        ck_assert_int_eq(kind_is_sized(kinds[i].kind), kinds[i].sized);
}
END_TEST

START_TEST(names_must_match_whole_and_in_case)
{
    static const char *const others[] = {"", "non", "nonee", "Fixed", "ring", " none"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_int_eq(kind_of_name(slice_text(others[i])), KIND_COUNT);
    ck_assert_int_eq(kind_of_name(slice_of(NULL, 0)), KIND_COUNT);
    ck_assert_int_eq(kind_of_name(slice_of("none\0", 5)), KIND_COUNT);
    ck_assert_int_eq(kind_of_name(slice_of("nonesuch", 4)), KIND_NONE);
}
END_TEST

UNIT_MAIN("kind", the_table_covers_every_kind, each_kind_has_its_name_and_is_found_by_it,
          fixed_sliding_and_dropping_have_a_size, names_must_match_whole_and_in_case)
