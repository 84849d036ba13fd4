/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "source.h"

#include <string.h>
#include <unistd.h>

static char why[NOTATION_ROOM];

static void expect(struct source *source, const char *json)
{
    struct value value;

    ck_assert_int_eq(source_next(source, &value, why), SOURCE_VALUE);
    ck_assert_uint_eq(value.len, strlen(json));
    ck_assert_int_eq(memcmp(value.json, json, value.len), 0);
    notation_release(&value);
}

static void expect_step(struct source *source, enum source_step step)
{
    struct value value;

    ck_assert_int_eq(source_next(source, &value, why), step);
}

START_TEST(words_behind_the_name_are_the_values)
{
    char *words[] = {(char[]){"jobs"}, (char[]){"a b"}, (char[]){""}, (char[]){"42"},
                     NULL};
    const struct args args = {.words = words, .word_count = 4};
    struct source source;

    source_init(&source, &args, -1);
    ck_assert(!source_is_lines(&source));
    expect(&source, "\"a b\"");
    expect(&source, "\"\"");
    expect(&source, "\"42\"");
    expect_step(&source, SOURCE_END);
    expect_step(&source, SOURCE_END);
    source_release(&source);
}
END_TEST

START_TEST(without_words_the_lines_are_the_values)
{
    char *words[] = {(char[]){"jobs"}, NULL};
    const struct args args = {.words = words, .word_count = 1};
    struct source source;
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    source_init(&source, &args, fds[0]);
    ck_assert(source_is_lines(&source));
    expect_step(&source, SOURCE_MORE);
    ck_assert_int_eq(write(fds[1], "one\n\ntw", 7), 7);
    ck_assert(source_fill(&source, why));
    expect(&source, "\"one\"");
    expect(&source, "\"\"");
    expect_step(&source, SOURCE_MORE);
    ck_assert_int_eq(write(fds[1], "o", 1), 1);
    close(fds[1]);
    ck_assert(source_fill(&source, why));
    expect_step(&source, SOURCE_MORE);
    ck_assert(source_fill(&source, why));
    expect(&source, "\"two\"");
    expect_step(&source, SOURCE_END);
    source_release(&source);
    close(fds[0]);
}
END_TEST

START_TEST(a_json_line_outlives_the_next_fill)
{
    char *words[] = {(char[]){"jobs"}, NULL};
    const struct args args = {
        .words = words, .word_count = 1, .given = OPTION_BIT(OPTION_JSON)};
    struct source source;
    struct value value;
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    source_init(&source, &args, fds[0]);
    ck_assert_int_eq(write(fds[1], "[1, 2]\n", 7), 7);
    ck_assert(source_fill(&source, why));
    ck_assert_int_eq(source_next(&source, &value, why), SOURCE_VALUE);
    ck_assert_int_eq(write(fds[1], "\"zzzzzzzz\"\n", 11), 11);
    ck_assert(source_fill(&source, why));
    ck_assert_uint_eq(value.len, 6);
    ck_assert_int_eq(memcmp(value.json, "[1, 2]", 6), 0);
    notation_release(&value);
    source_release(&source);
    close(fds[0]);
    close(fds[1]);
}
END_TEST

START_TEST(what_cannot_be_a_value_is_bad_and_passed_over)
{
    char *words[] = {(char[]){"jobs"}, (char[]){"\xff"}, (char[]){"fine"}, NULL};
    const struct args args = {.words = words, .word_count = 3};
    struct source source;

    source_init(&source, &args, -1);
    expect_step(&source, SOURCE_BAD);
    ck_assert_str_eq(why, "text must be UTF-8");
    expect(&source, "\"fine\"");
    source_release(&source);
}
END_TEST

START_TEST(an_input_that_cannot_be_read_says_why)
{
    char *words[] = {(char[]){"jobs"}, NULL};
    const struct args args = {.words = words, .word_count = 1};
    struct source source;

    source_init(&source, &args, -1);
    ck_assert(!source_fill(&source, why));
    ck_assert_str_eq(why, "standard input: Bad file descriptor");
    source_release(&source);
}
END_TEST

UNIT_MAIN("source", words_behind_the_name_are_the_values,
          without_words_the_lines_are_the_values, a_json_line_outlives_the_next_fill,
          what_cannot_be_a_value_is_bad_and_passed_over,
          an_input_that_cannot_be_read_says_why)
