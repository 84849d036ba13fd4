/* SPDX-License-Identifier: MIT */
#include "starve.h"
#include "unit.h"
#include "exact.h"
#include "oracle.h"
#include "text.h"

#include <inttypes.h>
#include <stdio.h>

static void expect(const struct text *t, const char *want)
{
    ck_assert(!t->broken);
    ck_assert_msg(t->len == strlen(want) && memcmp(t->bytes, want, t->len) == 0,
                  "%.*s instead of %s", (int)t->len, t->bytes, want);
}

START_TEST(what_is_added_stands_behind_what_was_there)
{
    struct text t = {0};

    text_lit(&t, "one ");
    text_add(&t, "two", 3);
    text_add_slice(&t, slice_text(" three"));
    expect(&t, "one two three");
    text_release(&t);
}
END_TEST

START_TEST(adding_nothing_changes_nothing)
{
    struct text t = {0};

    text_add(&t, NULL, 0);
    text_add_slice(&t, slice_of(NULL, 0));
    ck_assert_uint_eq(t.len, 0);
    ck_assert_ptr_null(t.bytes);
    text_release(&t);
}
END_TEST

START_TEST(a_text_grows_over_any_number_of_additions)
{
    struct text t = {0};

    for (int i = 0; i < 10000; i++)
        text_add_int(&t, i % 10);
    ck_assert_uint_eq(t.len, 10000);
    for (size_t i = 0; i < t.len; i++)
        ck_assert_int_eq(t.bytes[i], (char)('0' + i % 10));
    text_release(&t);
}
END_TEST

START_TEST(reserved_room_is_there_and_is_not_taken_twice)
{
    struct text t = {0};
    char *bytes;

    ck_assert(text_reserve(&t, 3000));
    ck_assert_uint_ge(t.cap, 3000);
    bytes = t.bytes;
    for (int i = 0; i < 3000; i++)
        text_lit(&t, "x");
    ck_assert_ptr_eq(t.bytes, bytes);
    text_release(&t);
}
END_TEST

START_TEST(a_cleared_text_keeps_its_memory)
{
    struct text t = {0};
    char *bytes;

    text_lit(&t, "abc");
    bytes = t.bytes;
    text_clear(&t);
    ck_assert_uint_eq(t.len, 0);
    text_lit(&t, "de");
    ck_assert_ptr_eq(t.bytes, bytes);
    expect(&t, "de");
    text_release(&t);
    ck_assert_ptr_null(t.bytes);
    text_lit(&t, "usable after a release");
    expect(&t, "usable after a release");
    text_release(&t);
}
END_TEST

START_TEST(a_broken_text_ignores_all_until_it_is_cleared)
{
    struct text t = {0};

    text_lit(&t, "before");
    ck_assert(!text_reserve(&t, SIZE_MAX - 3));
    ck_assert(t.broken);
    text_lit(&t, "x");
    text_add_int(&t, 5);
    text_add_json(&t, slice_text("y"));
    ck_assert(!text_reserve(&t, 1));
    ck_assert_uint_eq(t.len, 6);
    ck_assert(t.broken);
    text_clear(&t);
    text_lit(&t, "works again, and has room for more than it had");
    expect(&t, "works again, and has room for more than it had");
    text_release(&t);
}
END_TEST

START_TEST(an_empty_text_that_breaks_recovers_too)
{
    struct text t = {0};

    ck_assert(!text_reserve(&t, SIZE_MAX / 2));
    text_lit(&t, "ignored");
    ck_assert_uint_eq(t.len, 0);
    text_clear(&t);
    text_lit(&t, "fine");
    expect(&t, "fine");
    text_release(&t);
}
END_TEST

START_TEST(a_text_is_fitted_to_what_is_in_it)
{
    struct text t = {0};

    text_fit(&t);
    ck_assert_uint_eq(t.cap, 0);
    for (int i = 0; i < 1000; i++)
        text_lit(&t, "0123456789");
    t.len = 5;
    text_fit(&t);
    ck_assert_uint_eq(t.cap, 5);
    text_lit(&t, "56789");
    ck_assert(slice_is(slice_of(t.bytes, t.len), "0123456789"));
    text_clear(&t);
    text_fit(&t);
    ck_assert_uint_eq(t.cap, 0);
    text_release(&t);
}
END_TEST

START_TEST(integers_are_written_in_full)
{
    static const int64_t numbers[] = {
        0,         1,        -1, 9, 10, -10, 99, 100, 123456789, -9007199254740991,
        INT64_MAX, INT64_MIN};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct text t = {0};
        char want[32];

        snprintf(want, sizeof want, "%" PRId64, numbers[i]);
        text_add_int(&t, numbers[i]);
        expect(&t, want);
        text_release(&t);
    }
}
END_TEST

static void expect_json(const char *bytes, size_t len, const char *want)
{
    char *copy = exact_copy(bytes, len);
    struct text t = {0};

    text_add_json(&t, slice_of(copy, len));
    expect(&t, want);
    text_release(&t);
    free(copy);
}

#define JSON_OF(literal, want) expect_json(literal, sizeof(literal) - 1, want)

START_TEST(strings_are_quoted_and_escaped)
{
    JSON_OF("", "\"\"");
    JSON_OF("plain", "\"plain\"");
    JSON_OF("a\"b", "\"a\\\"b\"");
    JSON_OF("a\\b", "\"a\\\\b\"");
    JSON_OF("a/b", "\"a/b\"");
    JSON_OF("\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"");
    JSON_OF("\0\1\x1f\x7f", "\"\\u0000\\u0001\\u001f\x7f\"");
    JSON_OF("\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
            "\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80\"");
}
END_TEST

#define FFFD "\xef\xbf\xbd"

START_TEST(bytes_that_are_not_utf_8_become_replacement_characters)
{
    JSON_OF("\xff", "\"" FFFD "\"");
    JSON_OF("a\x80z", "\"a" FFFD "z\"");
    JSON_OF("\xc3", "\"" FFFD "\"");
    JSON_OF("\xc3\"", "\"" FFFD "\\\"\"");
    JSON_OF("\xc0\x80", "\"" FFFD FFFD "\"");
    JSON_OF("\xed\xa0\x80", "\"" FFFD FFFD FFFD "\"");
    JSON_OF("\xf0\x9f\x98", "\"" FFFD FFFD FFFD "\"");
    JSON_OF("\xf4\x90\x80\x80", "\"" FFFD FFFD FFFD FFFD "\"");
    JSON_OF("\xe2\x82\xac\xe2\x82", "\"\xe2\x82\xac" FFFD FFFD "\"");
}
END_TEST

START_TEST(any_bytes_give_a_valid_json_string)
{
    uint64_t seed = 1;

    for (int round = 0; round < 20000; round++) {
        const size_t len = exact_below(&seed, 70);
        char *bytes = malloc(len + 1);
        struct text t = {0};
        size_t at;

        ck_assert_ptr_nonnull(bytes);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)(exact_below(&seed, 4) == 0 ? exact_below(&seed, 256)
                                                         : 32 + exact_below(&seed, 95));
        text_add_json(&t, slice_of(bytes, len));
        ck_assert_msg(json_is_valid(t.bytes, t.len, &at), "round %d: byte %zu", round,
                      at);
        text_release(&t);
        free(bytes);
    }
}
END_TEST

START_TEST(jansson_reads_back_what_was_written)
{
    uint64_t seed = 2;

    for (int round = 0; round < 5000; round++) {
        const size_t len = exact_below(&seed, 100);
        struct text t = {0};
        char bytes[100];
        json_t *string;

        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)exact_below(&seed, 128);
        text_add_json(&t, slice_of(bytes, len));
        string = json_loadb(t.bytes, t.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        ck_assert_ptr_nonnull(string);
        ck_assert_uint_eq(json_string_length(string), len);
        if (len > 0)
            ck_assert_mem_eq(json_string_value(string), bytes, len);
        json_decref(string);
        text_release(&t);
    }
}
END_TEST

START_TEST(a_text_that_found_no_memory_is_broken_and_may_grow_later)
{
    struct text t = {0};
    bool was_broken;

    text_lit(&t, "kept");
    starve_after(0);
    was_broken = !text_reserve(&t, 1000) && t.broken;
    ck_assert_int_eq(starve_end(), 1);
    ck_assert(was_broken);
    ck_assert(!text_reserve(&t, 1));
    text_clear(&t);
    text_lit(&t, "more");
    expect(&t, "more");
    text_release(&t);
}
END_TEST

UNIT_MAIN("text", what_is_added_stands_behind_what_was_there,
          adding_nothing_changes_nothing, a_text_grows_over_any_number_of_additions,
          reserved_room_is_there_and_is_not_taken_twice, a_cleared_text_keeps_its_memory,
          a_broken_text_ignores_all_until_it_is_cleared,
          an_empty_text_that_breaks_recovers_too, a_text_is_fitted_to_what_is_in_it,
          integers_are_written_in_full, strings_are_quoted_and_escaped,
          bytes_that_are_not_utf_8_become_replacement_characters,
          any_bytes_give_a_valid_json_string, jansson_reads_back_what_was_written,
          a_text_that_found_no_memory_is_broken_and_may_grow_later)
