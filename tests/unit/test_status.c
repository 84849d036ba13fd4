/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "status.h"

#include <string.h>

START_TEST(every_status_has_a_text_of_its_own)
{
    for (unsigned i = 0; i < CHAN_STATUS_COUNT; i++) {
        const char *text = chan_status_text((enum chan_status)i);

        ck_assert_ptr_nonnull(text);
        ck_assert_uint_gt(strlen(text), 3);
        for (unsigned j = 0; j < i; j++)
            ck_assert_str_ne(text, chan_status_text((enum chan_status)j));
    }
}
END_TEST

START_TEST(a_number_that_is_no_status_has_a_text_too)
{
    ck_assert_ptr_nonnull(chan_status_text(CHAN_STATUS_COUNT));
    ck_assert_ptr_nonnull(chan_status_text((enum chan_status)1000));
}
END_TEST

START_TEST(outcomes_of_a_wait_have_statuses_and_refusals_share_one)
{
    static const struct {
        enum err err;
        enum chan_status status;
    } cases[] = {
        {ERR_OK, CHAN_OK},
        {ERR_CLOSED, CHAN_CLOSED},
        {ERR_TIMEOUT, CHAN_TIMEOUT},
        {ERR_CANCELLED, CHAN_CANCELLED},
        {ERR_NOT_PARKED, CHAN_NOT_PARKED},
    };
    size_t own = sizeof cases / sizeof *cases, refused = 0;

    for (size_t i = 0; i < own; i++)
        ck_assert_int_eq(status_of_err(cases[i].err), cases[i].status);
    for (enum err err = ERR_OK; err < ERR_COUNT; err++)
        refused += status_of_err(err) == CHAN_REFUSED;
    ck_assert_uint_eq(refused, ERR_COUNT - own);
}
END_TEST

START_TEST(a_reason_of_a_later_version_is_a_refusal)
{
    ck_assert_int_eq(status_of_err(ERR_COUNT), CHAN_REFUSED);
}
END_TEST

UNIT_MAIN("status", every_status_has_a_text_of_its_own,
          a_number_that_is_no_status_has_a_text_too,
          outcomes_of_a_wait_have_statuses_and_refusals_share_one,
          a_reason_of_a_later_version_is_a_refusal)
