/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "limit.h"

#include <stdbool.h>

#include <string.h>

/* The table of PROTOCOL.md, section 6. */
static const struct {
    const char *name;
    int64_t def;
    enum limit_unit unit;
} documented[] = {
    {"request_bytes", 1 << 20, LIMIT_BYTES},
    {"connections", 10000, LIMIT_COUNT},
    {"channels", 1000000, LIMIT_COUNT},
    {"buffer_size", 1000000, LIMIT_COUNT},
    {"memory_bytes", 1 << 30, LIMIT_BYTES},
    {"parked_per_channel", 65536, LIMIT_COUNT},
    {"parked_per_connection", 65536, LIMIT_COUNT},
    {"alts_ops", 256, LIMIT_COUNT},
    {"output_bytes", 1 << 20, LIMIT_BYTES},
    {"idle_s", 0, LIMIT_SECONDS},
    {"handshake_s", 10, LIMIT_SECONDS},
    {"request_timeout_s", 60, LIMIT_SECONDS},
    {"keepalive_s", 60, LIMIT_SECONDS},
    {"unread_s", 0, LIMIT_SECONDS},
};

START_TEST(rows_are_the_documented_limits_in_their_order)
{
    ck_assert_uint_eq(limit_row_count, sizeof documented / sizeof *documented);
    for (size_t i = 0; i < limit_row_count; i++) {
        ck_assert_str_eq(limit_rows[i].name, documented[i].name);
        ck_assert_int_eq(limit_rows[i].def, documented[i].def);
        ck_assert_int_eq(limit_rows[i].unit, documented[i].unit);
        ck_assert_uint_gt(strlen(limit_rows[i].text), 0);
    }
}
END_TEST

START_TEST(defaults_are_within_their_ranges)
{
    for (size_t i = 0; i < limit_row_count; i++) {
        ck_assert_int_le(limit_rows[i].least, limit_rows[i].def);
        ck_assert_int_le(limit_rows[i].def, limit_rows[i].most);
        ck_assert_int_ge(limit_rows[i].least, 0);
    }
}
END_TEST

START_TEST(default_limits_hold_the_defaults_of_all_rows)
{
    const struct limits limits = limits_default();

    for (size_t i = 0; i < limit_row_count; i++)
        ck_assert_int_eq(limit_value(&limits, &limit_rows[i]), limit_rows[i].def);
}
END_TEST

START_TEST(a_row_leads_to_its_own_field)
{
    struct limits limits = {0};

    limits.alts_ops = 7;
    limits.request_bytes = 9;
    for (size_t i = 0; i < limit_row_count; i++) {
        const int64_t want = strcmp(limit_rows[i].name, "alts_ops") == 0        ? 7
                             : strcmp(limit_rows[i].name, "request_bytes") == 0 ? 9
                                                                                : 0;

        ck_assert_int_eq(limit_value(&limits, &limit_rows[i]), want);
    }
}
END_TEST

START_TEST(rows_cover_the_whole_struct_without_overlap)
{
    bool taken[sizeof(struct limits) / sizeof(int64_t)] = {false};

    for (size_t i = 0; i < limit_row_count; i++) {
        const size_t field = limit_rows[i].offset / sizeof(int64_t);

        ck_assert_uint_eq(limit_rows[i].offset % sizeof(int64_t), 0);
        ck_assert(!taken[field]);
        taken[field] = true;
    }
    ck_assert_uint_eq(limit_row_count, sizeof taken);
}
END_TEST

UNIT_MAIN("limit", rows_are_the_documented_limits_in_their_order,
          defaults_are_within_their_ranges, default_limits_hold_the_defaults_of_all_rows,
          a_row_leads_to_its_own_field, rows_cover_the_whole_struct_without_overlap)
