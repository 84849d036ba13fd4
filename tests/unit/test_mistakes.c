/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include "mistakes.h"
#include "unit.h"

static struct mistakes list;

static void set_up(void)
{
    mistakes_init(&list, "a.yaml");
}

static struct place at(size_t line, size_t column)
{
    return (struct place){line, column};
}

START_TEST(new_list_has_no_mistakes)
{
    set_up();
    ck_assert_uint_eq(mistakes_count(&list), 0);
    mistakes_release(&list);
}
END_TEST

START_TEST(line_has_file_place_key_and_what_is_wrong)
{
    set_up();
    mistakes_add(&list, at(3, 14), "log.level", "must be %s, not %d", "a name", 5);
    ck_assert_uint_eq(mistakes_count(&list), 1);
    ck_assert_str_eq(mistakes_line(&list, 0),
                     "a.yaml:3:14: log.level: must be a name, not 5");
    mistakes_release(&list);
}
END_TEST

START_TEST(line_without_key_has_none)
{
    set_up();
    mistakes_add(&list, at(1, 1), NULL, "not valid YAML");
    ck_assert_str_eq(mistakes_line(&list, 0), "a.yaml:1:1: not valid YAML");
    mistakes_release(&list);
}
END_TEST

START_TEST(line_without_place_has_none)
{
    set_up();
    mistakes_add(&list, at(0, 0), NULL, "cannot be read");
    ck_assert_str_eq(mistakes_line(&list, 0), "a.yaml: cannot be read");
    mistakes_release(&list);
}
END_TEST

START_TEST(control_characters_do_not_reach_the_terminal)
{
    set_up();
    mistakes_add(&list, at(1, 1), "a\nb", "\x1b[31m\x7f\t.\xc2\x9b.\xc3\xa9");
    ck_assert_str_eq(mistakes_line(&list, 0), "a.yaml:1:1: a?b: ?[31m??.??.\xc3\xa9");
    mistakes_release(&list);
}
END_TEST

START_TEST(percent_signs_of_a_text_are_no_formats)
{
    set_up();
    mistakes_add(&list, at(1, 1), "100%s", "%s", "5%n%d");
    ck_assert_str_eq(mistakes_line(&list, 0), "a.yaml:1:1: 100%s: 5%n%d");
    mistakes_release(&list);
}
END_TEST

START_TEST(sort_puts_lines_in_the_order_of_the_file)
{
    static const char *const expected[] = {"a.yaml: 0", "a.yaml:1:9: 1", "a.yaml:2:1: 2",
                                           "a.yaml:2:10: 3", "a.yaml:10:1: 4"};

    set_up();
    mistakes_add(&list, at(10, 1), NULL, "4");
    mistakes_add(&list, at(2, 10), NULL, "3");
    mistakes_add(&list, at(0, 0), NULL, "0");
    mistakes_add(&list, at(2, 1), NULL, "2");
    mistakes_add(&list, at(1, 9), NULL, "1");
    mistakes_sort(&list);
    for (size_t i = 0; i < 5; i++)
        ck_assert_str_eq(mistakes_line(&list, i), expected[i]);
    mistakes_release(&list);
}
END_TEST

START_TEST(sort_keeps_the_order_of_mistakes_of_one_place)
{
    char expected[32];

    set_up();
    for (int i = 0; i < 100; i++)
        mistakes_add(&list, at(1, 1), NULL, "%d", i);
    mistakes_sort(&list);
    for (int i = 0; i < 100; i++) {
        snprintf(expected, sizeof expected, "a.yaml:1:1: %d", i);
        ck_assert_str_eq(mistakes_line(&list, (size_t)i), expected);
    }
    mistakes_release(&list);
}
END_TEST

START_TEST(sort_of_an_empty_list_changes_nothing)
{
    set_up();
    mistakes_sort(&list);
    ck_assert_uint_eq(mistakes_count(&list), 0);
    mistakes_release(&list);
}
END_TEST

START_TEST(out_of_memory_is_one_more_line)
{
    set_up();
    mistakes_add(&list, at(1, 1), NULL, "x");
    mistakes_add_no_memory(&list);
    mistakes_add_no_memory(&list);
    ck_assert_uint_eq(mistakes_count(&list), 2);
    ck_assert_str_eq(mistakes_line(&list, 0), "a.yaml:1:1: x");
    ck_assert_ptr_nonnull(strstr(mistakes_line(&list, 1), "out of memory"));
    mistakes_release(&list);
}
END_TEST

START_TEST(released_list_is_empty_and_usable)
{
    set_up();
    mistakes_add(&list, at(1, 1), NULL, "x");
    mistakes_add_no_memory(&list);
    mistakes_release(&list);
    ck_assert_uint_eq(mistakes_count(&list), 0);
    mistakes_add(&list, at(2, 2), NULL, "y");
    ck_assert_str_eq(mistakes_line(&list, 0), "a.yaml:2:2: y");
    mistakes_release(&list);
}
END_TEST

START_TEST(clip_leaves_what_fits)
{
    ck_assert_int_eq(mistakes_clip("", 5), 0);
    ck_assert_int_eq(mistakes_clip("abc", 5), 3);
    ck_assert_int_eq(mistakes_clip("abcde", 5), 5);
}
END_TEST

START_TEST(clip_cuts_between_characters)
{
    ck_assert_int_eq(mistakes_clip("abcdef", 5), 5);
    ck_assert_int_eq(mistakes_clip("abcd\xc3\xa9", 5), 4);
    ck_assert_int_eq(mistakes_clip("abcd\xe2\x82\xac", 6), 4);
    ck_assert_int_eq(mistakes_clip("\xe2\x82\xac\xe2\x82\xac", 4), 3);
    ck_assert_int_eq(mistakes_clip("\xf0\x9f\x98\x80", 3), 0);
}
END_TEST

START_TEST(places_are_ordered_by_line_then_column)
{
    ck_assert_int_lt(place_compare(at(1, 9), at(2, 1)), 0);
    ck_assert_int_gt(place_compare(at(2, 1), at(1, 9)), 0);
    ck_assert_int_lt(place_compare(at(2, 1), at(2, 2)), 0);
    ck_assert_int_gt(place_compare(at(2, 3), at(2, 2)), 0);
    ck_assert_int_eq(place_compare(at(2, 2), at(2, 2)), 0);
}
END_TEST

UNIT_MAIN("mistakes", new_list_has_no_mistakes, line_has_file_place_key_and_what_is_wrong,
          line_without_key_has_none, line_without_place_has_none,
          control_characters_do_not_reach_the_terminal,
          percent_signs_of_a_text_are_no_formats,
          sort_puts_lines_in_the_order_of_the_file,
          sort_keeps_the_order_of_mistakes_of_one_place,
          sort_of_an_empty_list_changes_nothing, out_of_memory_is_one_more_line,
          released_list_is_empty_and_usable, clip_leaves_what_fits,
          clip_cuts_between_characters, places_are_ordered_by_line_then_column)
