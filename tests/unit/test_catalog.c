/* SPDX-License-Identifier: MIT */
#include "catalog.h"

#include <stdio.h>
#include "exact.h"
#include "starve.h"
#include "unit.h"

struct ground {
    struct exchange ex;
    struct catalog catalog;
};

static struct ground *ground_new(void)
{
    struct ground *g = calloc(1, sizeof *g);

    ck_assert_ptr_nonnull(g);
    exchange_init(&g->ex, (struct hash_key){1, 2}, 3);
    g->ex.known_max = INT64_MAX;
    ck_assert(catalog_init(&g->catalog, &g->ex, (struct hash_key){1, 2}));
    return g;
}

static void ground_free(struct ground *g)
{
    catalog_release(&g->catalog);
    exchange_release(&g->ex);
    free(g);
}

static struct channel *get(struct ground *g, const char *name)
{
    struct channel *ch = catalog_get(&g->catalog, slice_text(name));

    ck_assert_ptr_nonnull(ch);
    return ch;
}

static struct channel *know(struct ground *g, const char *name)
{
    struct channel *ch = get(g, name);

    ck_assert_int_eq(exchange_know(&g->ex, ch), ERR_OK);
    return ch;
}

static struct channel_template template_of(const char *match, enum kind kind,
                                           uint32_t size)
{
    return (struct channel_template){match,
                                     {.kind = kind, .size = size, .close_after_ms = -1}};
}

/* ---- templates ---- */

START_TEST(the_first_template_that_matches_counts)
{
    struct ground *g = ground_new();
    struct channel_template t[] = {
        template_of("jobs/urgent", KIND_PROMISE, 0), template_of("jobs/*", KIND_FIXED, 3),
        template_of("log?", KIND_SLIDING, 2), template_of("*.drop", KIND_DROPPING, 1),
        template_of("jobs/never", KIND_NONE, 0)};
    static const struct {
        const char *name;
        enum kind kind;
    } rows[] = {
        {"jobs/urgent", KIND_PROMISE}, {"jobs/never", KIND_FIXED},
        {"jobs/", KIND_FIXED},         {"jobs/a/b", KIND_FIXED},
        {"jobs", KIND_NONE},           {"xjobs/a", KIND_NONE},
        {"log1", KIND_SLIDING},        {"log", KIND_NONE},
        {"log12", KIND_NONE},          {"log/", KIND_SLIDING},
        {"x.drop", KIND_DROPPING},     {".drop", KIND_DROPPING},
        {"x.drops", KIND_NONE},        {"Jobs/a", KIND_NONE},
    };

    ck_assert(catalog_set_templates(&g->catalog, t, sizeof t / sizeof *t));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_int_eq(catalog_settings(&g->catalog, slice_text(rows[i].name)).kind,
                         rows[i].kind);
        ck_assert_int_eq(get(g, rows[i].name)->buffer.kind, rows[i].kind);
    }
    ground_free(g);
}
END_TEST

START_TEST(without_a_template_a_channel_has_no_buffer)
{
    struct ground *g = ground_new();
    struct channel_settings s = catalog_settings(&g->catalog, slice_text("a"));

    ck_assert_int_eq(s.kind, KIND_NONE);
    ck_assert_uint_eq(s.size + s.max_parked, 0);
    ck_assert_int_eq(s.close_after_ms, -1);
    ground_free(g);
}
END_TEST

START_TEST(a_glob_sees_the_longest_name)
{
    struct ground *g = ground_new();
    struct channel_template t = template_of("a*z", KIND_FIXED, 1);
    char name[200];

    memset(name, 'a', sizeof name);
    name[199] = 'z';
    ck_assert(catalog_set_templates(&g->catalog, &t, 1));
    ck_assert_int_eq(catalog_settings(&g->catalog, slice_of(name, 200)).kind, KIND_FIXED);
    ck_assert_int_eq(catalog_settings(&g->catalog, slice_of(name, 199)).kind, KIND_NONE);
    ground_free(g);
}
END_TEST

START_TEST(templates_are_copied)
{
    struct ground *g = ground_new();
    char *glob = exact_copy("a*", 3);
    struct channel_template t = template_of(glob, KIND_FIXED, 1);

    ck_assert(catalog_set_templates(&g->catalog, &t, 1));
    free(glob);
    ck_assert_int_eq(catalog_settings(&g->catalog, slice_text("ab")).kind, KIND_FIXED);
    ground_free(g);
}
END_TEST

START_TEST(other_templates_are_for_channels_to_come)
{
    struct ground *g = ground_new();
    struct channel_template before = template_of("*", KIND_FIXED, 4);
    struct channel_template after = template_of("*", KIND_SLIDING, 5);
    struct channel *known;

    ck_assert(catalog_set_templates(&g->catalog, &before, 1));
    get(g, "unknown");
    known = know(g, "known");
    ck_assert(catalog_set_templates(&g->catalog, &after, 1));
    ck_assert_int_eq(get(g, "unknown")->buffer.kind, KIND_SLIDING);
    ck_assert_int_eq(known->buffer.kind, KIND_FIXED);
    catalog_forget(&g->catalog, known);
    ck_assert_int_eq(get(g, "known")->buffer.kind, KIND_SLIDING);
    ck_assert_uint_eq(get(g, "known")->buffer.size, 5);
    ground_free(g);
}
END_TEST

START_TEST(without_memory_the_old_templates_stay)
{
    struct ground *g = ground_new();
    struct channel_template before = template_of("*", KIND_FIXED, 4);
    struct channel_template after[3] = {template_of("a", KIND_SLIDING, 5),
                                        template_of("b", KIND_SLIDING, 5),
                                        template_of("*", KIND_SLIDING, 5)};
    bool set = false;

    ck_assert(catalog_set_templates(&g->catalog, &before, 1));
    for (long n = 0; !set; n++) {
        starve_after(n);
        set = catalog_set_templates(&g->catalog, after, 3);
        ck_assert_int_eq(starve_end() == 0, set);
        ck_assert_int_eq(catalog_settings(&g->catalog, slice_text("a")).kind,
                         set ? KIND_SLIDING : KIND_FIXED);
    }
    ground_free(g);
}
END_TEST

/* ---- known and unknown ---- */

START_TEST(an_unknown_name_has_a_channel_that_is_not_found)
{
    struct ground *g = ground_new();
    struct channel *ch = get(g, "a");

    ck_assert(!ch->known);
    ck_assert_ptr_eq(get(g, "a"), ch);
    ck_assert_ptr_null(catalog_find(&g->catalog, slice_text("a")));
    ck_assert_int_eq(exchange_know(&g->ex, ch), ERR_OK);
    ck_assert_ptr_eq(catalog_find(&g->catalog, slice_text("a")), ch);
    ck_assert_ptr_null(catalog_find(&g->catalog, slice_text("b")));
    ground_free(g);
}
END_TEST

START_TEST(who_is_forgotten_starts_anew)
{
    struct ground *g = ground_new();
    struct channel *ch = know(g, "a");
    struct value *fallen, *v = value_new(slice_text("v"));

    channel_reset(ch, &(struct channel_settings){.kind = KIND_FIXED, .size = 9});
    ch->known = ch->opened = ch->closed = true;
    ch->puts_total = 5;
    ck_assert(buffer_push(&ch->buffer, v, &fallen));
    ck_assert(heap_add(&g->ex.timers, &ch->timer.node, 7));
    catalog_forget(&g->catalog, ch);
    ck_assert_ptr_null(catalog_find(&g->catalog, slice_text("a")));
    ck_assert_int_eq(g->ex.known, 0);
    ck_assert_ptr_null(heap_first(&g->ex.timers));
    ch = get(g, "a");
    ck_assert(!ch->known && !ch->opened && !ch->closed && channel_is_idle(ch));
    ck_assert_int_eq(ch->buffer.kind, KIND_NONE);
    ck_assert_uint_eq(ch->puts_total, 0);
    ground_free(g);
}
END_TEST

START_TEST(of_unknown_channels_a_bounded_number_is_kept)
{
    struct ground *g = ground_new();
    struct channel *known = know(g, "known");
    char name[16];

    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "%d", i);
        get(g, name);
        catalog_trim(&g->catalog);
        ck_assert_uint_le(g->catalog.registry.count, 1024 + 1);
    }
    ck_assert_uint_eq(g->ex.unknown_count, g->catalog.registry.count - 1);
    ck_assert_ptr_eq(catalog_find(&g->catalog, slice_text("known")), known);
    ground_free(g);
}
END_TEST

START_TEST(who_became_known_is_not_trimmed)
{
    struct ground *g = ground_new();
    struct channel *ch = get(g, "first");
    char name[16];

    ck_assert_int_eq(exchange_know(&g->ex, ch), ERR_OK);
    for (int i = 0; i < 3000; i++) {
        snprintf(name, sizeof name, "%d", i);
        get(g, name);
        catalog_trim(&g->catalog);
    }
    ck_assert_ptr_eq(get(g, "first"), ch);
    catalog_forget(&g->catalog, ch);
    ck_assert_ptr_eq(get(g, "first"), ch);
    ground_free(g);
}
END_TEST

START_TEST(without_memory_there_is_no_channel)
{
    struct ground *g = ground_new();
    struct channel *ch;

    starve_after(0);
    ch = catalog_get(&g->catalog, slice_text("a"));
    starve_end();
    ck_assert_ptr_null(ch);
    ck_assert_uint_eq(g->ex.unknown_count, 0);
    get(g, "a");
    ground_free(g);
}
END_TEST

/* ---- what was named lately ---- */

START_TEST(what_was_named_before_is_found_and_never_what_is_gone)
{
    struct ground *g = ground_new();
    const struct registry *r = &g->catalog.registry;
    uint64_t random = 7;

    for (int step = 0; step < 20000; step++) {
        char name[40];
        struct channel *ch;
        size_t names = step % 2000 < 1000 ? 5 : 3000;

        snprintf(name, sizeof name, "%.*s%zu", (int)exact_below(&random, 20),
                 "a/common/beginning//", exact_below(&random, names));
        ch = catalog_get(&g->catalog, slice_text(name));
        ck_assert_ptr_nonnull(ch);
        ck_assert(slice_is(channel_name(ch), name));
        ck_assert_ptr_eq(
            registry_find(r, slice_text(name), registry_hash(r, slice_text(name))), ch);
        catalog_trim(&g->catalog);
    }
    ground_free(g);
}
END_TEST

/* ---- the list ---- */

enum { PAGE = 100 };

/* The names of a page, each with a space behind it, and a + if there are more. */
static const char *list(const struct ground *g, const char *prefix, const char *after,
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
static const char *list_in_steps(const struct ground *g, const char *prefix,
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

static struct ground *listed_ground(void)
{
    static const char *const names[] = {"b",   "a/2", "a/10", "a",
                                        "a/1", "ab",  "B",    "c/x/1"};
    struct ground *g = ground_new();

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        know(g, names[i]);
    get(g, "a/unknown");
    get(g, "0");
    get(g, "zz");
    return g;
}

START_TEST(the_list_has_known_channels_in_byte_order)
{
    struct ground *g = listed_ground();

    ck_assert_str_eq(list(g, NULL, NULL, PAGE), "B a a/1 a/10 a/2 ab b c/x/1 ");
    catalog_forget(&g->catalog, get(g, "a/10"));
    ck_assert_str_eq(list(g, NULL, NULL, PAGE), "B a a/1 a/2 ab b c/x/1 ");
    ground_free(g);
}
END_TEST

START_TEST(pages_are_full_while_there_is_more)
{
    struct ground *g = listed_ground();

    ck_assert_str_eq(list(g, NULL, NULL, 3), "B a a/1 +");
    ck_assert_str_eq(list(g, NULL, "a/1", 3), "a/10 a/2 ab +");
    ck_assert_str_eq(list(g, NULL, "ab", 3), "b c/x/1 ");
    ck_assert_str_eq(list(g, NULL, NULL, 8), "B a a/1 a/10 a/2 ab b c/x/1 ");
    ck_assert_str_eq(list(g, NULL, NULL, 7), "B a a/1 a/10 a/2 ab b +");
    ground_free(g);
}
END_TEST

START_TEST(after_need_not_exist_and_is_not_listed_itself)
{
    struct ground *g = listed_ground();

    ck_assert_str_eq(list(g, NULL, "a/11", PAGE), "a/2 ab b c/x/1 ");
    ck_assert_str_eq(list(g, NULL, "a/unknown", PAGE), "ab b c/x/1 ");
    ck_assert_str_eq(list(g, NULL, "", PAGE), "B a a/1 a/10 a/2 ab b c/x/1 ");
    ck_assert_str_eq(list(g, NULL, "c/x/1", PAGE), "");
    ck_assert_str_eq(list(g, NULL, "zzz", PAGE), "");
    ground_free(g);
}
END_TEST

START_TEST(a_prefix_is_where_names_begin)
{
    struct ground *g = listed_ground();

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
    ground_free(g);
}
END_TEST

START_TEST(a_star_in_a_prefix_is_any_characters)
{
    struct ground *g = listed_ground();

    ck_assert_str_eq(list(g, "*", NULL, PAGE), "B a a/1 a/10 a/2 ab b c/x/1 ");
    ck_assert_str_eq(list(g, "*/1", NULL, PAGE), "a/1 a/10 c/x/1 ");
    ck_assert_str_eq(list(g, "a*1", NULL, 1), "a/1 +");
    ck_assert_str_eq(list(g, "c*1", NULL, PAGE), "c/x/1 ");
    ck_assert_str_eq(list(g, "c*y", NULL, PAGE), "");
    ck_assert_str_eq(list(g, "*/*/", "a", PAGE), "c/x/1 ");
    ground_free(g);
}
END_TEST

START_TEST(nothing_else_in_a_prefix_is_more_than_itself)
{
    struct ground *g = listed_ground();

    ck_assert_str_eq(list(g, "?*", NULL, PAGE), "");
    ck_assert_str_eq(list(g, "[a-c]*", NULL, PAGE), "");
    ck_assert_str_eq(list(g, "\\a*", NULL, PAGE), "");
    ck_assert_str_eq(list(g, "a?", NULL, PAGE), "");
    ck_assert_str_eq(list(g, "*[", NULL, PAGE), "");
    ground_free(g);
}
END_TEST

START_TEST(a_prefix_longer_than_names_can_be_begins_none)
{
    struct ground *g = listed_ground();
    char prefix[1000];

    memset(prefix, 'a', sizeof prefix - 1);
    prefix[sizeof prefix - 1] = '\0';
    ck_assert_str_eq(list(g, prefix, NULL, PAGE), "");
    prefix[1] = '*';
    ck_assert_str_eq(list(g, prefix, NULL, PAGE), "");
    ground_free(g);
}
END_TEST

/* ---- in steps ---- */

/* What is left of an effort, and the name at which it ended. */
static size_t left_of(const struct ground *g, size_t effort, const char *prefix,
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
    struct ground *g = listed_ground(); /* 0 B a a/1 a/10 a/2 a/unknown ab b c/x/1 zz */

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
    ground_free(g);
}
END_TEST

START_TEST(long_names_under_a_long_pattern_take_more)
{
    char name[NAME_MAX_LEN + 1] = "", prefix[NAME_MAX_LEN + 1] = "*";
    struct ground *g = ground_new();

    memset(name, 'a', NAME_MAX_LEN);
    know(g, name);
    ck_assert_uint_eq(left_of(g, 1000, "a", PAGE, NULL), 999);
    ck_assert_uint_eq(left_of(g, 1000, "*b", PAGE, NULL), 995);
    memset(prefix + 1, 'a', NAME_MAX_LEN / 2);
    ck_assert_uint_lt(left_of(g, 1000, prefix, PAGE, NULL), 850);
    ck_assert_uint_eq(left_of(g, 10, prefix, PAGE, NULL), 0);
    know(g, "b");
    ck_assert_uint_eq(left_of(g, 10, prefix, PAGE, name), 0);
    ground_free(g);
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
    struct ground *g = ground_new();
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
    ground_free(g);
}
END_TEST

UNIT_MAIN("catalog", the_first_template_that_matches_counts,
          without_a_template_a_channel_has_no_buffer, a_glob_sees_the_longest_name,
          templates_are_copied, other_templates_are_for_channels_to_come,
          without_memory_the_old_templates_stay,
          an_unknown_name_has_a_channel_that_is_not_found, who_is_forgotten_starts_anew,
          of_unknown_channels_a_bounded_number_is_kept, who_became_known_is_not_trimmed,
          without_memory_there_is_no_channel,
          what_was_named_before_is_found_and_never_what_is_gone,
          the_list_has_known_channels_in_byte_order, pages_are_full_while_there_is_more,
          after_need_not_exist_and_is_not_listed_itself, a_prefix_is_where_names_begin,
          a_star_in_a_prefix_is_any_characters,
          nothing_else_in_a_prefix_is_more_than_itself,
          a_prefix_longer_than_names_can_be_begins_none,
          a_look_ends_with_its_effort_its_page_or_all_names,
          long_names_under_a_long_pattern_take_more,
          random_pages_are_those_of_a_search_through_all_names)
