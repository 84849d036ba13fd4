/* SPDX-License-Identifier: MIT */
#include "rule.h"
#include <stdio.h>
#include "unit.h"

#define B(right) RIGHT_BIT(RIGHT_##right)

static char *jobs[] = {(char[]){"jobs/*"}};
static char *secret[] = {(char[]){"jobs/secret/*"}, (char[]){"other"}};
static char *star[] = {(char[]){"x"}, (char[]){"*"}};

#define ALLOW(set, globs)                                                                \
    {                                                                                    \
        set, true, globs, sizeof(globs) / sizeof *(globs)                                \
    }
#define DENY(set, globs)                                                                 \
    {                                                                                    \
        set, false, globs, sizeof(globs) / sizeof *(globs)                               \
    }
#define ALLOW_ALL(set)                                                                   \
    {                                                                                    \
        set, true, NULL, 0                                                               \
    }
#define DENY_ALL(set)                                                                    \
    {                                                                                    \
        set, false, NULL, 0                                                              \
    }
#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static uint32_t on(const struct rule *rules, size_t count, const char *name)
{
    return rules_on(rules, count, slice_text(name));
}

START_TEST(what_no_rule_speaks_of_is_denied)
{
    const struct rule rules[] = {ALLOW(B(PUT), jobs)};

    ck_assert_uint_eq(on(rules, 0, "jobs/a"), 0);
    ck_assert_uint_eq(on(rules, 1, "jobs/a"), B(PUT));
    ck_assert_uint_eq(on(rules, 1, "logs/a"), 0);
}
END_TEST

START_TEST(the_first_rule_that_names_right_and_channel_counts)
{
    const struct rule rules[] = {
        DENY(B(PUT), secret),
        ALLOW(B(PUT) | B(TAKE), jobs),
        DENY(RIGHTS_ALL, jobs),
        ALLOW_ALL(B(STAT) | B(PUT)),
    };

    ck_assert_uint_eq(on(rules, 4, "jobs/secret/a"), B(TAKE));
    ck_assert_uint_eq(on(rules, 4, "jobs/a"), B(PUT) | B(TAKE));
    ck_assert_uint_eq(on(rules, 4, "other"), B(STAT));
    ck_assert_uint_eq(on(rules, 4, "another"), B(STAT) | B(PUT));
}
END_TEST

START_TEST(a_later_rule_takes_nothing_back)
{
    const struct rule rules[] = {ALLOW_ALL(B(OPEN)), DENY_ALL(B(OPEN) | B(CLOSE)),
                                 ALLOW_ALL(B(CLOSE))};

    ck_assert_uint_eq(on(rules, 3, "a"), B(OPEN));
}
END_TEST

START_TEST(admin_is_no_right_on_a_channel)
{
    const struct rule rules[] = {ALLOW_ALL(RIGHTS_ALL)};

    ck_assert_uint_eq(on(rules, 1, "a"), RIGHTS_ALL & ~B(ADMIN));
}
END_TEST

START_TEST(admin_is_decided_by_rules_for_all_channels)
{
    const struct rule narrow[] = {ALLOW(RIGHTS_ALL, jobs)};
    const struct rule wide[] = {ALLOW(RIGHTS_ALL, star)};
    const struct rule denied[] = {DENY(B(ADMIN), jobs), DENY_ALL(B(ADMIN) | B(PUT)),
                                  ALLOW_ALL(RIGHTS_ALL)};
    const struct rule passed[] = {DENY(B(ADMIN), jobs), ALLOW_ALL(RIGHTS_ALL)};

    ck_assert(!rules_give_admin(NULL, 0));
    ck_assert(!rules_give_admin(narrow, COUNT_OF(narrow)));
    ck_assert(rules_give_admin(wide, COUNT_OF(wide)));
    ck_assert(!rules_give_admin(denied, COUNT_OF(denied)));
    ck_assert(rules_give_admin(passed, COUNT_OF(passed)));
}
END_TEST

START_TEST(a_right_is_on_all_channels_if_no_denial_comes_before)
{
    const struct rule all[] = {ALLOW(B(LIST), jobs), DENY(B(PUT), jobs),
                               ALLOW(B(LIST), star)};
    const struct rule not_all[] = {DENY(B(LIST), secret), ALLOW_ALL(B(LIST))};
    const struct rule some[] = {ALLOW(B(LIST), jobs)};

    ck_assert(rules_give_all(all, COUNT_OF(all), RIGHT_LIST));
    ck_assert(!rules_give_all(not_all, COUNT_OF(not_all), RIGHT_LIST));
    ck_assert(!rules_give_all(some, COUNT_OF(some), RIGHT_LIST));
    ck_assert(!rules_give_all(NULL, 0, RIGHT_LIST));
}
END_TEST

START_TEST(a_right_is_on_some_channel_if_anything_can_allow_it)
{
    const struct rule some[] = {DENY(B(LIST), secret), ALLOW(B(LIST), jobs)};
    const struct rule none[] = {DENY_ALL(B(LIST)), ALLOW_ALL(RIGHTS_ALL)};

    ck_assert(rules_give_some(some, COUNT_OF(some), RIGHT_LIST));
    ck_assert(!rules_give_some(some, COUNT_OF(some), RIGHT_PUT));
    ck_assert(!rules_give_some(none, COUNT_OF(none), RIGHT_LIST));
    ck_assert(rules_give_some(none, COUNT_OF(none), RIGHT_PUT));
}
END_TEST

static const char *from_behind(const struct rule *rules, size_t count, const char *name)
{
    static char from[32];
    struct slice s;

    if (!rules_skip(rules, count, RIGHT_LIST, slice_text(name), &s))
        return "the next";
    if (!s.bytes)
        return "none";
    snprintf(from, sizeof from, "%.*s", (int)s.len, s.bytes);
    return from;
}

static char *some[] = {(char[]){"d/*"}, (char[]){"b?x"}, (char[]){"m"}};
static char *late[] = {(char[]){"t*"}};

START_TEST(what_nobody_may_see_is_skipped)
{
    const struct rule rules[] = {ALLOW(B(LIST), late), DENY_ALL(B(PUT)),
                                 ALLOW(B(LIST), some), ALLOW(B(PUT), star)};

    ck_assert_str_eq(from_behind(rules, 4, "a"), "b");
    ck_assert_str_eq(from_behind(rules, 4, "b"), "the next");
    ck_assert_str_eq(from_behind(rules, 4, "bz"), "the next");
    ck_assert_str_eq(from_behind(rules, 4, "c"), "d/");
    ck_assert_str_eq(from_behind(rules, 4, "d"), "d/");
    ck_assert_str_eq(from_behind(rules, 4, "d/9"), "the next");
    ck_assert_str_eq(from_behind(rules, 4, "d0"), "m");
    ck_assert_str_eq(from_behind(rules, 4, "l"), "m");
    ck_assert_str_eq(from_behind(rules, 4, "n"), "t");
    ck_assert_str_eq(from_behind(rules, 4, "u"), "none");
}
END_TEST

START_TEST(where_anything_may_be_seen_nothing_is_skipped)
{
    const struct rule all[] = {ALLOW(B(LIST), late), ALLOW_ALL(B(LIST))};
    const struct rule any[] = {ALLOW(B(LIST), star)};

    ck_assert_str_eq(from_behind(all, 2, "a"), "the next");
    ck_assert_str_eq(from_behind(any, 1, "a"), "the next");
    ck_assert_str_eq(from_behind(NULL, 0, "a"), "none");
}
END_TEST

UNIT_MAIN("rule", what_no_rule_speaks_of_is_denied,
          the_first_rule_that_names_right_and_channel_counts,
          a_later_rule_takes_nothing_back, admin_is_no_right_on_a_channel,
          admin_is_decided_by_rules_for_all_channels,
          a_right_is_on_all_channels_if_no_denial_comes_before,
          a_right_is_on_some_channel_if_anything_can_allow_it,
          what_nobody_may_see_is_skipped, where_anything_may_be_seen_nothing_is_skipped)
