/* SPDX-License-Identifier: MIT */
#include "right.h"
#include "unit.h"

START_TEST(every_right_has_a_name_that_leads_back_to_it)
{
    for (int right = 0; right < RIGHT_COUNT; right++) {
        const char *name = right_name((enum right)right);

        ck_assert_ptr_nonnull(name);
        ck_assert_uint_eq(right_set_of(slice_text(name)), RIGHT_BIT(right));
    }
}
END_TEST

START_TEST(all_is_every_right)
{
    uint32_t set = 0;

    for (int right = 0; right < RIGHT_COUNT; right++)
        set |= RIGHT_BIT(right);
    ck_assert_uint_eq(right_set_of(slice_text("all")), set);
    ck_assert_uint_eq(RIGHTS_ALL, set);
}
END_TEST

START_TEST(other_names_are_no_rights)
{
    static const char *const others[] = {"",     "PUT",   "put ", "pu",
                                         "alts", "hello", "ping", "*"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_uint_eq(right_set_of(slice_text(others[i])), 0);
}
END_TEST

UNIT_MAIN("right", every_right_has_a_name_that_leads_back_to_it, all_is_every_right,
          other_names_are_no_rights)
