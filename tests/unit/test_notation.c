/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "notation.h"

#include <stdlib.h>
#include <string.h>

static const char *const texts[] = {
    "ketchup", "two words", "  blanks  ", "42",      "null", "[1,2]", "\"quoted\"", "\\n",
    "\\u00e9", "tab\there", "\xc3\xa9",   "a\"b\"c", "",     "-",     "\x01",       "%s",
};

START_TEST(text_comes_out_as_it_went_in)
{
    char why[NOTATION_ROOM];

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct value value;
        struct bytes out = {0};

        ck_assert(notation_read(NOTATION_TEXT, texts[i], strlen(texts[i]), &value, why));
        ck_assert_int_eq(value.json[0], '"');
        ck_assert(notation_show(NOTATION_TEXT, value.json, value.len, &out));
        ck_assert_uint_eq(out.len, strlen(texts[i]));
        ck_assert(out.len == 0 || memcmp(out.data, texts[i], out.len) == 0);
        notation_release(&value);
        ck_assert_ptr_null(value.owned);
        bytes_release(&out);
    }
}
END_TEST

START_TEST(json_comes_out_as_it_went_in)
{
    static const char *const jsons[] = {"1.0",
                                        "-0",
                                        "12345678901234567890",
                                        "null",
                                        "{\"b\":1, \"a\":2}",
                                        "\"\\u00e9\"",
                                        "\"two words\""};
    char why[NOTATION_ROOM];

    for (size_t i = 0; i < sizeof jsons / sizeof *jsons; i++) {
        struct value value;
        struct bytes out = {0};

        ck_assert(notation_read(NOTATION_JSON, jsons[i], strlen(jsons[i]), &value, why));
        ck_assert_ptr_eq(value.json, jsons[i]);
        ck_assert(notation_show(NOTATION_JSON, value.json, value.len, &out));
        ck_assert_uint_eq(out.len, strlen(jsons[i]));
        ck_assert_int_eq(memcmp(out.data, jsons[i], out.len), 0);
        notation_release(&value);
        bytes_release(&out);
    }
}
END_TEST

START_TEST(as_text_only_strings_are_bare)
{
    static const struct {
        const char *json, *shown;
    } cases[] = {{"\"\\u00e9\\n\"", "\xc3\xa9\n"},
                 {"1.50", "1.50"},
                 {"null", "null"},
                 {"[\"a\"]", "[\"a\"]"}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes out = {0};

        ck_assert(
            notation_show(NOTATION_TEXT, cases[i].json, strlen(cases[i].json), &out));
        ck_assert_uint_eq(out.len, strlen(cases[i].shown));
        ck_assert_int_eq(memcmp(out.data, cases[i].shown, out.len), 0);
        bytes_release(&out);
    }
}
END_TEST

START_TEST(what_cannot_be_a_value_is_refused_and_why)
{
    char why[NOTATION_ROOM] = "";
    struct value value = {.len = 42};

    ck_assert(!notation_read(NOTATION_TEXT, "a\xff", 2, &value, why));
    ck_assert_str_eq(why, "text must be UTF-8");
    ck_assert(!notation_read(NOTATION_JSON, "[1,", 3, &value, why));
    ck_assert_str_eq(why, "it is not JSON, at byte 3 (-j asks for JSON)");
    ck_assert(!notation_read(NOTATION_JSON, "", 0, &value, why));
    ck_assert_uint_eq(value.len, 42);
}
END_TEST

START_TEST(a_brief_value_fits_and_is_cut_between_characters)
{
    char room[NOTATION_ROOM], json[200] = "\"";

    notation_brief("\"short\"", 7, room);
    ck_assert_str_eq(room, "\"short\"");
    for (size_t i = 1; i < 180; i += 3)
        strcat(json, "\xe2\x82\xac");
    notation_brief(json, strlen(json), room);
    ck_assert_uint_lt(strlen(room), NOTATION_ROOM);
    ck_assert_uint_gt(strlen(room), NOTATION_ROOM - 8);
    ck_assert_str_eq(room + strlen(room) - 6, "\xe2\x82\xac...");
}
END_TEST

UNIT_MAIN("notation", text_comes_out_as_it_went_in, json_comes_out_as_it_went_in,
          as_text_only_strings_are_bare, what_cannot_be_a_value_is_refused_and_why,
          a_brief_value_fits_and_is_cut_between_characters)
