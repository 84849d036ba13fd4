/* SPDX-License-Identifier: MIT */
#include "elements.h"
#include "unit.h"

#include <string.h>

/* The elements, each followed by a bar. */
static void has(const char *array, const char *expected)
{
    struct elements e;
    char found[256] = "";
    const char *value;
    size_t len;

    ck_assert(elements_init(&e, array, strlen(array)));
    while (elements_next(&e, &value, &len)) {
        strncat(found, value, len);
        strcat(found, "|");
    }
    ck_assert_str_eq(found, expected);
    ck_assert(!elements_next(&e, &value, &len));
}

START_TEST(an_empty_array_has_none)
{
    has("[]", "");
    has(" [ \t\r\n ] ", "");
}
END_TEST

START_TEST(elements_are_as_they_were_written)
{
    has("[1]", "1|");
    has("[1,2]", "1|2|");
    has("[1.0,-2e+7,true,false,null,\"\"]", "1.0|-2e+7|true|false|null|\"\"|");
}
END_TEST

START_TEST(white_space_between_them_is_not_theirs)
{
    has(" [ 1 ,\n2\t, \"a b\" ]\r\n", "1|2|\"a b\"|");
}
END_TEST

START_TEST(what_is_inside_of_them_is)
{
    has("[[1, 2], [], {\"a\": [3, {}], \"b\":4}, 5]",
        "[1, 2]|[]|{\"a\": [3, {}], \"b\":4}|5|");
}
END_TEST

START_TEST(strings_may_look_like_anything)
{
    has("[\"a,b\",\"]\",\"[{\"]", "\"a,b\"|\"]\"|\"[{\"|");
    has("[\"\\\"\",\"\\\\\",[\"\\\\\\\",]\"],1]",
        "\"\\\"\"|\"\\\\\"|[\"\\\\\\\",]\"]|1|");
}
END_TEST

START_TEST(what_is_no_array_has_no_elements)
{
    static const char *const texts[] = {"",  "1",    "{}",    "\"[]\"",
                                        "[", "[1,]", "[1 2]", "[]]"};
    struct elements e;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert(!elements_init(&e, texts[i], strlen(texts[i])));
    ck_assert(!elements_init(&e, NULL, 0));
    ck_assert(!elements_init(&e, "[1]", 2));
}
END_TEST

START_TEST(nothing_behind_the_length_is_looked_at)
{
    char array[] = {'[', '1', ',', '2', ']', '3'};
    struct elements e;
    const char *value;
    size_t len;

    ck_assert(elements_init(&e, array, 5));
    ck_assert(elements_next(&e, &value, &len));
    ck_assert(elements_next(&e, &value, &len));
    ck_assert(value == array + 3 && len == 1);
    ck_assert(!elements_next(&e, &value, &len));
}
END_TEST

UNIT_MAIN("elements", an_empty_array_has_none, elements_are_as_they_were_written,
          white_space_between_them_is_not_theirs, what_is_inside_of_them_is,
          strings_may_look_like_anything, what_is_no_array_has_no_elements,
          nothing_behind_the_length_is_looked_at)
