/* SPDX-License-Identifier: MIT */
/* Lists of a catalog: whole, page by page and in steps. */
#include "catalog.h"

#include <stdio.h>
#include <string.h>
#include "exact.h"
#include "shelf.h"
#include "unit.h"

enum { PAGE = 100 };

/* The names of a page, each with a space behind it, and a + if there are more. */
static const char *list(const struct shelf *g, const char *prefix, const char *after,
                        size_t limit)
{
    static char text[1000];
    struct channel_stat page[PAGE];
    struct catalog_query query = {slice_text(prefix), slice_text(after), limit};
    size_t count, at = 0;
    bool more = limit % 2; /* must be written in any case */

    count = catalog_list(&g->catalog, &query, page, &more);
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s ", page[i].name);
    if (more)
        strcpy(text + at, "+");
    return text;
}

/* The same, put together from looks of so much effort each. */
static const char *list_in_steps(const struct shelf *g, const char *prefix,
                                 const char *after, size_t limit, size_t effort)
{
    static char text[1000];
    char behind[sizeof(struct channel_stat)];
    struct channel_stat page[PAGE];
    struct catalog_query query = {slice_text(prefix), slice_text(after), limit};
    struct slice last = slice_text("");
    size_t count = 0, at = 0;

    while (last.bytes && count < limit) {
        size_t left = effort, found;

        query.limit = limit - count;
        found = catalog_look(&g->catalog, &query, &left, page, &last);
        ck_assert_uint_lt(left, effort + !last.bytes);
        ck_assert(!last.bytes || left == 0 || found == query.limit);
        for (size_t i = 0; i < found; i++)
            at += (size_t)snprintf(text + at, sizeof text - at, "%s ", page[i].name);
        count += found;
        snprintf(behind, sizeof behind, "%.*s", (int)last.len, last.bytes);
        query.after = slice_text(behind);
    }
    text[at] = '\0';
    return text;
}

static struct shelf *listed_shelf(void)
{
    static const char *const names[] = {"b",   "a/2", "a/10", "a",
                                        "a/1", "ab",  "B",    "c/x/1"};
    struct shelf *g = shelf_new();

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        know(g, names[i]);
    get(g, "a/unknown");
    get(g, "0");
    get(g, "zz");
    return g;
}

START_TEST(the_list_has_known_channels_in_byte_order)
{
    struct shelf *g = listed_shelf();

    ck_assert_str_eq(list(g, NULL, NULL, PAGE), "B a a/1 a/10 a/2 ab b c/x/1 ");
    catalog_forget(&g->catalog, get(g, "a/10"));
    ck_assert_str_eq(list(g, NULL, NULL, PAGE), "B a a/1 a/2 ab b c/x/1 ");
    shelf_free(g);
}
END_TEST

START_TEST(pages_are_full_while_there_is_more)
{
    struct shelf *g = listed_shelf();

    ck_assert_str_eq(list(g, NULL, NULL, 3), "B a a/1 +");
    ck_assert_str_eq(list(g, NULL, "a/1", 3), "a/10 a/2 ab +");
    ck_assert_str_eq(list(g, NULL, "ab", 3), "b c/x/1 ");
    ck_assert_str_eq(list(g, NULL, NULL, 8), "B a a/1 a/10 a/2 ab b c/x/1 ");
    ck_assert_str_eq(list(g, NULL, NULL, 7), "B a a/1 a/10 a/2 ab b +");
    shelf_free(g);
}
END_TEST

START_TEST(after_need_not_exist_and_is_not_listed_itself)
{
    struct shelf *g = listed_shelf();

    ck_assert_str_eq(list(g, NULL, "a/11", PAGE), "a/2 ab b c/x/1 ");
    ck_assert_str_eq(list(g, NULL, "a/unknown", PAGE), "ab b c/x/1 ");
    ck_assert_str_eq(list(g, NULL, "", PAGE), "B a a/1 a/10 a/2 ab b c/x/1 ");
    ck_assert_str_eq(list(g, NULL, "c/x/1", PAGE), "");
    ck_assert_str_eq(list(g, NULL, "zzz", PAGE), "");
    shelf_free(g);
}
END_TEST

START_TEST(a_prefix_is_where_names_begin)
{
    struct shelf *g = listed_shelf();

    ck_assert_str_eq(list(g, "", NULL, PAGE), "B a a/1 a/10 a/2 ab b c/x/1 ");
    ck_assert_str_eq(list(g, "a", NULL, PAGE), "a a/1 a/10 a/2 ab ");
    ck_assert_str_eq(list(g, "a/", NULL, PAGE), "a/1 a/10 a/2 ");
    ck_assert_str_eq(list(g, "a/1", NULL, 1), "a/1 +");
    ck_assert_str_eq(list(g, "a/10", NULL, PAGE), "a/10 ");
    ck_assert_str_eq(list(g, "a/100", NULL, PAGE), "");
    ck_assert_str_eq(list(g, "zzz", NULL, PAGE), "");
    ck_assert_str_eq(list(g, "a/", "a/1", PAGE), "a/10 a/2 ");
    ck_assert_str_eq(list(g, "a/", "0", PAGE), "a/1 a/10 a/2 ");
    ck_assert_str_eq(list(g, "a/", "b", PAGE), "");
    shelf_free(g);
}
END_TEST

START_TEST(a_star_in_a_prefix_is_any_characters)
{
    struct shelf *g = listed_shelf();

    ck_assert_str_eq(list(g, "*", NULL, PAGE), "B a a/1 a/10 a/2 ab b c/x/1 ");
    ck_assert_str_eq(list(g, "*/1", NULL, PAGE), "a/1 a/10 c/x/1 ");
    ck_assert_str_eq(list(g, "a*1", NULL, 1), "a/1 +");
    ck_assert_str_eq(list(g, "c*1", NULL, PAGE), "c/x/1 ");
    ck_assert_str_eq(list(g, "c*y", NULL, PAGE), "");
    ck_assert_str_eq(list(g, "*/*/", "a", PAGE), "c/x/1 ");
    shelf_free(g);
}
END_TEST

START_TEST(nothing_else_in_a_prefix_is_more_than_itself)
{
    struct shelf *g = listed_shelf();

    ck_assert_str_eq(list(g, "?*", NULL, PAGE), "");
    ck_assert_str_eq(list(g, "[a-c]*", NULL, PAGE), "");
    ck_assert_str_eq(list(g, "\\a*", NULL, PAGE), "");
    ck_assert_str_eq(list(g, "a?", NULL, PAGE), "");
    ck_assert_str_eq(list(g, "*[", NULL, PAGE), "");
    shelf_free(g);
}
END_TEST

START_TEST(a_prefix_longer_than_names_can_be_begins_none)
{
    struct shelf *g = listed_shelf();
    char prefix[1000];

    memset(prefix, 'a', sizeof prefix - 1);
    prefix[sizeof prefix - 1] = '\0';
    ck_assert_str_eq(list(g, prefix, NULL, PAGE), "");
    prefix[1] = '*';
    ck_assert_str_eq(list(g, prefix, NULL, PAGE), "");
    shelf_free(g);
}
END_TEST

/* ---- in steps ---- */

/* What is left of an effort, and the name at which it ended. */
static size_t left_of(const struct shelf *g, size_t effort, const char *prefix,
                      size_t limit, const char *last_name)
{
    const struct catalog_query query = {.prefix = slice_text(prefix), .limit = limit};
    struct channel_stat page[PAGE];
    struct slice last;

    catalog_look(&g->catalog, &query, &effort, page, &last);
    ck_assert(last_name ? slice_is(last, last_name) : !last.bytes);
    return effort;
}

START_TEST(a_look_ends_with_its_effort_its_page_or_all_names)
{
    struct shelf *g = listed_shelf(); /* 0 B a a/1 a/10 a/2 a/unknown ab b c/x/1 zz */

    ck_assert_uint_eq(left_of(g, 1, NULL, PAGE, "0"), 0);
    ck_assert_uint_eq(left_of(g, 4, NULL, PAGE, "a/1"), 0);
    ck_assert_uint_eq(left_of(g, 11, NULL, PAGE, NULL), 0);
    ck_assert_uint_eq(left_of(g, 12, NULL, PAGE, NULL), 1);
    ck_assert_uint_eq(left_of(g, 100, NULL, 3, "a/1"), 96);
    ck_assert_uint_eq(left_of(g, 100, NULL, 5, "a/unknown"), 93);
    ck_assert_uint_eq(left_of(g, 100, NULL, 8, NULL), 89);
    ck_assert_uint_eq(left_of(g, 100, "a/1", PAGE, NULL), 98);
    ck_assert_uint_eq(left_of(g, 100, "*1", 2, "b"), 91);
    ck_assert_uint_eq(left_of(g, 1, "?", PAGE, NULL), 1);
    ck_assert_uint_eq(left_of(g, 1, "?*", PAGE, NULL), 1);
    shelf_free(g);
}
END_TEST

START_TEST(long_names_under_a_long_pattern_take_more)
{
    char name[NAME_MAX_LEN + 1] = "", prefix[NAME_MAX_LEN + 1] = "*";
    struct shelf *g = shelf_new();

    memset(name, 'a', NAME_MAX_LEN);
    know(g, name);
    ck_assert_uint_eq(left_of(g, 1000, "a", PAGE, NULL), 999);
    ck_assert_uint_eq(left_of(g, 1000, "*b", PAGE, NULL), 995);
    memset(prefix + 1, 'a', NAME_MAX_LEN / 2);
    ck_assert_uint_lt(left_of(g, 1000, prefix, PAGE, NULL), 850);
    ck_assert_uint_eq(left_of(g, 10, prefix, PAGE, NULL), 0);
    know(g, "b");
    ck_assert_uint_eq(left_of(g, 10, prefix, PAGE, name), 0);
    shelf_free(g);
}
END_TEST

/* ---- the list against all names ---- */

static bool naive_glob(const char *glob, const char *name)
{
    if (*glob == '*')
        return naive_glob(glob + 1, name) || (*name && naive_glob(glob, name + 1));
    return *glob ? *glob == *name && naive_glob(glob + 1, name + 1) : !*name;
}

/* A word of up to four of these characters. */
static void draw_word(uint64_t *random, const char *of, char *ret)
{
    size_t len = exact_below(random, 5);

    for (size_t i = 0; i < len; i++)
        ret[i] = of[exact_below(random, strlen(of))];
    ret[len] = '\0';
}

START_TEST(random_pages_are_those_of_a_search_through_all_names)
{
    enum { ALL = 3 + 9 + 27 };
    struct shelf *g = shelf_new();
    static char names[ALL][4];
    static const char letters[] = "/ab"; /* in byte order */
    uint64_t random = 8;

    for (int i = 0; i < ALL; i++) { /* /, //, ///, //a, … bbb: in byte order */
        char *last = strcpy(names[i], i ? names[i - 1] : "") + (i ? strlen(names[i]) : 0);

        if (last - names[i] < 3) {
            strcpy(last, "/");
        } else {
            while (last[-1] == 'b')
                *--last = '\0';
            last[-1] = last[-1] == '/' ? 'a' : 'b';
        }
        ck_assert_ptr_nonnull(strchr(letters, names[i][0]));
        if (i % 3)
            know(g, names[i]);
    }
    for (int step = 0; step < 3000; step++) {
        char prefix[6], after[6], glob[7], expected[400] = "";
        size_t limit = 1 + exact_below(&random, 9), count = 0;

        draw_word(&random, "/ab**", prefix);
        draw_word(&random, "/ab", after);
        snprintf(glob, sizeof glob, "%s*", prefix);
        for (int i = 0; i < ALL && count <= limit; i++)
            if (i % 3 && strcmp(names[i], after) > 0 && naive_glob(glob, names[i]) &&
                ++count <= limit)
                strcat(strcat(expected, names[i]), " ");
        if (count > limit)
            strcat(expected, "+");
        ck_assert_str_eq(list(g, prefix, after, limit), expected);
        expected[strcspn(expected, "+")] = '\0';
        ck_assert_str_eq(
            list_in_steps(g, prefix, after, limit, 1 + exact_below(&random, ALL)),
            expected);
    }
    shelf_free(g);
}
END_TEST

UNIT_MAIN("catalog_list", the_list_has_known_channels_in_byte_order,
          pages_are_full_while_there_is_more,
          after_need_not_exist_and_is_not_listed_itself, a_prefix_is_where_names_begin,
          a_star_in_a_prefix_is_any_characters,
          nothing_else_in_a_prefix_is_more_than_itself,
          a_prefix_longer_than_names_can_be_begins_none,
          a_look_ends_with_its_effort_its_page_or_all_names,
          long_names_under_a_long_pattern_take_more,
          random_pages_are_those_of_a_search_through_all_names)
