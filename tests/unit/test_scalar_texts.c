/* SPDX-License-Identifier: MIT */
/* Values that are kept as texts. */
#include "scalar.h"

#include <stdlib.h>
#include <string.h>
#include "scalars.h"
#include "unit.h"

/* `letters` and NUL; the caller frees it. */
static char *repeat(char letter, size_t letters)
{
    char *text = calloc(1, letters + 1);

    memset(text, letter, letters);
    return text;
}

/* So many letters are a value, and one more is none. */
static void check_longest(const struct key *key, char letter, size_t most)
{
    char *longest = repeat(letter, most), *longer = repeat(letter, most + 1);
    int64_t n;

    ck_assert(scalar_read(key, longest, &n));
    ck_assert(!scalar_read(key, longer, &n));
    free(longest);
    free(longer);
}

START_TEST(channel_names_are_those_of_the_protocol)
{
    static const struct key key = {.type = TYPE_NAME};
    static const struct reading valid[] = {{"a", 0}, {"jobs/x-1_2.z:9", 0}, {"/", 0}};
    static const char *const invalid[] = {"", "a b", "a*", "é", "a\n"};

    check_valid(&key, valid, COUNT_OF(valid));
    check_invalid(&key, invalid, COUNT_OF(invalid));
    check_longest(&key, 'x', 200);
}
END_TEST

START_TEST(globs_are_names_with_stars_and_question_marks)
{
    static const struct key key = {.type = TYPE_GLOB};
    static const struct reading valid[] = {{"*", 0},      {"?", 0},     {"jobs/*", 0},
                                           {"*.drop", 0}, {"a?b*c", 0}, {"plain", 0}};
    static const char *const invalid[] = {"", "a b", "[ab]", "{a,b}", "a\\*", "é*"};

    check_valid(&key, valid, COUNT_OF(valid));
    check_invalid(&key, invalid, COUNT_OF(invalid));
    check_longest(&key, '*', 200);
}
END_TEST

static const struct key uri_key = {.type = TYPE_URI};

START_TEST(accounts_are_names_or_numbers)
{
    static const struct key key = {.type = TYPE_ACCOUNT};
    static const struct reading valid[] = {{"chand", 0}, {"0", 0}, {"_a-b.C9", 0}};
    static const char *const invalid[] = {
        "", "a b", "-x", "a:b", "\xc3\xa9", "x23456789012345678901234567890123"};

    check_valid(&key, valid, COUNT_OF(valid));
    check_invalid(&key, invalid, COUNT_OF(invalid));
}
END_TEST

START_TEST(ranges_are_addresses_with_bits)
{
    static const struct key key = {.type = TYPE_RANGE};
    static const struct reading valid[] = {
        {"10.0.0.0/8", 0}, {"::1", 0}, {"unix", 0}, {"2001:db8::/32", 0}};
    static const char *const invalid[] = {"", "10.0.0.0/33", "10.1.0.0/8", "localhost"};

    check_valid(&key, valid, COUNT_OF(valid));
    check_invalid(&key, invalid, COUNT_OF(invalid));
    ck_assert_ptr_nonnull(strstr(scalar_hint(&key, "10.1.0.0/8"), "bits set behind"));
    ck_assert_ptr_null(scalar_hint(&key, "10.0.0.0/8"));
}
END_TEST

START_TEST(uris_are_tcp_tls_or_unix)
{
    static const struct reading valid[] = {{"tcp://127.0.0.1:2426", 0},
                                           {"tcp://localhost:0", 0},
                                           {"tcp://[::1]:65535", 0},
                                           {"tls://[::1]:65535", 0},
                                           {"unix:///run/chand/chand.sock", 0},
                                           {"unix://@chand", 0}};
    static const char *const invalid[] = {"",
                                          "http://127.0.0.1:1",
                                          "tcp://127.0.0.1",
                                          "tcp://127.0.0.1:99999",
                                          "unix://sock",
                                          "127.0.0.1:2426"};

    check_valid(&uri_key, valid, COUNT_OF(valid));
    check_invalid(&uri_key, invalid, COUNT_OF(invalid));
}
END_TEST

START_TEST(hint_says_what_is_wrong_with_a_uri)
{
    ck_assert_ptr_nonnull(strstr(scalar_hint(&uri_key, "tcp://a:99999"), "port"));
    ck_assert_ptr_null(scalar_hint(&uri_key, "tcp://a:9"));
    ck_assert_ptr_null(scalar_hint(&count_key, "x"));
}
END_TEST

START_TEST(users_have_names_without_slash_and_colon)
{
    static const struct key key = {.type = TYPE_USER};
    static const struct reading valid[] = {{"a", 0}, {"billing-2.prod_x", 0}, {"0", 0}};
    static const char *const invalid[] = {"", "a/b", "a:b", "a b", "é", "a\n", "*"};

    check_valid(&key, valid, COUNT_OF(valid));
    check_invalid(&key, invalid, COUNT_OF(invalid));
    check_longest(&key, 'x', 64);
}
END_TEST

START_TEST(lines_have_anything_but_controls)
{
    static const struct key key = {.type = TYPE_LINE};
    static const struct reading valid[] = {{"CN=a, O=b", 0}, {"DNS:*.é", 0}, {" ", 0}};
    static const char *const invalid[] = {"", "a\tb", "a\n", "\x7f"};

    check_valid(&key, valid, COUNT_OF(valid));
    check_invalid(&key, invalid, COUNT_OF(invalid));
    check_longest(&key, 'x', 512);
}
END_TEST

START_TEST(digests_are_hashes_of_either_kind)
{
    static const struct key key = {.type = TYPE_DIGEST};
    static const struct reading valid[] = {
        {"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 0},
        {"$argon2id$v=19$m=8192,t=1,p=1$nvtJxSXCd8ZyAYjd21td5Q"
         "$F9CXx26hsR5UbgsxFVs9Wit8nHTOTqLc4RtUTMsN8ZU",
         0}};
    static const char *const invalid[] = {"", "secret", "sha256:00", "$argon2id$"};

    check_valid(&key, valid, COUNT_OF(valid));
    check_invalid(&key, invalid, COUNT_OF(invalid));
}
END_TEST

UNIT_MAIN("scalar_texts", channel_names_are_those_of_the_protocol,
          globs_are_names_with_stars_and_question_marks, accounts_are_names_or_numbers,
          ranges_are_addresses_with_bits, uris_are_tcp_tls_or_unix,
          hint_says_what_is_wrong_with_a_uri, users_have_names_without_slash_and_colon,
          lines_have_anything_but_controls, digests_are_hashes_of_either_kind)
