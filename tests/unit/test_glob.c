/* SPDX-License-Identifier: MIT */
#include <fnmatch.h>
#include <string.h>
#include "glob.h"
#include "unit.h"

START_TEST(plain_globs_fit_themselves_alone)
{
    ck_assert(glob_fits("jobs/a", slice_text("jobs/a")));
    ck_assert(!glob_fits("jobs/a", slice_text("jobs/ab")));
    ck_assert(!glob_fits("jobs/a", slice_text("jobs/")));
    ck_assert(!glob_fits("jobs/a", slice_text("JOBS/A")));
    ck_assert(glob_fits("", slice_of("", 0)));
    ck_assert(!glob_fits("", slice_text("a")));
}
END_TEST

START_TEST(a_star_is_any_bytes_also_none_and_a_slash)
{
    ck_assert(glob_fits("*", slice_of("", 0)));
    ck_assert(glob_fits("jobs/*", slice_text("jobs/")));
    ck_assert(glob_fits("jobs/*", slice_text("jobs/a/b/c")));
    ck_assert(!glob_fits("jobs/*", slice_text("jobs")));
    ck_assert(glob_fits("*.log", slice_text("a.log.log")));
    ck_assert(glob_fits("a*b*c", slice_text("abbcbc")));
    ck_assert(!glob_fits("a*b*c", slice_text("abbcb")));
}
END_TEST

START_TEST(a_question_mark_is_one_byte)
{
    ck_assert(glob_fits("log?", slice_text("log1")));
    ck_assert(!glob_fits("log?", slice_text("log")));
    ck_assert(!glob_fits("log?", slice_text("log12")));
    ck_assert(glob_fits("*?", slice_text("a")));
    ck_assert(!glob_fits("*?", slice_of("", 0)));
}
END_TEST

START_TEST(a_name_ends_where_its_slice_ends)
{
    ck_assert(glob_fits("ab", slice_of("abc", 2)));
    ck_assert(!glob_fits("abc", slice_of("abc", 2)));
}
END_TEST

/* Writes the number as a word over the letters. */
static void word_of(unsigned n, const char *letters, char ret[8])
{
    size_t base = strlen(letters) + 1, len = 0;

    for (; n > 0; n /= (unsigned)base)
        if (n % base > 0)
            ret[len++] = letters[n % base - 1];
    ret[len] = '\0';
}

START_TEST(short_globs_fit_what_fnmatch_says)
{
    char glob[8], name[8];

    for (unsigned g = 0; g < 5 * 5 * 5 * 5 * 5; g++)
        for (unsigned n = 0; n < 3 * 3 * 3 * 3 * 3; n++) {
            word_of(g, "ab*?", glob);
            word_of(n, "ab", name);
            ck_assert_msg(glob_fits(glob, slice_text(name)) == !fnmatch(glob, name, 0),
                          "%s and %s", glob, name);
        }
}
END_TEST

/* With backtracking over every star this would not end. */
START_TEST(many_stars_take_no_longer_than_they_must)
{
    char glob[201], name[201];

    for (size_t i = 0; i < 200; i++) {
        glob[i] = i % 2 ? 'a' : '*';
        name[i] = 'a';
    }
    glob[199] = 'b';
    glob[200] = name[200] = '\0';
    ck_assert(!glob_fits(glob, slice_text(name)));
    name[199] = 'b';
    ck_assert(glob_fits(glob, slice_text(name)));
}
END_TEST

UNIT_MAIN("glob", plain_globs_fit_themselves_alone,
          a_star_is_any_bytes_also_none_and_a_slash, a_question_mark_is_one_byte,
          a_name_ends_where_its_slice_ends, short_globs_fit_what_fnmatch_says,
          many_stars_take_no_longer_than_they_must)
