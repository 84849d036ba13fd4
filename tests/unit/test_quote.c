/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "chan.h"
#include "starve.h"

#include <string.h>

#define BYTES(literal) literal, sizeof(literal) - 1

START_TEST(text_and_json_string_are_each_others_way_back)
{
    static const struct {
        const char *text;
        size_t text_len;
        const char *json;
    } cases[] = {
        {BYTES(""), "\"\""},
        {BYTES("ketchup"), "\"ketchup\""},
        {BYTES("two words"), "\"two words\""},
        {BYTES("a\"b\\c/"), "\"a\\\"b\\\\c/\""},
        {BYTES("tab\tnl\ncr\r"), "\"tab\\tnl\\ncr\\r\""},
        {BYTES("\x01\x1f\x7f"), "\"\\u0001\\u001f\x7f\""},
        {BYTES("nul\0in it"), "\"nul\\u0000in it\""},
        {BYTES("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
         "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
        {BYTES("\xef\xbf\xbd is fine"), "\"\xef\xbf\xbd is fine\""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *json, *text;
        size_t json_len, text_len;

        ck_assert_int_eq(
            chan_text_to_json(cases[i].text, cases[i].text_len, &json, &json_len),
            CHAN_OK);
        ck_assert_str_eq(json, cases[i].json);
        ck_assert_uint_eq(json_len, strlen(json));
        ck_assert_int_eq(chan_json_to_text(json, json_len, &text, &text_len), CHAN_OK);
        ck_assert_uint_eq(text_len, cases[i].text_len);
        ck_assert_int_eq(memcmp(text, cases[i].text, text_len), 0);
        ck_assert_int_eq(text[text_len], '\0');
        free(json);
        free(text);
    }
}
END_TEST

START_TEST(text_that_is_not_utf8_is_invalid)
{
    static const char *const texts[] = {
        "\xff",
        "a\xc3",
        "\xc3(",
        "\xed\xa0\x80",
        "\xf4\x90\x80\x80",
        "\xc0\x80",
        "mostly fine \x80",
        "\xef\xbf",
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *json = NULL;
        size_t len = 42;

        ck_assert_msg(chan_text_to_json(texts[i], strlen(texts[i]), &json, &len) ==
                          CHAN_INVALID,
                      "%zu", i);
        ck_assert_ptr_null(json);
        ck_assert_uint_eq(len, 42);
    }
}
END_TEST

START_TEST(escapes_of_a_json_string_become_text)
{
    char *text;
    size_t len;

    ck_assert_int_eq(
        chan_json_to_text(BYTES(" \"\\u00e9\\ud83d\\ude00\\/\\ud800\" "), &text, &len),
        CHAN_OK);
    ck_assert_str_eq(text, "\xc3\xa9\xf0\x9f\x98\x80/\xef\xbf\xbd");
    ck_assert_uint_eq(len, strlen(text));
    free(text);
}
END_TEST

START_TEST(what_is_no_json_string_has_no_text)
{
    static const char *const texts[] = {"",    "1",          "null", "[\"a\"]",
                                        "\"a", "\"a\"\"b\"", "a",    "\"\\x\""};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *text = NULL;
        size_t len;

        ck_assert_int_eq(chan_json_to_text(texts[i], strlen(texts[i]), &text, &len),
                         CHAN_INVALID);
        ck_assert_ptr_null(text);
    }
}
END_TEST

START_TEST(json_is_checked_and_the_fault_found)
{
    size_t offset = 42;

    ck_assert_int_eq(chan_json_check(BYTES(" {\"a\": [1.5e3, null]} "), &offset),
                     CHAN_OK);
    ck_assert_uint_eq(offset, 42);
    ck_assert_int_eq(chan_json_check(BYTES("[1, 2"), &offset), CHAN_INVALID);
    ck_assert_uint_eq(offset, 5);
    ck_assert_int_eq(chan_json_check(BYTES("nul"), NULL), CHAN_INVALID);
    ck_assert_int_eq(chan_json_check(BYTES(""), &offset), CHAN_INVALID);
    ck_assert_uint_eq(offset, 0);
}
END_TEST

static void note(const char *name, size_t name_len, const char *value, size_t value_len,
                 void *data)
{
    strncat(data, name, name_len);
    strcat(data, "=");
    strncat(data, value, value_len);
    strcat(data, ";");
}

START_TEST(members_are_called_in_order_as_they_are_written)
{
    char seen[128] = "";

    ck_assert_int_eq(
        chan_json_members(BYTES(" {\"a\" : 1.0 ,\"b\\u0020\":{\"c\":[]}, \"d\":\"e\"} "),
                          note, seen),
        CHAN_OK);
    ck_assert_str_eq(seen, "\"a\"=1.0;\"b\\u0020\"={\"c\":[]};\"d\"=\"e\";");
    seen[0] = '\0';
    ck_assert_int_eq(chan_json_members(BYTES("{}"), note, seen), CHAN_OK);
    ck_assert_str_eq(seen, "");
}
END_TEST

START_TEST(what_is_no_object_has_no_members)
{
    static const char *const texts[] = {"", "[]", "1", "{\"a\":1", "{\"a\":1}x"};
    char seen[128] = "";

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_int_eq(chan_json_members(texts[i], strlen(texts[i]), note, seen),
                         CHAN_INVALID);
    ck_assert_str_eq(seen, "");
}
END_TEST

START_TEST(without_memory_nothing_is_made)
{
    enum chan_status made[2], text;
    char *out = NULL;
    size_t len = 42;

    for (long n = 0; n < 2; n++) {
        starve_after(n);
        made[n] = chan_text_to_json(BYTES("some text"), &out, &len);
        starve_end();
    }
    starve_after(0);
    text = chan_json_to_text(BYTES("\"a\""), &out, &len);
    starve_end();
    ck_assert_int_eq(made[0], CHAN_NO_MEMORY);
    ck_assert_int_eq(made[1], CHAN_NO_MEMORY);
    ck_assert_int_eq(text, CHAN_NO_MEMORY);
    ck_assert_ptr_null(out);
    ck_assert_uint_eq(len, 42);
}
END_TEST

UNIT_MAIN("quote", text_and_json_string_are_each_others_way_back,
          text_that_is_not_utf8_is_invalid, escapes_of_a_json_string_become_text,
          what_is_no_json_string_has_no_text, json_is_checked_and_the_fault_found,
          members_are_called_in_order_as_they_are_written,
          what_is_no_object_has_no_members, without_memory_nothing_is_made)
