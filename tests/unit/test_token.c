/* SPDX-License-Identifier: MIT */
#include <string.h>
#include "token.h"
#include "unit.h"

START_TEST(tokens_differ_and_are_of_safe_letters)
{
    char tokens[64][TOKEN_TEXT_MAX];

    for (size_t i = 0; i < 64; i++) {
        token_draw(tokens[i]);
        ck_assert_uint_eq(strlen(tokens[i]), strlen("ct_") + 43);
        ck_assert_uint_eq(strspn(tokens[i], "abcdefghijklmnopqrstuvwxyz0123456789-_"
                                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
                          strlen(tokens[i]));
        for (size_t j = 0; j < i; j++)
            ck_assert_str_ne(tokens[i], tokens[j]);
    }
}
END_TEST

/* As sha256sum(1) says. */
START_TEST(the_hash_is_sha_256)
{
    unsigned char hash[DIGEST_BYTES];
    char text[DIGEST_TEXT_MAX];

    token_hash(slice_text("test"), hash);
    digest_write(hash, text);
    ck_assert_str_eq(
        text, "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08");
    token_hash(slice_of("", 0), hash);
    digest_write(hash, text);
    ck_assert_str_eq(
        text, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}
END_TEST

START_TEST(hashes_are_the_same_if_every_byte_is)
{
    unsigned char a[DIGEST_BYTES] = {0}, b[DIGEST_BYTES] = {0};

    ck_assert(token_same(a, b));
    for (size_t i = 0; i < DIGEST_BYTES; i++) {
        b[i] = 0x10;
        ck_assert(!token_same(a, b));
        b[i] = 0;
    }
}
END_TEST

START_TEST(a_secret_passes_its_own_digest_only)
{
    char text[DIGEST_TEXT_MAX], other[DIGEST_TEXT_MAX];
    struct digest d;

    ck_assert(token_digest_secret(slice_text("open sesame"), text));
    ck_assert(digest_parse(text, &d));
    ck_assert_int_eq(d.kind, DIGEST_SECRET);
    ck_assert(token_check_secret(&d, slice_text("open sesame")));
    ck_assert(!token_check_secret(&d, slice_text("open sesam")));
    ck_assert(!token_check_secret(&d, slice_text("open sesame ")));
    ck_assert(!token_check_secret(&d, slice_of("", 0)));
    ck_assert(token_digest_secret(slice_text("open sesame"), other));
    ck_assert_str_ne(text, other); /* the salt is another one */
}
END_TEST

START_TEST(what_was_wiped_is_zero)
{
    char bytes[16], zeros[16] = {0};

    memset(bytes, 'x', sizeof bytes);
    token_wipe(bytes, sizeof bytes);
    ck_assert_mem_eq(bytes, zeros, sizeof bytes);
}
END_TEST

UNIT_MAIN("token", tokens_differ_and_are_of_safe_letters, the_hash_is_sha_256,
          hashes_are_the_same_if_every_byte_is, a_secret_passes_its_own_digest_only,
          what_was_wiped_is_zero)
