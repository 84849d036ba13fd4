/* SPDX-License-Identifier: MIT */
/* Lists that take many steps: what they show, and to whom. */
#include "scene.h"
#include "unit.h"

/* ---- what is shown ---- */

/* A page of what has these digits in it, behind that number, against all names. */
static void check_search(struct scene *sc, const char *digits, int after, size_t limit)
{
    char line[200], name[20] = "k/";
    bool more, is_full = false;
    json_t *names;
    size_t count = 0;

    snprintf(line, sizeof line,
             "{\"op\":\"list\",\"prefix\":\"*%s\",\"limit\":%zu,\"after\":\"k/%05d\"}\n",
             digits, limit, after);
    names = scene_ask(sc, line, &more);
    for (int i = after + 1; i < MANY && !is_full; i++) {
        snprintf(name, sizeof name, "k/%05d", i);
        if (!strstr(name, digits))
            continue;
        is_full = count == limit;
        if (!is_full)
            ck_assert_str_eq(scene_name(names, count++), name);
    }
    ck_assert_uint_eq(json_array_size(names), count);
    ck_assert(more == is_full);
    json_decref(names);
}

START_TEST(a_prefix_with_a_star_shows_what_fits_it)
{
    static const char *const digits[] = {"9", "99", "999", "0999", "7000", "9998"};
    struct scene sc;

    scene_start(&sc, "");
    scene_open_many(&sc, "k/", 5, MANY);
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
        for (size_t limit = 1; limit <= 1000; limit *= 10) {
            check_search(&sc, digits[i], 0, limit);
            check_search(&sc, digits[i], 3000, limit);
            check_search(&sc, digits[i], 9998, limit);
        }
    for (size_t limit = 8; limit < 22; limit++)
        check_search(&sc, "999", 0, limit);
    scene_finish(&sc);
}
END_TEST

START_TEST(what_no_name_can_be_shows_nothing)
{
    char line[600], longest[NAME_MAX_LEN + 1];
    struct scene sc;
    json_t *names;
    bool more;

    scene_start(&sc, "rules: [{allow: [list], channels: [a*]}]");
    memset(longest, 'a', NAME_MAX_LEN);
    longest[NAME_MAX_LEN] = '\0';
    scene_open(&sc, longest);
    for (int more_bytes = 0; more_bytes < 3; more_bytes++) {
        snprintf(line, sizeof line, "{\"op\":\"list\",\"prefix\":\"%s%.*s\"}\n", longest,
                 more_bytes, "a*");
        names = scene_ask(&sc, line, &more);
        ck_assert_uint_eq(json_array_size(names), more_bytes == 0);
        json_decref(names);
        snprintf(line, sizeof line, "{\"op\":\"list\",\"after\":\"%.*s%.*s\"}\n",
                 NAME_MAX_LEN - 1, longest, more_bytes, "aa");
        names = scene_ask(&sc, line, &more);
        ck_assert_uint_eq(json_array_size(names), more_bytes == 0);
        json_decref(names);
    }
    names =
        scene_ask(&sc, "{\"op\":\"list\",\"prefix\":\"*a\\u0000\",\"limit\":1}\n", &more);
    ck_assert_uint_eq(json_array_size(names), 0);
    json_decref(names);
    names =
        scene_ask(&sc, "{\"op\":\"list\",\"after\":\"a\\u0000\",\"limit\":1}\n", &more);
    ck_assert_uint_eq(json_array_size(names), 1);
    json_decref(names);
    scene_finish(&sc);
}
END_TEST

/* All pages of the asker, so large, behind each other. */
static json_t *all_pages(struct scene *sc, size_t limit)
{
    json_t *all = json_array();
    bool more = true;

    while (more) {
        const char *after = json_array_size(all) ? scene_last(all) : "";
        char line[400];
        json_t *page;

        snprintf(line, sizeof line, "{\"op\":\"list\",\"limit\":%zu,\"after\":\"%s\"}\n",
                 limit, after);
        page = scene_ask(sc, line, &more);
        ck_assert_msg(!more || json_array_size(page) == limit, "not full");
        json_array_extend(all, page);
        json_decref(page);
    }
    return all;
}

START_TEST(a_user_s_pages_are_full_of_what_it_may_see)
{
    static const size_t limits[] = {1, 7, 29, 30, 31, 1000};
    struct scene sc;
    char name[20];

    scene_start(&sc, "rules: [{allow: [list], channels: ['m/*', '*9']}]");
    scene_open_many(&sc, "k/", 3, 300);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        json_t *all = all_pages(&sc, limits[i]);

        ck_assert_uint_eq(json_array_size(all), 30);
        for (size_t at = 0; at < 30; at++) {
            snprintf(name, sizeof name, "k/%03zu", 10 * at + 9);
            ck_assert_str_eq(scene_name(all, at), name);
        }
        json_decref(all);
    }
    scene_finish(&sc);
}
END_TEST

/* However the names that may be seen lie among those that may not. */
START_TEST(a_page_is_the_same_whatever_is_skipped_for_it)
{
    static const char *const visible[] = {"b0", "d", "d/x1", "z-"};
    struct scene sc;

    scene_start(&sc, "rules: [{allow: [list], channels: ['b/*', b0, d, 'd/x*', z-]}]");
    scene_open_many(&sc, "a.", 3, 200);
    scene_open_many(&sc, "b/", 3, 200);
    scene_open_many(&sc, "c.", 3, 200);
    scene_open_many(&sc, "d.", 3, 200);
    scene_open_many(&sc, "z.", 3, 200);
    for (size_t i = 0; i < 4; i++)
        scene_open(&sc, visible[i]);
    for (size_t limit = 1; limit < 250; limit += 83) {
        json_t *all = all_pages(&sc, limit);

        ck_assert_uint_eq(json_array_size(all), 204);
        ck_assert_str_eq(scene_name(all, 0), "b/000");
        ck_assert_str_eq(scene_name(all, 199), "b/199");
        for (size_t i = 0; i < 4; i++)
            ck_assert_str_eq(scene_name(all, 200 + i), visible[i]);
        json_decref(all);
    }
    scene_finish(&sc);
}
END_TEST

/* The survey that is under way would come first. */
/* ---- other users ---- */

/* The answer to a list that was asked under some rules, when others come meanwhile. */
static json_t *told_after(struct scene *sc, const char *before, const char *after,
                          const char *line)
{
    bool more;

    scene_start(sc, before);
    scene_open_many(sc, "k/", 5, MANY);
    client_send(&sc->asker, line);
    worker_turn(sc->worker);
    ck_assert(sc->session->held);
    scene_enrol(sc, getuid(), after);
    worker_renew_limits(sc->worker);
    scene_play(sc, &sc->asker);
    return scene_told(&sc->asker, &more);
}

#define SEES(glob) "rules: [{allow: [list], channels: ['" glob "']}]"

START_TEST(an_answer_is_by_one_set_of_rules)
{
    struct scene sc;
    json_t *names;

    names = told_after(&sc, SEES("*1999"), SEES("*99"), LIST(1));
    ck_assert_uint_eq(json_array_size(names), 100);
    ck_assert_str_eq(scene_name(names, 0), "k/00099");
    json_decref(names);
    scene_finish(&sc);
    names = told_after(&sc, SEES("*99"), SEES("*1999"), LIST(1));
    ck_assert_uint_eq(json_array_size(names), 1);
    json_decref(names);
    scene_finish(&sc);
    names = told_after(&sc, SEES("*99"), "rules: [{allow: [put]}]", LIST(1));
    ck_assert_uint_eq(json_array_size(names), 0);
    json_decref(names);
    scene_finish(&sc);
}
END_TEST

START_TEST(it_begins_again_where_it_was_asked_to)
{
    struct scene sc;
    json_t *names;

    names = told_after(&sc, SEES("*1999"), "rules: [{allow: [all]}]",
                       "{\"op\":\"list\",\"after\":\"k/00499\",\"limit\":2}\n");
    ck_assert_uint_eq(json_array_size(names), 2);
    ck_assert_str_eq(scene_name(names, 0), "k/00500");
    json_decref(names);
    scene_finish(&sc);
}
END_TEST

START_TEST(users_may_come_and_go_meanwhile)
{
    struct scene sc;
    json_t *names;

    names = told_after(&sc, SEES("*1999"), "", LIST(1));
    ck_assert_uint_eq(json_array_size(names), 1000);
    json_decref(names);
    scene_finish(&sc);
    names = told_after(&sc, "", SEES("*5999"), SEARCH(1));
    ck_assert_uint_eq(json_array_size(names), 1);
    json_decref(names);
    scene_finish(&sc);
}
END_TEST

START_TEST(who_is_nobody_any_more_is_told_nothing)
{
    struct scene sc;

    scene_start(&sc, SEES("*999"));
    scene_open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, LIST(1));
    worker_turn(sc.worker);
    scene_enrol(&sc, getuid() + 1, SEES("*999"));
    worker_renew_limits(sc.worker);
    while (!list_is_empty(&sc.worker->surveys))
        worker_turn(sc.worker);
    client_expect_end(&sc.asker);
    scene_finish(&sc);
}
END_TEST

UNIT_MAIN("survey_shown", a_prefix_with_a_star_shows_what_fits_it,
          what_no_name_can_be_shows_nothing, a_user_s_pages_are_full_of_what_it_may_see,
          a_page_is_the_same_whatever_is_skipped_for_it, an_answer_is_by_one_set_of_rules,
          it_begins_again_where_it_was_asked_to, users_may_come_and_go_meanwhile,
          who_is_nobody_any_more_is_told_nothing)
