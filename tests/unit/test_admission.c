/* SPDX-License-Identifier: MIT */
#include "admission.h"
#include "starve.h"
#include "tenant.h"
#include "unit.h"

#include <string.h>

#define HEX "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

static struct config *configured(const char *text)
{
    struct mistakes mistakes;
    struct config *config;

    mistakes_init(&mistakes, "test.yaml");
    config = config_parse(text, strlen(text), &mistakes);
    ck_assert_msg(config, "%s",
                  mistakes_count(&mistakes) ? mistakes_line(&mistakes, 0) : "");
    mistakes_release(&mistakes);
    return config;
}

static bool enrol(struct admission *a, const char *text)
{
    struct config *config = configured(text);
    bool ok = admission_enrol(a, &config->users);

    config_free(config);
    return ok;
}

static const char text[] =
    "users:\n"
    "- name: alice\n"
    "  tokens: [sha256:" HEX "]\n"
    "  certificates: [CN=alice]\n"
    "  rules: [{deny: [put], channels: [a, b]}, {allow: [all]}]\n"
    "  limits: {connections: 1, parked: 2, buffered_bytes: 3, requests_per_s: 4}\n"
    "- {name: bob, uid: 5, gid: 6}\n";

START_TEST(without_users_there_is_no_roster)
{
    struct admission *a = admission_new();

    ck_assert_ptr_nonnull(a);
    ck_assert_ptr_null(admission_roster(a));
    ck_assert(enrol(a, ""));
    ck_assert_ptr_null(admission_roster(a));
    ck_assert_ptr_nonnull(admission_verifier(a));
    admission_free(a);
    admission_free(NULL);
}
END_TEST

START_TEST(users_are_as_the_configuration_has_them)
{
    struct admission *a = admission_new();
    const struct user *alice, *bob;
    struct roster *r;

    ck_assert(a && enrol(a, text));
    r = admission_roster(a);
    ck_assert_uint_eq(roster_count(r), 2);
    alice = roster_user(r, 0);
    ck_assert_str_eq(alice->name, "alice");
    ck_assert_ptr_eq(roster_of_digest(r, "sha256:" HEX), alice);
    ck_assert_ptr_eq(roster_of_certificate(r, "CN=alice"), alice);
    ck_assert_int_eq(alice->uid, ROSTER_NOBODY);
    ck_assert_uint_eq(alice->rule_count, 2);
    ck_assert(!alice->rules[0].allows && alice->rules[1].allows);
    ck_assert_uint_eq(alice->rules[0].rights, RIGHT_BIT(RIGHT_PUT));
    ck_assert_str_eq(alice->rules[0].globs[1], "b");
    ck_assert_uint_eq(alice->rules[1].rights, RIGHTS_ALL);
    ck_assert_int_eq(alice->limits.connections, 1);
    ck_assert_int_eq(alice->limits.requests_per_s, 4);
    ck_assert_int_eq(atomic_load(&alice->tenant->account.parked_max), 2);
    ck_assert_int_eq(atomic_load(&alice->tenant->account.bytes_max), 3);
    bob = roster_user(r, 1);
    ck_assert_int_eq(bob->uid, 5);
    ck_assert_int_eq(bob->gid, 6);
    roster_drop(r);
    admission_free(a);
}
END_TEST

START_TEST(a_roster_that_is_held_outlives_the_next)
{
    struct admission *a = admission_new();
    struct roster *old, *r;

    ck_assert(a && enrol(a, text));
    old = admission_roster(a);
    ck_assert(enrol(a, "users: [{name: carol, uid: 1}]"));
    r = admission_roster(a);
    ck_assert_ptr_ne(r, old);
    ck_assert_ptr_nonnull(roster_find(old, slice_text("alice")));
    ck_assert_ptr_null(roster_find(r, slice_text("alice")));
    ck_assert(enrol(a, ""));
    ck_assert_ptr_null(admission_roster(a));
    ck_assert_ptr_nonnull(roster_find(r, slice_text("carol")));
    roster_drop(r);
    roster_drop(old);
    admission_free(a);
}
END_TEST

START_TEST(a_user_keeps_its_tenant_whatever_becomes_of_the_list)
{
    struct admission *a = admission_new();
    struct tenant *tenant;
    struct roster *r;

    ck_assert(a && enrol(a, text));
    r = admission_roster(a);
    tenant = roster_find(r, slice_text("bob"))->tenant;
    roster_drop(r);
    ck_assert(enrol(a, "") &&
              enrol(a, "users: [{name: bob, uid: 1, limits: {parked: 9}}]"));
    r = admission_roster(a);
    ck_assert_ptr_eq(roster_user(r, 0)->tenant, tenant);
    ck_assert_int_eq(atomic_load(&tenant->account.parked_max), 9);
    roster_drop(r);
    admission_free(a);
}
END_TEST

START_TEST(without_memory_the_users_stay_as_they_were)
{
    struct admission *a = admission_new();
    struct config *config = configured(text);
    bool ok = false;
    long n = 0;

    ck_assert(a && enrol(a, "users: [{name: carol, uid: 1}]"));
    for (; !ok; n++) {
        struct roster *r;

        starve_after(n);
        ok = admission_enrol(a, &config->users);
        starve_end();
        r = admission_roster(a);
        ck_assert_int_eq(roster_find(r, slice_text("carol")) == NULL, ok);
        roster_drop(r);
    }
    ck_assert_int_gt(n, 10);
    config_free(config);
    admission_free(a);
}
END_TEST

START_TEST(a_draft_changes_nothing_until_it_takes_effect)
{
    struct admission *a = admission_new();
    struct config *config = configured(text);
    struct roster *draft, *r;

    ck_assert(a && enrol(a, "users: [{name: carol, uid: 1}]"));
    ck_assert(admission_draft(a, &config->users, &draft));
    r = admission_roster(a);
    ck_assert_ptr_ne(r, draft);
    ck_assert_ptr_nonnull(roster_find(r, slice_text("carol")));
    roster_drop(r);
    admission_enact(a, draft);
    r = admission_roster(a);
    ck_assert_ptr_eq(r, draft);
    roster_drop(r);
    config_free(config);
    admission_free(a);
}
END_TEST

UNIT_MAIN("admission", without_users_there_is_no_roster,
          users_are_as_the_configuration_has_them,
          a_roster_that_is_held_outlives_the_next,
          a_user_keeps_its_tenant_whatever_becomes_of_the_list,
          without_memory_the_users_stay_as_they_were,
          a_draft_changes_nothing_until_it_takes_effect)
