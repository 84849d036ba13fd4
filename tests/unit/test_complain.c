/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "complain.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char said[4096];

/* Complains of text, with standard error turned to `said`. */
static void complain_into(const char *text)
{
    FILE *err = tmpfile();
    int old = dup(STDERR_FILENO);
    size_t len;

    dup2(fileno(err), STDERR_FILENO);
    complain("cannot %s", text);
    dup2(old, STDERR_FILENO);
    close(old);
    rewind(err);
    len = fread(said, 1, sizeof said - 1, err);
    said[len] = '\0';
    fclose(err);
}

START_TEST(a_complaint_is_one_line_that_says_who)
{
    complain_into("go on");
    ck_assert_str_eq(said, "chan: cannot go on\n");
}
END_TEST

START_TEST(control_characters_cannot_break_the_line)
{
    complain_into("a\nb\tc\x1b[31md\x7f\xc3\xa9");
    ck_assert_str_eq(said, "chan: cannot a?b?c?[31md?\xc3\xa9\n");
}
END_TEST

START_TEST(a_long_complaint_is_cut_between_characters)
{
    char text[3001];

    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2);
    text[3000] = '\0';
    complain_into(text);
    ck_assert_uint_le(strlen(said), 6 + 1000 + 1);
    ck_assert_uint_ge(strlen(said), 6 + 990);
    ck_assert_int_eq(said[strlen(said) - 1], '\n');
    /* The last character is whole. */
    ck_assert_int_eq((unsigned char)said[strlen(said) - 2], 0xa9);

    memset(text, 'x', 1000 - strlen("cannot "));
    text[1000 - strlen("cannot ")] = '\0';
    complain_into(text);
    ck_assert_uint_eq(strlen(said), 6 + 1000 + 1);
}
END_TEST

START_TEST(without_standard_error_nothing_happens)
{
    int old = dup(STDERR_FILENO);

    close(STDERR_FILENO);
    complain("into the void");
    dup2(old, STDERR_FILENO);
    close(old);
}
END_TEST

UNIT_MAIN("complain", a_complaint_is_one_line_that_says_who,
          control_characters_cannot_break_the_line,
          a_long_complaint_is_cut_between_characters,
          without_standard_error_nothing_happens)
