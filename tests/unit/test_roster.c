/* SPDX-License-Identifier: MIT */
#include <string.h>
#include "roster.h"
#include "starve.h"
#include "token.h"
#include "unit.h"

#define SECRET(salt)                                                                     \
    "$argon2id$v=19$m=19456,t=2,p=1$" salt "$wu2obFHf7pKwQjfDnFJ3i+Pxboce9Nkxv89YB+"     \
    "bOB9k"
#define SECRET_A SECRET("aaaaaaaaaaaaaaaaaaaaaa")
#define SECRET_B SECRET("bbbbbbbbbbbbbbbbbbbbbb")

static struct digest digest_of(const char *text)
{
    struct digest d;

    ck_assert(digest_parse(text, &d));
    return d;
}

static struct digest digest_of_token(const char *token)
{
    unsigned char hash[DIGEST_BYTES];
    char text[DIGEST_TEXT_MAX];

    token_hash(slice_text(token), hash);
    digest_write(hash, text);
    return digest_of(text);
}

static char *globs[] = {(char[]){"jobs/*"}, (char[]){"log"}};
static char *names[] = {(char[]){"CN=a,O=b"}, (char[]){"DNS:host"}};
static struct rule rules[] = {{RIGHT_BIT(RIGHT_PUT), true, globs, 2},
                              {RIGHTS_ALL, false, NULL, 0}};

static struct digest of_alice[2], of_bob, of_carol;

/* alice: two tokens, certificates, rules; bob: a secret, uid 7; carol: a secret, gid 8.
 */
static const struct user users[] = {
    {.name = (char[]){"alice"},
     .digests = of_alice,
     .digest_count = 2,
     .certificates = names,
     .certificate_count = 2,
     .uid = -1,
     .gid = -1,
     .rules = rules,
     .rule_count = 2,
     .limits = {1, 2, 3, 4}},
    {.name = (char[]){"bob"}, .digests = &of_bob, .digest_count = 1, .uid = 7, .gid = 9},
    {.name = (char[]){"carol"},
     .digests = &of_carol,
     .digest_count = 1,
     .uid = -1,
     .gid = 8},
};

static void draw_digests(void)
{
    of_alice[0] = digest_of_token("one");
    of_alice[1] = digest_of_token("two");
    of_bob = digest_of(SECRET_A);
    of_carol = digest_of(SECRET_B);
}

static bool fill(struct roster *r)
{
    for (size_t i = 0; i < 3; i++)
        if (!roster_add(r, &users[i]))
            return false;
    return true;
}

static struct roster *filled(void)
{
    struct roster *r = roster_new(3);

    draw_digests();
    ck_assert_ptr_nonnull(r);
    ck_assert(fill(r));
    ck_assert_uint_eq(roster_count(r), 3);
    return r;
}

static void check_name(const struct user *u, const char *name)
{
    ck_assert_str_eq(u ? u->name : "nobody", name);
}

START_TEST(users_are_copied_whole)
{
    struct roster *r = filled();
    const struct user *alice = roster_user(r, 0);

    check_name(alice, "alice");
    ck_assert_ptr_ne(alice->rules, rules);
    ck_assert_ptr_ne(alice->rules[0].globs, globs);
    ck_assert_str_eq(alice->rules[0].globs[1], "log");
    ck_assert_uint_eq(alice->rules[1].glob_count, 0);
    ck_assert(!alice->rules[1].allows);
    ck_assert_str_eq(alice->certificates[1], "DNS:host");
    ck_assert_int_eq(alice->limits.requests_per_s, 4);
    roster_drop(r);
}
END_TEST

START_TEST(a_user_is_found_by_name)
{
    struct roster *r = filled();

    check_name(roster_find(r, slice_text("bob")), "bob");
    check_name(roster_find(r, slice_text("bo")), "nobody");
    check_name(roster_find(r, slice_of("bobby", 3)), "bob");
    roster_drop(r);
}
END_TEST

static const struct user *by_token(const struct roster *r, const char *token)
{
    unsigned char hash[DIGEST_BYTES];

    token_hash(slice_text(token), hash);
    return roster_of_token(r, hash);
}

START_TEST(a_user_is_found_by_each_token)
{
    struct roster *r = filled();

    check_name(by_token(r, "one"), "alice");
    check_name(by_token(r, "two"), "alice");
    check_name(by_token(r, "three"), "nobody");
    roster_drop(r);
}
END_TEST

START_TEST(a_hash_is_no_token)
{
    struct roster *r = filled();
    unsigned char zeros[DIGEST_BYTES] = {0}; /* what a secret has for a hash */

    check_name(roster_of_token(r, zeros), "nobody");
    check_name(by_token(r, SECRET_A), "nobody");
    check_name(by_token(r, roster_user(r, 0)->digests[0].text), "nobody");
    roster_drop(r);
}
END_TEST

START_TEST(a_secret_is_held_against_the_digest_of_its_user)
{
    struct roster *r = filled();
    const struct user *user;

    ck_assert_str_eq(roster_secret_of(r, slice_text("bob"), &user)->text, SECRET_A);
    check_name(user, "bob");
    ck_assert_str_eq(roster_secret_of(r, slice_text("carol"), &user)->text, SECRET_B);
    check_name(user, "carol");
    roster_drop(r);
}
END_TEST

START_TEST(or_of_somebody_else_and_counts_for_nothing)
{
    struct roster *r = filled();
    const struct user *user;

    ck_assert_str_eq(roster_secret_of(r, slice_text("nobody"), &user)->text, SECRET_A);
    ck_assert_ptr_null(user);
    ck_assert_str_eq(roster_secret_of(r, slice_text("alice"), &user)->text, SECRET_A);
    ck_assert_ptr_null(user);
    roster_drop(r);
}
END_TEST

START_TEST(where_nobody_has_a_secret_there_is_nothing_to_hold_it_against)
{
    struct roster *r = roster_new(1);
    struct digest d = digest_of_token("one");
    const struct user alice = {.name = (char[]){"alice"},
                               .digests = &d,
                               .digest_count = 1},
                      *user;

    ck_assert(roster_add(r, &alice));
    ck_assert_ptr_null(roster_secret_of(r, slice_text("alice"), &user));
    roster_drop(r);
}
END_TEST

START_TEST(a_digest_as_written_leads_to_its_user)
{
    struct roster *r = filled();

    check_name(roster_of_digest(r, SECRET_B), "carol");
    check_name(roster_of_digest(r, roster_user(r, 0)->digests[1].text), "alice");
    check_name(roster_of_digest(r, ""), "nobody");
    roster_drop(r);
}
END_TEST

START_TEST(a_process_is_found_by_uid_and_then_by_any_of_its_groups)
{
    struct roster *r = filled();
    const uint32_t both[] = {1, 8, 9}, none[] = {1, 2}, last[] = {2, 8};

    check_name(roster_of_process(r, 7, none, 2), "bob");
    check_name(roster_of_process(r, 7, last, 2), "bob");
    check_name(roster_of_process(r, 1, last, 2), "carol");
    check_name(roster_of_process(r, 1, both, 3), "bob");
    check_name(roster_of_process(r, 1, none, 2), "nobody");
    check_name(roster_of_process(r, UINT32_MAX, (const uint32_t[]){UINT32_MAX}, 1),
               "nobody");
    roster_drop(r);
}
END_TEST

START_TEST(a_certificate_is_found_by_each_of_its_names)
{
    struct roster *r = filled();

    check_name(roster_of_certificate(r, "CN=a,O=b"), "alice");
    check_name(roster_of_certificate(r, "DNS:host"), "alice");
    check_name(roster_of_certificate(r, "DNS:hos"), "nobody");
    check_name(roster_of_certificate(r, "dns:host"), "nobody");
    roster_drop(r);
}
END_TEST

START_TEST(it_lives_as_long_as_somebody_holds_it)
{
    struct roster *r = filled();

    ck_assert_ptr_eq(roster_hold(r), r);
    roster_drop(r);
    check_name(roster_find(r, slice_text("alice")), "alice");
    roster_drop(r);
    roster_drop(NULL);
}
END_TEST

START_TEST(without_memory_a_user_is_not_there_at_all)
{
    struct roster *r;
    long n = 0;
    bool ok = false;

    draw_digests();
    for (; !ok; n++) {
        starve_after(n);
        r = roster_new(3);
        ok = r && fill(r);
        starve_end();
        for (size_t i = 0; r && i < roster_count(r); i++)
            ck_assert_ptr_nonnull(roster_user(r, i)->name);
        roster_drop(r);
    }
    ck_assert_int_gt(n, 10);
}
END_TEST

UNIT_MAIN("roster", users_are_copied_whole, a_user_is_found_by_name,
          a_user_is_found_by_each_token, a_hash_is_no_token,
          a_secret_is_held_against_the_digest_of_its_user,
          or_of_somebody_else_and_counts_for_nothing,
          where_nobody_has_a_secret_there_is_nothing_to_hold_it_against,
          a_digest_as_written_leads_to_its_user,
          a_process_is_found_by_uid_and_then_by_any_of_its_groups,
          a_certificate_is_found_by_each_of_its_names,
          it_lives_as_long_as_somebody_holds_it,
          without_memory_a_user_is_not_there_at_all)
