/* SPDX-License-Identifier: MIT */
/* What is read from files, and what is wrong with it; test_secure.c has what it is for.
 */
#include "keyring.h"
#include "secure.h"
#include "config.h"
#include "starve.h"
#include "unit.h"

struct vault {
    struct keyring ring;
    struct identity authority, server;
    struct config_listen listen;
    char uri[32];
};

static void vault_open(struct vault *p)
{
    const struct identity_wish ca = {.name = "ca", .is_authority = true};
    const struct identity_wish server = {.name = "server",
                                         .alternatives = "DNS:localhost"};

    strcpy(p->uri, "tls://localhost:0");
    p->ring = keyring_new();
    p->authority = keyring_issue(&p->ring, &ca, NULL);
    p->server = keyring_issue(&p->ring, &server, &p->authority);
    p->listen = (struct config_listen){.uri = p->uri,
                                       .certificate = p->server.certificate_path,
                                       .key = p->server.key_path,
                                       .client_required = true,
                                       .min_version = CONFIG_TLS_1_3};
}

static void vault_close(struct vault *p)
{
    identity_release(&p->server);
    identity_release(&p->authority);
    keyring_free(&p->ring);
}

/* Loading fails, and it is said of that file that it is so. */
static void check_refused(const struct vault *p, const char *file, const char *says)
{
    char why[SECURE_WHY_MAX] = "";

    ck_assert_ptr_null(secure_load(&p->listen, why));
    ck_assert_msg(strncmp(why, file, strlen(file)) == 0, "%s is not of %s", why, file);
    ck_assert_msg(strstr(why, says) != NULL, "%s: %s", says, why);
}

START_TEST(keys_are_counted)
{
    char why[SECURE_WHY_MAX];
    struct secure_keys *keys;
    struct vault p;

    vault_open(&p);
    keys = secure_load(&p.listen, why);
    ck_assert_msg(keys, "%s", why);
    ck_assert_ptr_eq(secure_hold(keys), keys);
    secure_drop(keys);
    secure_drop(keys); /* a leak, or one too many, is the sanitizer's to see */
    secure_drop(NULL);
    ck_assert_ptr_null(secure_hold(NULL));
    p.listen.client_ca = p.authority.certificate_path;
    keys = secure_load(&p.listen, why);
    ck_assert_msg(keys, "%s", why);
    secure_drop(keys);
    vault_close(&p);
}
END_TEST

START_TEST(a_file_that_is_not_there_is_named)
{
    char nowhere[KEYRING_PATH_MAX];
    struct vault p;

    vault_open(&p);
    keyring_path(&p.ring, "nowhere", nowhere);
    p.listen.certificate = nowhere;
    check_refused(&p, nowhere, "No such file");
    p.listen.certificate = p.server.certificate_path;
    p.listen.key = nowhere;
    check_refused(&p, nowhere, "No such file");
    p.listen.key = p.server.key_path;
    p.listen.client_ca = nowhere;
    check_refused(&p, nowhere, "No such file");
    vault_close(&p);
}
END_TEST

START_TEST(a_file_with_something_else_in_it_is_named)
{
    char other[KEYRING_PATH_MAX];
    struct vault p;

    vault_open(&p);
    keyring_write(&p.ring, "other", "my mother's recipes\n", other);
    p.listen.certificate = other;
    check_refused(&p, other, "no start line");
    p.listen.certificate = p.server.certificate_path;
    p.listen.key = other;
    check_refused(&p, other, "");
    p.listen.key = p.server.key_path;
    p.listen.client_ca = other;
    check_refused(&p, other, "");
    keyring_write(&p.ring, "other", "-----BEGIN CERTIFICATE-----\nMIIB\n", other);
    p.listen.client_ca = NULL;
    p.listen.certificate = other;
    check_refused(&p, other, "");
    vault_close(&p);
}
END_TEST

START_TEST(a_key_of_another_certificate_is_refused)
{
    struct vault p;

    vault_open(&p);
    p.listen.key = p.authority.key_path;
    check_refused(&p, p.authority.key_path, "key values mismatch");
    vault_close(&p);
}
END_TEST

START_TEST(an_expired_certificate_is_refused)
{
    const struct identity_wish wish = {.name = "old", .valid_s = -60};
    struct identity old;
    struct vault p;

    vault_open(&p);
    old = keyring_issue(&p.ring, &wish, &p.authority);
    p.listen.certificate = old.certificate_path;
    p.listen.key = old.key_path;
    check_refused(&p, old.certificate_path, "has expired");
    identity_release(&old);
    vault_close(&p);
}
END_TEST

/* Nobody is asked for the password: a daemon that waits for one does not start. */
START_TEST(a_key_with_a_password_is_refused)
{
    char path[KEYRING_PATH_MAX];
    struct vault p;
    FILE *file;

    vault_open(&p);
    keyring_path(&p.ring, "locked.key", path);
    file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(PEM_write_PrivateKey(file, p.server.key, EVP_aes_128_cbc(),
                                          (const unsigned char *)"secret", 6, NULL, NULL),
                     1);
    fclose(file);
    p.listen.key = path;
    check_refused(&p, path, "");
    vault_close(&p);
}
END_TEST

/* OpenSSL keeps what it allocates once: the second time counts. */
START_TEST(without_memory_there_are_no_keys)
{
    struct secure_keys *keys = NULL;
    char why[SECURE_WHY_MAX] = "";
    struct vault p;

    vault_open(&p);
    secure_drop(secure_load(&p.listen, why));
    for (long n = 0; !keys; n++) {
        starve_after(n);
        keys = secure_load(&p.listen, why);
        if (starve_end() == 0)
            ck_assert_msg(keys, "%s", why);
        else if (!keys)
            ck_assert_str_ne(why, "");
    }
    secure_drop(keys);
    vault_close(&p);
}
END_TEST

UNIT_MAIN("secure_keys", keys_are_counted, a_file_that_is_not_there_is_named,
          a_file_with_something_else_in_it_is_named,
          a_key_of_another_certificate_is_refused, an_expired_certificate_is_refused,
          a_key_with_a_password_is_refused, without_memory_there_are_no_keys)
