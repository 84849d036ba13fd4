/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "exact.h"
#include "name.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/";

START_TEST(a_byte_is_a_name_if_and_only_if_it_is_in_the_alphabet)
{
    for (int c = 0; c < 256; c++) {
        const char byte = (char)c;
        const bool allowed = c != 0 && strchr(alphabet, c) != NULL;

        ck_assert_msg(name_is_valid(slice_of(&byte, 1)) == allowed, "byte %d", c);
    }
}
END_TEST

START_TEST(one_bad_byte_anywhere_spoils_a_name)
{
    char name[40];

    for (size_t at = 0; at < sizeof name; at++) {
        memset(name, 'x', sizeof name);
        ck_assert(name_is_valid(slice_of(name, sizeof name)));
        name[at] = ' ';
        ck_assert_msg(!name_is_valid(slice_of(name, sizeof name)), "at %zu", at);
    }
}
END_TEST

START_TEST(names_have_1_to_200_bytes)
{
    char name[202];

    memset(name, 'n', sizeof name);
    for (size_t len = 0; len <= sizeof name; len++) {
        char *copy = exact_copy(name, len);

        ck_assert_int_eq(name_is_valid(slice_of(copy, len)), len >= 1 && len <= 200);
        free(copy);
    }
    ck_assert(!name_is_valid(slice_of(NULL, 0)));
}
END_TEST

START_TEST(odd_names_out_of_the_alphabet_are_fine)
{
    static const char *const names[] = {"/", "//", ".",  "..",   "../x",   "-",
                                        "0", ":",  "/a", "con/", "--help", alphabet};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ck_assert_msg(name_is_valid(slice_text(names[i])), "%s", names[i]);
}
END_TEST

START_TEST(names_with_anything_else_are_refused)
{
    static const char *const names[] = {"a b",  "a\n", "\xc3\xa9", "a*",   "a?",  "a,b",
                                        "a\\b", "a@b", "a#b",      "\x7f", "a\t", " a",
                                        "a ",   "a\"", "{a}",      "~"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        ck_assert_msg(!name_is_valid(slice_text(names[i])), "%s", names[i]);
    ck_assert(!name_is_valid(slice_of("a\0b", 3)));
}
END_TEST

START_TEST(a_span_ends_at_the_first_byte_that_is_in_no_name)
{
    ck_assert_uint_eq(name_span("jobs/1\"}", 8), 6);
    ck_assert_uint_eq(name_span("jobs", 4), 4);
    ck_assert_uint_eq(name_span("jobs", 2), 2);
    ck_assert_uint_eq(name_span("\"jobs", 5), 0);
    ck_assert_uint_eq(name_span(NULL, 0), 0);
}
END_TEST

UNIT_MAIN("name", a_span_ends_at_the_first_byte_that_is_in_no_name,
          a_byte_is_a_name_if_and_only_if_it_is_in_the_alphabet,
          one_bad_byte_anywhere_spoils_a_name, names_have_1_to_200_bytes,
          odd_names_out_of_the_alphabet_are_fine, names_with_anything_else_are_refused)
