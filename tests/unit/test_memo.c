/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "memo.h"
#include "roster.h"
#include "unit.h"

static char *odd[] = {(char[]){"*1"}, (char[]){"*3"}, (char[]){"*5"}, (char[]){"*7"},
                      (char[]){"*9"}};
static struct rule odd_rule = {RIGHT_BIT(RIGHT_PUT), true, odd, 5};
static struct rule all_rule = {RIGHTS_ALL, true, NULL, 0};
static struct user picky = {.rules = &odd_rule, .rule_count = 1};
static struct user free_user = {.rules = &all_rule, .rule_count = 1};

START_TEST(what_is_remembered_is_what_the_rules_say)
{
    struct memo *m = calloc(1, sizeof *m);
    char name[256];

    for (int round = 0; round < 3; round++)
        for (int i = 0; i < 3000; i++) {
            struct slice s;

            snprintf(name, sizeof name, "%0*d", 1 + i % 60, i);
            s = slice_text(name);
            ck_assert_uint_eq(memo_rights(m, &picky, s), rules_on(&odd_rule, 1, s));
            ck_assert_uint_eq(memo_rights(m, &free_user, s), rules_on(&all_rule, 1, s));
        }
    free(m);
}
END_TEST

START_TEST(a_decision_is_not_made_twice)
{
    struct memo *m = calloc(1, sizeof *m);
    struct rule rule = all_rule;
    struct user user = {.rules = &rule, .rule_count = 1};

    ck_assert_uint_ne(memo_rights(m, &user, slice_text("a")), 0);
    rule.allows = false; /* nobody may do so: it shows who asks the rules */
    ck_assert_uint_ne(memo_rights(m, &user, slice_text("a")), 0);
    ck_assert_uint_eq(memo_rights(m, &user, slice_text("b")), 0);
    memo_clear(m);
    ck_assert_uint_eq(memo_rights(m, &user, slice_text("a")), 0);
    free(m);
}
END_TEST

START_TEST(names_that_are_too_long_are_decided_every_time)
{
    struct memo *m = calloc(1, sizeof *m);
    struct rule rule = all_rule;
    struct user user = {.rules = &rule, .rule_count = 1};
    char name[201];

    memset(name, 'n', 200);
    for (size_t len = MEMO_NAME_MAX; len <= 200; len++) {
        rule.allows = true;
        ck_assert_uint_ne(memo_rights(m, &user, slice_of(name, len)), 0);
        rule.allows = false;
        ck_assert_int_eq(memo_rights(m, &user, slice_of(name, len)) != 0,
                         len <= MEMO_NAME_MAX);
    }
    free(m);
}
END_TEST

UNIT_MAIN("memo", what_is_remembered_is_what_the_rules_say, a_decision_is_not_made_twice,
          names_that_are_too_long_are_decided_every_time)
