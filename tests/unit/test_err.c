/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "err.h"

#include <ctype.h>

START_TEST(every_code_has_a_wire_name_and_a_sentence)
{
    for (enum err err = ERR_OK; err < ERR_COUNT; err++) {
        const char *wire = err_wire(err), *text = err_text(err);

        ck_assert_uint_gt(strlen(wire), 0);
        ck_assert_uint_gt(strlen(text), 0);
        ck_assert_int_ne(text[strlen(text) - 1], '.');
        for (const char *p = wire; *p; p++)
            ck_assert_msg(islower((unsigned char)*p) || *p == '_', "%s", wire);
    }
}
END_TEST

START_TEST(reasons_are_those_of_the_protocol_in_its_order)
{
    static const char *const reasons[] = {
        "ok",          "closed",    "timeout", "cancelled",  "not_parked", "bad_json",
        "bad_request", "too_large", "exists",  "no_channel", "limit",      "forbidden",
    };
    size_t n = 0;

    for (enum err err = ERR_OK; err < ERR_COUNT; err++) {
        if (err > ERR_OK && strcmp(err_wire(err), err_wire(err - 1)) == 0)
            continue;
        ck_assert_uint_lt(n, sizeof reasons / sizeof *reasons);
        ck_assert_str_eq(err_wire(err), reasons[n++]);
    }
    ck_assert_uint_eq(n, sizeof reasons / sizeof *reasons);
}
END_TEST

START_TEST(outcomes_of_a_wait_are_no_refusals)
{
    static const enum err outcomes[] = {ERR_OK, ERR_CLOSED, ERR_TIMEOUT, ERR_CANCELLED,
                                        ERR_NOT_PARKED};

    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        ck_assert(!err_is_refusal(outcomes[i]));
}
END_TEST

START_TEST(all_from_bad_json_on_are_refusals)
{
    for (enum err err = ERR_BAD_JSON; err < ERR_COUNT; err++)
        ck_assert_msg(err_is_refusal(err), "%s", err_wire(err));
}
END_TEST

START_TEST(a_wire_name_leads_back_to_its_first_code)
{
    for (enum err err = ERR_OK; err < ERR_COUNT; err++) {
        const enum err found = err_of_wire(slice_text(err_wire(err)));

        ck_assert_int_le(found, err);
        ck_assert_str_eq(err_wire(found), err_wire(err));
    }
    ck_assert_int_eq(err_of_wire(slice_text("limit")), ERR_LIMIT_CONNECTIONS);
}
END_TEST

START_TEST(unknown_wire_names_have_no_code)
{
    static const char *const unknown[] = {"", "clos", "closedx", "CLOSED", "limits"};

    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
        ck_assert_int_eq(err_of_wire(slice_text(unknown[i])), ERR_COUNT);
    ck_assert_int_eq(err_of_wire(slice_of(NULL, 0)), ERR_COUNT);
    ck_assert_int_eq(err_of_wire(slice_of("closed", 5)), ERR_COUNT);
    ck_assert_int_eq(err_of_wire(slice_of("closed\0", 7)), ERR_COUNT);
}
END_TEST

START_TEST(messages_of_limits_name_the_limit)
{
    static const struct {
        enum err err;
        const char *limit;
    } limits[] = {
        {ERR_LIMIT_CONNECTIONS, "connections"},
        {ERR_LIMIT_CHANNELS, "channels"},
        {ERR_LIMIT_BUFFER_SIZE, "buffer_size"},
        {ERR_LIMIT_MEMORY, "memory_bytes"},
        {ERR_LIMIT_PARKED_CHANNEL, "parked_per_channel"},
        {ERR_LIMIT_PARKED_CONNECTION, "parked_per_connection"},
        {ERR_LIMIT_ALTS_OPS, "alts_ops"},
        {ERR_LIMIT_REQUEST_TIMEOUT, "request_timeout_s"},
        {ERR_NO_MEMORY, "memory_bytes"},
        {ERR_TOO_LARGE, "request_bytes"},
    };

    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        ck_assert_ptr_nonnull(strstr(err_text(limits[i].err), limits[i].limit));
}
END_TEST

UNIT_MAIN("err", every_code_has_a_wire_name_and_a_sentence,
          reasons_are_those_of_the_protocol_in_its_order,
          outcomes_of_a_wait_are_no_refusals, all_from_bad_json_on_are_refusals,
          a_wire_name_leads_back_to_its_first_code, unknown_wire_names_have_no_code,
          messages_of_limits_name_the_limit)
