/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "exact.h"
#include "member.h"

#include <stdio.h>

/* The table of PROTOCOL.md, section 2, and the members of a buffer. */
static const char *const names[MEMBER_COUNT] = {
    [MEMBER_OP] = "op",
    [MEMBER_ID] = "id",
    [MEMBER_CHAN] = "chan",
    [MEMBER_VALUE] = "value",
    [MEMBER_TIMEOUT_MS] = "timeout_ms",
    [MEMBER_OPS] = "ops",
    [MEMBER_PRIORITY] = "priority",
    [MEMBER_BUFFER] = "buffer",
    [MEMBER_CLOSE_AFTER_MS] = "close_after_ms",
    [MEMBER_MAX_PARKED] = "max_parked",
    [MEMBER_TARGET] = "target",
    [MEMBER_PREFIX] = "prefix",
    [MEMBER_AFTER] = "after",
    [MEMBER_LIMIT] = "limit",
    [MEMBER_TOKEN] = "token",
    [MEMBER_CLIENT] = "client",
    [MEMBER_PROTOCOL] = "protocol",
    [MEMBER_KIND] = "kind",
    [MEMBER_SIZE] = "size",
};

/* Looks for a name in a string that ends where its memory ends. */
static const struct member_row *find(const char *quoted)
{
    char *copy = exact_copy(quoted, strlen(quoted));
    const struct member_row *row = member_find(slice_of(copy, strlen(quoted)));

    ck_assert_mem_eq(copy, quoted, strlen(quoted));
    free(copy);
    return row;
}

START_TEST(every_member_is_found_by_its_name)
{
    for (enum member m = 0; m < MEMBER_COUNT; m++) {
        char quoted[32];
        const struct member_row *row;

        snprintf(quoted, sizeof quoted, "\"%s\"", names[m]);
        row = find(quoted);
        ck_assert_msg(row != NULL, "%s", quoted);
        ck_assert_int_eq(row->member, m);
        ck_assert_uint_eq(row->len, strlen(names[m]));
        ck_assert_str_eq(member_name(m), names[m]);
    }
}
END_TEST

START_TEST(every_member_is_found_with_all_its_bytes_escaped)
{
    for (enum member m = 0; m < MEMBER_COUNT; m++) {
        char quoted[128] = "\"";

        for (const char *p = names[m]; *p; p++)
            sprintf(quoted + strlen(quoted), "\\u%04x", (unsigned)*p);
        strcat(quoted, "\"");
        ck_assert_msg(find(quoted) && find(quoted)->member == m, "%s", quoted);
    }
}
END_TEST

START_TEST(a_name_with_one_byte_changed_is_no_other)
{
    for (enum member m = 0; m < MEMBER_COUNT; m++)
        for (size_t at = 0; at < strlen(names[m]); at++)
            for (int c = ' '; c < 127; c++) {
                char quoted[32];
                const struct member_row *row;

                snprintf(quoted, sizeof quoted, "\"%s\"", names[m]);
                if (c == '"' || c == '\\' || c == quoted[at + 1])
                    continue;
                quoted[at + 1] = (char)c;
                row = find(quoted);
                ck_assert_msg(!row, "%s", quoted);
            }
}
END_TEST

START_TEST(names_that_are_close_are_unknown)
{
    static const char *const others[] = {
        "\"\"",          "\"o\"",       "\"opp\"",         "\"OP\"",
        "\" op\"",       "\"op \"",     "\"chann\"",       "\"cha\"",
        "\"flibber\"",   "\"values\"",  "\"timeout\"",     "\"close_after_msx\"",
        "\"op\\u0000\"", "\"\\u0000\"", "\"\\ud800\"",     "\"\xc3\xa9\"",
        "\"protocol_\"", "\"\\\"op\"",  "\"max_parkedd\"", "\"chan\\n\"",
    };
    char huge[5003];

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_msg(!find(others[i]), "%s", others[i]);
    memset(huge, 'x', sizeof huge);
    huge[0] = huge[5001] = '"';
    huge[5002] = 0;
    ck_assert_ptr_null(find(huge));
}
END_TEST

START_TEST(every_row_says_what_the_member_must_be)
{
    for (enum member m = 0; m < MEMBER_COUNT; m++) {
        char quoted[32];
        const struct member_row *row;

        snprintf(quoted, sizeof quoted, "\"%s\"", names[m]);
        row = find(quoted);
        ck_assert_ptr_nonnull(row);
        ck_assert_uint_gt(strlen(row->must), 0);
        ck_assert_uint_lt(strlen(row->must), 100);
        if (row->type == TYPE_INTEGER)
            ck_assert_int_le(row->least, row->most);
    }
}
END_TEST

START_TEST(short_names_are_compared_whole)
{
    for (size_t len = 2; len <= 16; len++) {
        char *a = exact_copy("abcdefghijklmnop", len);
        char *b = exact_copy("abcdefghijklmnop", len);

        ck_assert(member_same(a, b, len));
        for (size_t at = 0; at < len; at++) {
            b[at] ^= 1;
            ck_assert_msg(!member_same(a, b, len), "byte %zu of %zu", at, len);
            b[at] ^= 1;
        }
        free(a);
        free(b);
    }
}
END_TEST

UNIT_MAIN("member", every_member_is_found_by_its_name,
          every_member_is_found_with_all_its_bytes_escaped,
          a_name_with_one_byte_changed_is_no_other, names_that_are_close_are_unknown,
          every_row_says_what_the_member_must_be, short_names_are_compared_whole)
