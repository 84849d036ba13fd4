/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include "document.h"
#include "located.h"
#include "people.h"
#include "reader.h"
#include "unit.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define TOKEN           "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define TOKEN_2         "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a09"
#define SECRET(letter)                                                                   \
    "$argon2id$v=19$m=8192,t=1,p=1$nvtJxSXCd8ZyAYjd21td5" letter                         \
    "$F9CXx26hsR5UbgsxFVs9Wit8nHTOTqLc4RtUTMsN8ZU"

static struct mistakes mistakes;

static void check(const char *text)
{
    struct config *config = calloc(1, sizeof *config);
    struct tree_node *root;

    mistakes_init(&mistakes, LOCATED_FILE);
    root = document_parse(text, strlen(text), &mistakes);
    ck_assert_ptr_nonnull(root);
    reader_read(root, config, &mistakes);
    people_check(tree_member(root, "users"), &config->users, &mistakes);
    mistakes_sort(&mistakes);
    config_free(config);
    tree_free(root);
}

static void check_cases(const struct mistake_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct located where = locate(cases[i].marked);

        check(where.text);
        check_only_mistake(&mistakes, &where, cases[i].key, cases[i].says);
        mistakes_release(&mistakes);
    }
}

START_TEST(what_fits_together_is_fine)
{
    static const char *const texts[] = {
        "",
        "users:",
        "users: []",
        "users: [{name: a, uid: 1}, {name: b, uid: 2}, {name: A, gid: 1}]",
        "users: [{name: a, tokens: [" TOKEN ", " TOKEN_2
        "], certificates: [CN=a, CN=b]}]",
        "users: [{name: a, uid: 0, rules: [{allow: [all]}, {deny: [put], channels: "
        "[a]}]}]",
        "users: [{name: a, tokens: [" TOKEN ", '" SECRET("Q") "']}]",
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        check(texts[i]);
        ck_assert_msg(mistakes_count(&mistakes) == 0, "%s", mistakes_line(&mistakes, 0));
        mistakes_release(&mistakes);
    }
}
END_TEST

START_TEST(everybody_needs_a_means_of_being_recognised)
{
    static const struct mistake_case cases[] = {
        {"users: [«{name: a}»]", "users[0]", "needs tokens, certificates, uid or gid"},
        {"users: [«{name: a, tokens: []}»]", "users[0]", "needs tokens"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(nobody_is_anonymous)
{
    static const struct mistake_case cases[] = {
        {"users: [{name: «anonymous», uid: 1}]", "users[0].name",
         "must not be anonymous"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(nothing_is_two_users)
{
    static const struct mistake_case cases[] = {
        {"users:\n- {name: a, uid: 1}\n- {name: «a», uid: 2}\n", "users[1].name",
         "\"a\" is a user already in line 2"},
        {"users:\n- {name: a, uid: 1}\n- {name: b, uid: «1»}\n", "users[1].uid",
         "\"1\" is a user already in line 2"},
        {"users:\n- {name: a, gid: 1}\n- {name: b, gid: «1»}\n", "users[1].gid",
         "\"1\" is a user already"},
        {"users:\n- {name: a, certificates: [CN=a]}\n"
         "- {name: b, certificates: [CN=b, «CN=a»]}\n",
         "users[1].certificates[1]", "\"CN=a\" stands there already, in line 2"},
        {"users:\n- {name: a, certificates: [CN=a, «CN=a»]}\n",
         "users[0].certificates[1]", "stands there already"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(a_hash_that_stands_twice_is_not_shown)
{
    struct located where = locate("users:\n- {name: a, tokens: [" TOKEN "]}\n"
                                  "- {name: b, tokens: [«" TOKEN "»]}\n");

    check(where.text);
    check_only_mistake(&mistakes, &where, "users[1].tokens[0]",
                       "stands there already, in line 2");
    ck_assert_ptr_null(strstr(mistakes_line(&mistakes, 0), "9f86"));
    mistakes_release(&mistakes);
}
END_TEST

START_TEST(a_user_has_one_secret_at_most)
{
    static const struct mistake_case cases[] = {
        {"users: [{name: a, tokens: ['" SECRET("Q") "', " TOKEN
                                                    ", «'" SECRET("g") "'»]}]",
         "users[0].tokens[2]", "one argon2id hash too many"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(a_rule_either_allows_or_denies)
{
    static const struct mistake_case cases[] = {
        {"users: [{name: a, uid: 1, rules: [{allow: [put], «deny»: [take]}]}]",
         "users[0].rules[0].deny", "stands beside allow"},
        {"users: [{name: a, uid: 1, rules: [«{channels: [a]}»]}]",
         "users[0].rules[0].allow", "is missing, or deny"},
        {"users: [{name: a, uid: 1, rules: [«{}»]}]", "users[0].rules[0].allow",
         "is missing"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(what_was_not_readable_is_not_complained_about_again)
{
    static const struct mistake_case cases[] = {
        {"users: «x»", "users", "must be a list of mappings"},
        {"users: [«x»]", "users[0]", "must be a mapping"},
        {"users: [{name: «a b», uid: 1}]", "users[0].name", "must be a name"},
        {"users: [{name: a, uid: 1, rules: «x»}]", "users[0].rules", "must be a list"},
        {"users: [{name: a, uid: 1, rules: [«x»]}]", "users[0].rules[0]",
         "must be a mapping"},
        {"users: [{name: a, tokens: [«x»]}]", "users[0].tokens[0]", "must be sha256:"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

UNIT_MAIN("people", what_fits_together_is_fine,
          everybody_needs_a_means_of_being_recognised, nobody_is_anonymous,
          nothing_is_two_users, a_hash_that_stands_twice_is_not_shown,
          a_user_has_one_secret_at_most, a_rule_either_allows_or_denies,
          what_was_not_readable_is_not_complained_about_again)
