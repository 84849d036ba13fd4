/* SPDX-License-Identifier: MIT */
/* What a command makes of a report. */
#include "unit.h"
#include "verdict.h"

#include <string.h>

static struct verdict read(const char *report)
{
    struct verdict v;

    verdict_read(&v, report, strlen(report));
    return v;
}

static void expect_value(const struct verdict *v, const char *json)
{
    ck_assert(v->in_hand);
    ck_assert_uint_eq(v->value.len, strlen(json));
    ck_assert_mem_eq(v->value.data, json, v->value.len);
}

START_TEST(all_is_well_when_there_is_no_error)
{
    struct verdict v = read("{\"moved\":12,\"dropped\":3}");

    ck_assert_int_eq(v.status, CHAN_OK);
    ck_assert(!v.in_hand);
    verdict_release(&v);
}
END_TEST

START_TEST(the_value_in_hand_is_as_it_was_taken)
{
    struct verdict v =
        read("{\"moved\":0,\"undelivered\":[[1, \"]\"]],\"error\":\"closed\"}");

    expect_value(&v, "[1, \"]\"]");
    ck_assert_int_eq(v.status, CHAN_CLOSED);
    ck_assert_str_eq(verdict_message(&v), "the channel is closed");
    verdict_release(&v);
}
END_TEST

START_TEST(a_message_is_given_as_text)
{
    struct verdict v =
        read("{\"moved\":0,\"error\":\"lost\",\"message\":\"\\\"gone\\\"\"}");

    ck_assert_int_eq(v.status, CHAN_LOST);
    ck_assert_str_eq(verdict_message(&v), "\"gone\"");
    ck_assert(!v.in_hand);
    verdict_release(&v);
}
END_TEST

START_TEST(every_word_has_its_status_and_any_other_is_a_refusal)
{
    static const struct {
        const char *report;
        enum chan_status status;
    } cases[] = {
        {"{\"error\":\"cancelled\"}", CHAN_CANCELLED},
        {"{\"error\":\"invalid\"}", CHAN_INVALID},
        {"{\"error\":\"no_memory\"}", CHAN_NO_MEMORY},
        {"{\"error\":\"timeout\"}", CHAN_TIMEOUT},
        {"{\"error\":\"unreadable\"}", CHAN_UNREADABLE},
        {"{\"error\":\"forbidden\"}", CHAN_REFUSED},
        {"{\"error\":\"close\"}", CHAN_REFUSED},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct verdict v = read(cases[i].report);

        ck_assert_int_eq(v.status, cases[i].status);
        ck_assert_str_eq(verdict_message(&v), chan_status_text(cases[i].status));
        verdict_release(&v);
    }
}
END_TEST

START_TEST(no_report_means_no_memory)
{
    struct verdict v = read("");

    ck_assert_int_eq(v.status, CHAN_NO_MEMORY);
    ck_assert(!v.in_hand);
    verdict_release(&v);
}
END_TEST

START_TEST(a_report_may_be_what_was_just_taken)
{
    static const char told[] = "{\"moved\":0,\"undelivered\":[7],\"error\":\"closed\","
                               "\"message\":\"a sentence\"}";
    struct chan *ch = chan_local(CHAN_FIXED, 1);
    struct verdict v;
    const char *report;
    size_t len;

    ck_assert_int_eq(chan_put(ch, told, sizeof told - 1, 0), CHAN_OK);
    ck_assert_int_eq(chan_take(ch, 0, &report, &len), CHAN_OK);
    verdict_read(&v, report, len);
    expect_value(&v, "7");
    ck_assert_str_eq(verdict_message(&v), "a sentence");
    verdict_release(&v);
    chan_drop(ch);
}
END_TEST

UNIT_MAIN("verdict", all_is_well_when_there_is_no_error,
          the_value_in_hand_is_as_it_was_taken, a_message_is_given_as_text,
          every_word_has_its_status_and_any_other_is_a_refusal, no_report_means_no_memory,
          a_report_may_be_what_was_just_taken)
