/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "duration.h"

START_TEST(durations_are_read_in_every_unit)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"0", 0},
        {"0ms", 0},
        {"0.0s", 0},
        {"0m", 0},
        {"20ms", 20},
        {"1.5s", 1500},
        {"2m", 120000},
        {"3", 3000},
        {"0.25", 250},
        {"0.01m", 600},
        {"1.000000000001m", 60001},
        {"007", 7000},
        {"1.25ms", 2},
        {"9007199254740991ms", (INT64_C(1) << 53) - 1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = -42;

        ck_assert_msg(duration_parse(cases[i].text, &ms), "%s", cases[i].text);
        ck_assert_msg(ms == cases[i].ms, "%s: %lld", cases[i].text, (long long)ms);
    }
}
END_TEST

START_TEST(only_nothing_at_all_is_nothing)
{
    static const char *const texts[] = {"0.1ms",       "0.0001",          "0.000000001s",
                                        "0.00000001m", "0.0000000000001", "0.000001ms"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t ms = -42;

        ck_assert_msg(duration_parse(texts[i], &ms), "%s", texts[i]);
        ck_assert_msg(ms == 1, "%s: %lld", texts[i], (long long)ms);
    }
}
END_TEST

START_TEST(what_is_no_duration_is_not_read)
{
    static const char *const texts[] = {
        "",    "x",   "-1",    "+1",   "ms",   "1h", "5h5", "1.",  ".5",  "1.s",
        "1 s", "1e3", "1.2.3", "0x10", "1sec", "5 ", "1,5", "inf", "--1", "1m30s"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t ms = -42;

        ck_assert_msg(!duration_parse(texts[i], &ms), "%s", texts[i]);
        ck_assert_int_eq(ms, -42);
    }
}
END_TEST

START_TEST(more_than_the_protocol_can_say_is_no_duration)
{
    static const char *const texts[] = {
        "9007199254740992ms",         "9007199254740991.5ms",   "9007199254741s",
        "99999999999999999999999999", "18446744073709551617ms", "9223372036854775808"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t ms = -42;

        ck_assert_msg(!duration_parse(texts[i], &ms), "%s", texts[i]);
        ck_assert_int_eq(ms, -42);
    }
}
END_TEST

UNIT_MAIN("duration", durations_are_read_in_every_unit, only_nothing_at_all_is_nothing,
          what_is_no_duration_is_not_read, more_than_the_protocol_can_say_is_no_duration)
