/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "member.h"
#include "op.h"

#include <string.h>

/* The table of PROTOCOL.md, section 2, by operation; what it must have comes first. */
static const struct {
    const char *name;
    const char *must[3], *may[4];
} ops[OP_COUNT] = {
    [OP_PUT] = {"put", {"chan", "value"}, {"timeout_ms"}},
    [OP_TAKE] = {"take", {"chan"}, {"timeout_ms"}},
    [OP_ALTS] = {"alts", {"ops"}, {"timeout_ms", "priority"}},
    [OP_OPEN] = {"open", {"chan"}, {"buffer", "close_after_ms", "max_parked"}},
    [OP_CLOSE] = {"close", {"chan"}, {0}},
    [OP_DELETE] = {"delete", {"chan"}, {0}},
    [OP_CANCEL] = {"cancel", {"target"}, {0}},
    [OP_LIST] = {"list", {0}, {"prefix", "after", "limit"}},
    [OP_STAT] = {"stat", {0}, {"chan"}},
    [OP_HELLO] = {"hello", {0}, {"token", "client", "protocol"}},
    [OP_PING] = {"ping", {0}, {0}},
};

static uint32_t set_of(const char *const *names)
{
    uint32_t set = 0;

    for (; *names; names++)
        for (enum member m = 0; m < MEMBER_COUNT; m++)
            if (strcmp(member_name(m), *names) == 0)
                set |= MEMBER_BIT(m);
    return set;
}

START_TEST(every_operation_has_its_name_and_is_found_by_it)
{
    for (enum op op = 0; op < OP_COUNT; op++) {
        ck_assert_str_eq(op_name(op), ops[op].name);
        ck_assert_str_eq(op_row(op)->name, ops[op].name);
        ck_assert_int_eq(op_of_name(slice_text(ops[op].name)), op);
    }
}
END_TEST

START_TEST(every_operation_has_the_members_that_the_protocol_gives_it)
{
    const uint32_t common = MEMBER_BIT(MEMBER_OP) | MEMBER_BIT(MEMBER_ID);

    for (enum op op = 0; op < OP_COUNT; op++) {
        const uint32_t must = set_of(ops[op].must), may = set_of(ops[op].may);

        ck_assert_msg(op_row(op)->must == must, "%s", ops[op].name);
        ck_assert_msg(op_row(op)->may == (common | must | may), "%s", ops[op].name);
    }
}
END_TEST

START_TEST(a_clause_is_a_put_with_a_value_or_a_take_without)
{
    const char *const take[] = {"op", "chan", NULL}, *const put[] = {"op", "chan",
                                                                     "value", NULL};

    ck_assert_uint_eq(op_clause_row(OP_TAKE)->may, set_of(take));
    ck_assert_uint_eq(op_clause_row(OP_TAKE)->must, set_of(take));
    ck_assert_uint_eq(op_clause_row(OP_PUT)->may, set_of(put));
    ck_assert_uint_eq(op_clause_row(OP_PUT)->must, set_of(put));
    ck_assert_str_eq(op_clause_row(OP_PUT)->name, "put");
    ck_assert_str_eq(op_clause_row(OP_TAKE)->name, "take");
}
END_TEST

START_TEST(a_row_knows_the_length_of_its_name)
{
    for (enum op op = 0; op < OP_COUNT; op++)
        ck_assert_uint_eq(op_row(op)->len, strlen(ops[op].name));
}
END_TEST

START_TEST(other_names_are_no_operations)
{
    static const char *const others[] = {
        "",    "p",  "pu",  "putt", "PUT",   "ping ", "pong", "frob",  "stats",
        "lis", "op", "get", "alt",  "hell0", "pin",   "pat",  "cancer"};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_msg(op_of_name(slice_text(others[i])) == OP_COUNT, "%s", others[i]);
    ck_assert_int_eq(op_of_name(slice_of("put\0", 4)), OP_COUNT);
    ck_assert_int_eq(op_of_name(slice_of("putter", 3)), OP_PUT);
}
END_TEST

UNIT_MAIN("op", every_operation_has_its_name_and_is_found_by_it,
          every_operation_has_the_members_that_the_protocol_gives_it,
          a_clause_is_a_put_with_a_value_or_a_take_without,
          a_row_knows_the_length_of_its_name, other_names_are_no_operations)
