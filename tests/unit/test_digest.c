/* SPDX-License-Identifier: MIT */
#include <string.h>
#include "digest.h"
#include "unit.h"

#define HEX    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
#define SALT   "yeXbUc2/V3GXbzJBfw0Ivg"
#define HASH   "wu2obFHf7pKwQjfDnFJ3i+Pxboce9Nkxv89YB+bOB9k"
#define SECRET "$argon2id$v=19$m=19456,t=2,p=1$" SALT "$" HASH

START_TEST(a_random_tokens_digest_is_64_hexadecimal_digits)
{
    struct digest d;

    ck_assert(digest_parse("sha256:" HEX, &d));
    ck_assert_int_eq(d.kind, DIGEST_TOKEN);
    ck_assert_uint_eq(d.bytes[0], 0x9f);
    ck_assert_uint_eq(d.bytes[31], 0x08);
    ck_assert_str_eq(d.text, "sha256:" HEX);
}
END_TEST

START_TEST(a_secrets_digest_is_as_libsodium_writes_it)
{
    struct digest d;

    ck_assert(digest_parse(SECRET, &d));
    ck_assert_int_eq(d.kind, DIGEST_SECRET);
    ck_assert_str_eq(d.text, SECRET);
}
END_TEST

START_TEST(what_is_written_otherwise_is_no_digest)
{
    static const char *const others[] = {
        "",
        "secret",
        HEX,
        "sha256:",
        "sha256:" HEX "0",
        "sha256: " HEX,
        "SHA256:" HEX,
        "sha256:9F86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "sha256:9g86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "sha512:" HEX,
        "$argon2id$",
        "$argon2i$v=19$m=19456,t=2,p=1$" SALT "$" HASH,
        "$argon2id$v=16$m=19456,t=2,p=1$" SALT "$" HASH,
        "$argon2id$v=19$m=19456,t=2,p=2$" SALT "$" HASH,
        "$argon2id$v=19$t=2,m=19456,p=1$" SALT "$" HASH,
        "$argon2id$v=19$m=,t=2,p=1$" SALT "$" HASH,
        "$argon2id$v=19$m=-8,t=2,p=1$" SALT "$" HASH,
        "$argon2id$v=19$m=1048577,t=2,p=1$" SALT "$" HASH,
        "$argon2id$v=19$m=99999999999999999999,t=2,p=1$" SALT "$" HASH,
        "$argon2id$v=19$m=19456,t=65,p=1$" SALT "$" HASH,
        "$argon2id$v=19$m=19456,t=0,p=1$" SALT "$" HASH,
        "$argon2id$v=19$m=19456,t=2,p=1$" SALT,
        "$argon2id$v=19$m=19456,t=2,p=1$$" HASH,
        "$argon2id$v=19$m=19456,t=2,p=1$" SALT "$",
        SECRET "$",
        SECRET "=",
        SECRET " ",
        SECRET HASH HASH,
    };
    struct digest d;

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert_msg(!digest_parse(others[i], &d), "%s", others[i]);
}
END_TEST

START_TEST(a_refused_text_leaves_the_result_as_it_was)
{
    struct digest d;

    memset(&d, 'x', sizeof d);
    ck_assert(!digest_parse("sha256:00", &d));
    for (size_t i = 0; i < sizeof d; i++)
        ck_assert_int_eq(((const char *)&d)[i], 'x');
}
END_TEST

START_TEST(what_is_written_is_read_again)
{
    struct digest d, again;
    char text[DIGEST_TEXT_MAX];

    ck_assert(digest_parse("sha256:" HEX, &d));
    digest_write(d.bytes, text);
    ck_assert_str_eq(text, d.text);
    ck_assert(digest_parse(text, &again));
    ck_assert_mem_eq(&again, &d, sizeof d);
}
END_TEST

UNIT_MAIN("digest", a_random_tokens_digest_is_64_hexadecimal_digits,
          a_secrets_digest_is_as_libsodium_writes_it,
          what_is_written_otherwise_is_no_digest,
          a_refused_text_leaves_the_result_as_it_was, what_is_written_is_read_again)
