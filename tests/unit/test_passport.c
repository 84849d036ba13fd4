/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "fake.h"
#include "keyring.h"
#include "passport.h"
#include "starve.h"
#include "strand.h"
#include "tls.h"

static struct chan_client *client(void)
{
    struct chan_client *c = chan_client_new();

    ck_assert_ptr_nonnull(c);
    return c;
}

START_TEST(what_is_given_is_copied)
{
    char token[] = "secret", ca[] = "/ca", certificate[] = "/certificate", key[] = "/key";
    const struct chan_security security = {token, ca, certificate, key, true};
    struct passport p;

    ck_assert(passport_init(&security, &p));
    token[0] = ca[0] = certificate[0] = key[0] = 'x';
    ck_assert_str_eq(p.token, "secret");
    ck_assert_str_eq(p.ca, "/ca");
    ck_assert_str_eq(p.certificate, "/certificate");
    ck_assert_str_eq(p.key, "/key");
    ck_assert(p.accept_1_2);
    passport_release(&p);
    ck_assert_ptr_null(p.token);
    ck_assert(!p.accept_1_2);
    passport_release(&p);
    passport_wipe(NULL);
}
END_TEST

START_TEST(what_makes_no_sense_is_refused_and_changes_nothing)
{
    const struct chan_security empty = {.token = ""}, lonely = {.key = "/key"};
    const struct chan_security good = {.token = "t"};
    struct chan_client *c = client();

    ck_assert_int_eq(chan_secure(c, &empty), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "the token is empty");
    ck_assert_int_eq(chan_secure(c, &lonely), CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "there is a key, and no certificate");
    ck_assert_int_eq(chan_secure(c, &good), CHAN_OK);
    ck_assert_int_eq(chan_secure(c, &empty), CHAN_INVALID);
    ck_assert_int_eq(chan_secure(c, NULL), CHAN_OK);
    chan_client_free(c);
}
END_TEST

START_TEST(without_memory_what_was_said_before_counts)
{
    const struct chan_security first = {.token = "t"};
    const struct chan_security other = {"u", "/ca", "/certificate", "/key", false};
    static const char *const steps[] = {"<\"token\":\"t\"", ">{\"ok\":true}", ".", NULL};
    struct chan_client *c = client();
    struct fake fake;

    ck_assert_int_eq(chan_secure(c, &first), CHAN_OK);
    for (int i = 0; i < 4; i++) {
        enum chan_status status;

        starve_after(i);
        status = chan_secure(c, &other);
        starve_end();
        ck_assert_int_eq(status, CHAN_NO_MEMORY);
        ck_assert_int_gt(starve_refused, 0);
    }
    fake_start(&fake, steps);
    ck_assert_int_eq(chan_connect(c, fake.uri, 20000), CHAN_OK);
    chan_client_free(c);
    fake_finish(&fake);
}
END_TEST

static void expect_no_tls(const struct passport *p, const char *names)
{
    struct text why = {0};
    struct tls *tls;

    ck_assert_int_eq(passport_use(p, "localhost", 0, &why, &tls), CHAN_UNTRUSTED);
    ck_assert_msg(why.len > strlen(names) &&
                      strncmp(why.bytes, names, strlen(names)) == 0,
                  "%.*s", (int)why.len, why.bytes);
    text_release(&why);
}

START_TEST(files_are_read_when_they_are_used)
{
    const struct identity_wish wish = {.name = "ca", .is_authority = true};
    struct keyring ring = keyring_new();
    char path[KEYRING_PATH_MAX];
    struct passport p = {.ca = path};
    struct identity ca;
    struct text why = {0};
    struct tls *tls;

    keyring_path(&ring, "ca.pem", path);
    expect_no_tls(&p, path);
    ca = keyring_issue(&ring, &wish, NULL);
    ck_assert_int_eq(passport_use(&p, "localhost", 0, &why, &tls), CHAN_OK);
    ck_assert_uint_eq(why.len, 0);
    tls_free(tls);
    unlink(path);
    expect_no_tls(&p, path);
    p = (struct passport){.ca = ca.key_path};
    expect_no_tls(&p, ca.key_path);
    identity_release(&ca);
    keyring_free(&ring);
}
END_TEST

UNIT_MAIN("passport", what_is_given_is_copied,
          what_makes_no_sense_is_refused_and_changes_nothing,
          without_memory_what_was_said_before_counts, files_are_read_when_they_are_used)
