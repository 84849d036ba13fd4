/* SPDX-License-Identifier: MIT */
/*
 * Lists that take many steps. The test plays the worker, so it decides when one is made.
 */
#include "survey.h"
#include <jansson.h>
#include <limits.h>
#include "admission.h"
#include "guard.h"
#include "serving.h"
#include "starve.h"
#include "unit.h"

/* More names than one step looks at: k/00000 to k/09999. In so many of them is 999. */
enum { MANY = 10000, FOUND = 19, STEPS_LEAST = 3 };

#define SEARCH(id) "{\"op\":\"list\",\"id\":" #id ",\"prefix\":\"*999\"}\n"
#define LIST(id)   "{\"op\":\"list\",\"id\":" #id "}\n"
#define PING_1     "{\"op\":\"ping\",\"id\":1}\n"
#define PONG_1     "{\"id\":1,\"ok\":true}"

struct scene {
    struct serving serving;
    struct worker *worker;
    struct admission *admission;
    struct client asker, other;
    struct session *session; /* the asker's */
};

/* ---- playing ---- */

/* There is one user, who has that uid, or none if there are no rules. */
static void enrol(struct scene *sc, unsigned uid, const char *rules)
{
    char text[2048] = "";
    struct mistakes mistakes;
    struct config *config;

    if (*rules)
        snprintf(text, sizeof text, "users: [{name: me, uid: %u, %s}]\n", uid, rules);
    mistakes_init(&mistakes, "test.yaml");
    config = config_parse(text, strlen(text), &mistakes);
    ck_assert_msg(config, "%s",
                  mistakes_count(&mistakes) ? mistakes_line(&mistakes, 0) : "");
    ck_assert(admission_enrol(sc->admission, &config->users));
    config_free(config);
}

/* Two clients of one worker, who are that user, or nobody if there are no rules. */
static void start(struct scene *sc, const char *rules)
{
    const struct broker_settings settings = serving_settings();

    memset(sc, 0, sizeof *sc);
    sc->admission = admission_new();
    ck_assert_ptr_nonnull(sc->admission);
    enrol(sc, getuid(), rules);
    serving_prepare(&sc->serving, 1, &settings);
    sc->worker = sc->serving.workers[0];
    sc->worker->admission = sc->admission;
    worker_begin(sc->worker);
    sc->asker = client_connect(&sc->serving, 0);
    sc->other = client_connect(&sc->serving, 0);
    worker_turn(sc->worker);
    sc->session = serving_session(&sc->serving, 0, 0);
}

static void open_name(struct scene *sc, const char *name)
{
    const struct broker_open open = {.max_parked = 0, .close_after_ms = -1};
    bool created = false;

    ck_assert_int_eq(
        broker_open(sc->serving.hub->broker, slice_text(name), &open, 0, &created),
        ERR_OK);
    ck_assert(created);
}

/* The beginning and a number of so many digits. */
static void open_many(struct scene *sc, const char *beginning, int digits, int count)
{
    char name[100];

    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s%0*d", beginning, digits, i);
        open_name(sc, name);
    }
}

static bool has_reply(const struct client *c)
{
    char byte;

    return recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

/* Turns until the client is told something; how many that took. */
static int play(struct scene *sc, const struct client *c)
{
    int turns = 0;

    while (!has_reply(c)) {
        worker_turn(sc->worker);
        ck_assert_int_lt(++turns, 100000);
    }
    return turns;
}

/* The memory that the channels take is all that is held when the clients are gone. */
static void finish(struct scene *sc)
{
    client_close(&sc->asker);
    client_close(&sc->other);
    while (!list_is_empty(&sc->worker->sessions) || !list_is_empty(&sc->worker->surveys))
        worker_turn(sc->worker);
    ck_assert_int_eq(budget_total(&sc->serving.hub->budget),
                     broker_memory(sc->serving.hub->broker));
    admission_stop(sc->admission);
    serving_stop(&sc->serving);
    admission_free(sc->admission);
}

/* The names of the list that the client is told, the caller's; NULL: it was refused. */
static json_t *told_names(const struct client *c, bool *ret_more)
{
    char *line = client_line(c);
    json_t *reply, *names = json_array(), *channel;
    size_t i;

    ck_assert_ptr_nonnull(line);
    reply = json_loads(line, 0, NULL);
    ck_assert_msg(json_is_true(json_object_get(reply, "ok")), "%s", line);
    *ret_more = json_is_true(json_object_get(reply, "more"));
    json_array_foreach(json_object_get(reply, "channels"), i, channel)
        json_array_append(names, json_object_get(channel, "name"));
    json_decref(reply);
    free(line);
    return names;
}

static json_t *ask_names(struct scene *sc, const char *line, bool *ret_more)
{
    client_send(&sc->asker, line);
    play(sc, &sc->asker);
    return told_names(&sc->asker, ret_more);
}

static const char *name_at(const json_t *names, size_t i)
{
    return json_string_value(json_array_get(names, i));
}

static const char *last_of(const json_t *names)
{
    return name_at(names, json_array_size(names) - 1);
}

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
    names = ask_names(sc, line, &more);
    for (int i = after + 1; i < MANY && !is_full; i++) {
        snprintf(name, sizeof name, "k/%05d", i);
        if (!strstr(name, digits))
            continue;
        is_full = count == limit;
        if (!is_full)
            ck_assert_str_eq(name_at(names, count++), name);
    }
    ck_assert_uint_eq(json_array_size(names), count);
    ck_assert(more == is_full);
    json_decref(names);
}

START_TEST(a_prefix_with_a_star_shows_what_fits_it)
{
    static const char *const digits[] = {"9", "99", "999", "0999", "7000", "9998"};
    struct scene sc;

    start(&sc, "");
    open_many(&sc, "k/", 5, MANY);
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++)
        for (size_t limit = 1; limit <= 1000; limit *= 10) {
            check_search(&sc, digits[i], 0, limit);
            check_search(&sc, digits[i], 3000, limit);
            check_search(&sc, digits[i], 9998, limit);
        }
    for (size_t limit = 8; limit < 22; limit++)
        check_search(&sc, "999", 0, limit);
    finish(&sc);
}
END_TEST

START_TEST(what_no_name_can_be_shows_nothing)
{
    char line[600], longest[NAME_MAX_LEN + 1];
    struct scene sc;
    json_t *names;
    bool more;

    start(&sc, "rules: [{allow: [list], channels: [a*]}]");
    memset(longest, 'a', NAME_MAX_LEN);
    longest[NAME_MAX_LEN] = '\0';
    open_name(&sc, longest);
    for (int more_bytes = 0; more_bytes < 3; more_bytes++) {
        snprintf(line, sizeof line, "{\"op\":\"list\",\"prefix\":\"%s%.*s\"}\n", longest,
                 more_bytes, "a*");
        names = ask_names(&sc, line, &more);
        ck_assert_uint_eq(json_array_size(names), more_bytes == 0);
        json_decref(names);
        snprintf(line, sizeof line, "{\"op\":\"list\",\"after\":\"%.*s%.*s\"}\n",
                 NAME_MAX_LEN - 1, longest, more_bytes, "aa");
        names = ask_names(&sc, line, &more);
        ck_assert_uint_eq(json_array_size(names), more_bytes == 0);
        json_decref(names);
    }
    names =
        ask_names(&sc, "{\"op\":\"list\",\"prefix\":\"*a\\u0000\",\"limit\":1}\n", &more);
    ck_assert_uint_eq(json_array_size(names), 0);
    json_decref(names);
    names =
        ask_names(&sc, "{\"op\":\"list\",\"after\":\"a\\u0000\",\"limit\":1}\n", &more);
    ck_assert_uint_eq(json_array_size(names), 1);
    json_decref(names);
    finish(&sc);
}
END_TEST

/* All pages of the asker, so large, behind each other. */
static json_t *all_pages(struct scene *sc, size_t limit)
{
    json_t *all = json_array();
    bool more = true;

    while (more) {
        const char *after = json_array_size(all) ? last_of(all) : "";
        char line[400];
        json_t *page;

        snprintf(line, sizeof line, "{\"op\":\"list\",\"limit\":%zu,\"after\":\"%s\"}\n",
                 limit, after);
        page = ask_names(sc, line, &more);
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

    start(&sc, "rules: [{allow: [list], channels: ['m/*', '*9']}]");
    open_many(&sc, "k/", 3, 300);
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        json_t *all = all_pages(&sc, limits[i]);

        ck_assert_uint_eq(json_array_size(all), 30);
        for (size_t at = 0; at < 30; at++) {
            snprintf(name, sizeof name, "k/%03zu", 10 * at + 9);
            ck_assert_str_eq(name_at(all, at), name);
        }
        json_decref(all);
    }
    finish(&sc);
}
END_TEST

/* However the names that may be seen lie among those that may not. */
START_TEST(a_page_is_the_same_whatever_is_skipped_for_it)
{
    static const char *const visible[] = {"b0", "d", "d/x1", "z-"};
    struct scene sc;

    start(&sc, "rules: [{allow: [list], channels: ['b/*', b0, d, 'd/x*', z-]}]");
    open_many(&sc, "a.", 3, 200);
    open_many(&sc, "b/", 3, 200);
    open_many(&sc, "c.", 3, 200);
    open_many(&sc, "d.", 3, 200);
    open_many(&sc, "z.", 3, 200);
    for (size_t i = 0; i < 4; i++)
        open_name(&sc, visible[i]);
    for (size_t limit = 1; limit < 250; limit += 83) {
        json_t *all = all_pages(&sc, limit);

        ck_assert_uint_eq(json_array_size(all), 204);
        ck_assert_str_eq(name_at(all, 0), "b/000");
        ck_assert_str_eq(name_at(all, 199), "b/199");
        for (size_t i = 0; i < 4; i++)
            ck_assert_str_eq(name_at(all, 200 + i), visible[i]);
        json_decref(all);
    }
    finish(&sc);
}
END_TEST

/* The survey that is under way would come first. */
START_TEST(few_channels_of_those_that_are_all_seen_need_no_survey)
{
    struct scene sc;
    bool more;

    start(&sc, "rules: [{allow: [all]}]");
    open_many(&sc, "k/", 5, MANY);
    for (int limit = 64; limit <= 65; limit++) {
        char line[100];
        json_t *names;

        client_send(&sc.other, SEARCH(1));
        worker_turn(sc.worker);
        snprintf(line, sizeof line, "{\"op\":\"list\",\"limit\":%d}\n", limit);
        client_send(&sc.asker, line);
        ck_assert_int_eq(play(&sc, &sc.asker), limit == 64 ? 1 : 2);
        names = told_names(&sc.asker, &more);
        ck_assert_int_eq((int)json_array_size(names), limit);
        json_decref(names);
        play(&sc, &sc.other);
        free(client_line(&sc.other));
    }
    finish(&sc);
}
END_TEST

/* So that many who list at the same time do not have others wait for all of them. */
START_TEST(of_those_who_list_much_one_is_served_in_a_turn)
{
    struct scene sc;

    start(&sc, "");
    open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, LIST(1));
    client_send(&sc.other, LIST(1));
    worker_turn(sc.worker);
    ck_assert(has_reply(&sc.asker) != has_reply(&sc.other));
    worker_turn(sc.worker);
    ck_assert(has_reply(&sc.asker) && has_reply(&sc.other));
    finish(&sc);
}
END_TEST

/* ---- steps ---- */

START_TEST(others_are_answered_between_the_steps)
{
    struct scene sc;
    int turns = 0;

    start(&sc, "rules: [{allow: [list], channels: ['*zzz']}]");
    open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, LIST(7));
    for (;; turns++) {
        client_send(&sc.other, PING);
        worker_turn(sc.worker);
        client_expect(&sc.other, PONG);
        if (has_reply(&sc.asker))
            break;
        ck_assert(sc.session->held);
    }
    ck_assert_int_ge(turns, STEPS_LEAST);
    client_expect(&sc.asker, "{\"id\":7,\"ok\":true,\"channels\":[],\"more\":false}");
    ck_assert(!sc.session->held);
    finish(&sc);
}
END_TEST

START_TEST(what_no_rule_speaks_of_is_not_looked_at)
{
    struct scene sc;

    start(&sc, "rules: [{allow: [list], channels: ['a*', 'zzz/*']}]");
    open_many(&sc, "k/", 5, MANY);
    open_name(&sc, "zzz/1");
    client_send(&sc.asker, LIST(7));
    ck_assert_int_eq(play(&sc, &sc.asker), 1);
    finish(&sc);
}
END_TEST

/* A rule of so many globs takes a while on its own. */
START_TEST(many_rules_make_a_step_shorter)
{
    char rules[1900] = "rules: [{allow: [list], channels: [";
    struct scene few, many;
    int turns;

    for (int i = 0; i < 200; i++)
        sprintf(rules + strlen(rules), "'*%03dx',", 100 + i);
    strcat(rules, "]}]");
    start(&few, "rules: [{allow: [list], channels: ['*zzz']}]");
    open_many(&few, "k/", 5, MANY);
    client_send(&few.asker, LIST(7));
    turns = play(&few, &few.asker);
    finish(&few);
    start(&many, rules);
    open_many(&many, "k/", 5, MANY);
    client_send(&many.asker, LIST(7));
    ck_assert_int_gt(play(&many, &many.asker), 10 * turns);
    finish(&many);
}
END_TEST

START_TEST(surveys_take_turns)
{
    struct scene sc;
    int turns;

    start(&sc, "");
    open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, SEARCH(1));
    turns = play(&sc, &sc.asker);
    free(client_line(&sc.asker));
    client_send(&sc.asker, SEARCH(1));
    worker_turn(sc.worker);
    client_send(&sc.other, SEARCH(2));
    ck_assert_int_ge(play(&sc, &sc.asker), 2 * turns - 3);
    ck_assert_int_le(play(&sc, &sc.other), 2);
    finish(&sc);
}
END_TEST

START_TEST(replies_are_in_the_order_of_the_requests)
{
    bool more;
    struct scene sc;

    start(&sc, "");
    open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, PING_1 SEARCH(2) LIST(3) SEARCH(4) PING_1);
    play(&sc, &sc.asker);
    client_expect(&sc.asker, PONG_1);
    for (int i = 0; i < 3; i++) {
        json_t *names;

        play(&sc, &sc.asker);
        names = told_names(&sc.asker, &more);
        ck_assert_uint_eq(json_array_size(names), i == 1 ? 1000 : FOUND);
        ck_assert(more == (i == 1));
        json_decref(names);
    }
    play(&sc, &sc.asker);
    client_expect(&sc.asker, PONG_1);
    finish(&sc);
}
END_TEST

START_TEST(what_a_client_says_before_it_ends_is_answered)
{
    struct scene sc;
    json_t *names;
    bool more;

    start(&sc, "");
    open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, SEARCH(1) PING_1);
    shutdown(sc.asker.fd, SHUT_WR);
    while (sc.worker->sessions.next->next != &sc.worker->sessions)
        worker_turn(sc.worker);
    names = told_names(&sc.asker, &more);
    ck_assert_uint_eq(json_array_size(names), FOUND);
    json_decref(names);
    client_expect(&sc.asker, PONG_1);
    client_expect_end(&sc.asker);
    finish(&sc);
}
END_TEST

/* Those that are deleted meanwhile may be shown or not; the others are shown once. */
START_TEST(channels_may_come_and_go_meanwhile)
{
    struct scene sc;
    char name[20];
    json_t *names;
    bool more;

    start(&sc, "");
    open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, SEARCH(1));
    for (int digit = 0; !has_reply(&sc.asker) && digit < 9; digit++) {
        worker_turn(sc.worker);
        for (int i = digit; i < MANY; i += 10) {
            snprintf(name, sizeof name, "k/%05d", i);
            broker_delete(sc.serving.hub->broker, slice_text(name), 0);
        }
    }
    play(&sc, &sc.asker);
    names = told_names(&sc.asker, &more);
    for (size_t i = 0, at = 0; i < 10; i++, at++) {
        snprintf(name, sizeof name, "k/%05zu", 1000 * i + 999);
        while (at < json_array_size(names) && strcmp(name_at(names, at), name) < 0)
            at++;
        ck_assert_str_eq(name_at(names, at), name);
    }
    ck_assert(!more);
    json_decref(names);
    finish(&sc);
}
END_TEST

/* ---- held ---- */

/* Whoever lets it go on first, it does when both have. */
START_TEST(who_asks_too_often_waits_for_that_as_well)
{
    struct scene sc;

    start(&sc, "rules: [{allow: [list, put], channels: ['*zzz']}],"
               "limits: {requests_per_s: 2}");
    open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, "{\"op\":\"ping\"}\n{\"op\":\"ping\"}\n" LIST(3) PING_1);
    worker_turn(sc.worker);
    ck_assert_uint_eq(sc.session->held, 2);
    client_expect(&sc.asker, PONG);
    client_expect(&sc.asker, PONG);
    while (sc.session->held == 2)
        worker_turn(sc.worker);
    ck_assert(has_reply(&sc.asker) == list_is_empty(&sc.worker->surveys));
    play(&sc, &sc.asker);
    client_expect(&sc.asker, "{\"id\":3,\"ok\":true,\"channels\":[],\"more\":false}");
    play(&sc, &sc.asker);
    client_expect(&sc.asker, PONG_1);
    finish(&sc);
}
END_TEST

START_TEST(who_is_waited_for_is_not_idle)
{
    struct scene sc;

    start(&sc, "");
    open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, SEARCH(1));
    worker_turn(sc.worker);
    sc.session->heard = false;
    worker_turn(sc.worker);
    ck_assert(sc.session->heard);
    finish(&sc);
}
END_TEST

START_TEST(who_goes_in_the_middle_gets_nothing_and_leaves_nothing)
{
    struct scene sc;

    start(&sc, "");
    open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, SEARCH(1) PING_1);
    worker_turn(sc.worker);
    session_leave(sc.session);
    while (!list_is_empty(&sc.worker->surveys))
        worker_turn(sc.worker);
    client_expect_end(&sc.asker);
    finish(&sc);
}
END_TEST

START_TEST(who_is_lost_in_the_middle_leaves_nothing)
{
    struct scene sc;

    start(&sc, "");
    open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, SEARCH(1));
    client_send(&sc.other, SEARCH(1));
    worker_turn(sc.worker);
    session_lose(sc.session);
    client_close(&sc.other); /* of which nothing is noticed before */
    worker_turn(sc.worker);
    ck_assert(!list_is_empty(&sc.worker->surveys));
    sc.other = client_connect(&sc.serving, 0);
    finish(&sc);
}
END_TEST

START_TEST(a_daemon_that_stops_does_not_look_to_the_end)
{
    struct scene sc;

    start(&sc, "");
    open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, SEARCH(1));
    worker_turn(sc.worker);
    worker_stop(sc.worker);
    while (!list_is_empty(&sc.worker->sessions))
        worker_turn(sc.worker);
    client_expect_end(&sc.asker);
    client_expect_end(&sc.other);
    admission_stop(sc.admission);
    serving_stop(&sc.serving);
    admission_free(sc.admission);
    client_close(&sc.asker);
    client_close(&sc.other);
}
END_TEST

START_TEST(a_worker_may_be_freed_with_surveys)
{
    struct scene sc;

    start(&sc, "");
    open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, SEARCH(1));
    client_send(&sc.other, SEARCH(1));
    worker_turn(sc.worker);
    session_lose(serving_session(&sc.serving, 0, 1));
    session_lose(sc.session);
    worker_turn(sc.worker);
    ck_assert(list_is_empty(&sc.worker->sessions));
    ck_assert(!list_is_empty(&sc.worker->surveys));
    serving_stop(&sc.serving);
    admission_free(sc.admission);
    client_close(&sc.asker);
    client_close(&sc.other);
}
END_TEST

/* ---- other users ---- */

/* The answer to a list that was asked under some rules, when others come meanwhile. */
static json_t *told_after(struct scene *sc, const char *before, const char *after,
                          const char *line)
{
    bool more;

    start(sc, before);
    open_many(sc, "k/", 5, MANY);
    client_send(&sc->asker, line);
    worker_turn(sc->worker);
    ck_assert(sc->session->held);
    enrol(sc, getuid(), after);
    worker_renew_limits(sc->worker);
    play(sc, &sc->asker);
    return told_names(&sc->asker, &more);
}

#define SEES(glob) "rules: [{allow: [list], channels: ['" glob "']}]"

START_TEST(an_answer_is_by_one_set_of_rules)
{
    struct scene sc;
    json_t *names;

    names = told_after(&sc, SEES("*1999"), SEES("*99"), LIST(1));
    ck_assert_uint_eq(json_array_size(names), 100);
    ck_assert_str_eq(name_at(names, 0), "k/00099");
    json_decref(names);
    finish(&sc);
    names = told_after(&sc, SEES("*99"), SEES("*1999"), LIST(1));
    ck_assert_uint_eq(json_array_size(names), 1);
    json_decref(names);
    finish(&sc);
    names = told_after(&sc, SEES("*99"), "rules: [{allow: [put]}]", LIST(1));
    ck_assert_uint_eq(json_array_size(names), 0);
    json_decref(names);
    finish(&sc);
}
END_TEST

START_TEST(it_begins_again_where_it_was_asked_to)
{
    struct scene sc;
    json_t *names;

    names = told_after(&sc, SEES("*1999"), "rules: [{allow: [all]}]",
                       "{\"op\":\"list\",\"after\":\"k/00499\",\"limit\":2}\n");
    ck_assert_uint_eq(json_array_size(names), 2);
    ck_assert_str_eq(name_at(names, 0), "k/00500");
    json_decref(names);
    finish(&sc);
}
END_TEST

START_TEST(users_may_come_and_go_meanwhile)
{
    struct scene sc;
    json_t *names;

    names = told_after(&sc, SEES("*1999"), "", LIST(1));
    ck_assert_uint_eq(json_array_size(names), 1000);
    json_decref(names);
    finish(&sc);
    names = told_after(&sc, "", SEES("*5999"), SEARCH(1));
    ck_assert_uint_eq(json_array_size(names), 1);
    json_decref(names);
    finish(&sc);
}
END_TEST

START_TEST(who_is_nobody_any_more_is_told_nothing)
{
    struct scene sc;

    start(&sc, SEES("*999"));
    open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, LIST(1));
    worker_turn(sc.worker);
    enrol(&sc, getuid() + 1, SEES("*999"));
    worker_renew_limits(sc.worker);
    while (!list_is_empty(&sc.worker->surveys))
        worker_turn(sc.worker);
    client_expect_end(&sc.asker);
    finish(&sc);
}
END_TEST

/* ---- memory ---- */

#define NO_MEMORY                                                                        \
    "{\"id\":1,\"ok\":false,\"reason\":\"limit\",\"message\":\"memory_bytes: the "       \
    "daemon "

START_TEST(without_room_it_is_refused_at_once_or_later)
{
    struct scene sc;
    struct budget *budget;
    int refused = 0;

    start(&sc, "rules: [{allow: [list], channels: ['k/*']}]");
    budget = &sc.serving.hub->budget;
    open_many(&sc, "k/", 5, MANY);
    for (int64_t room = -1;; room = room < 0 ? 0 : 2 * room + 1000) {
        const int64_t most = atomic_load(&budget->most);
        char *line;

        atomic_store(&budget->most, budget_total(budget) + room - RESERVE_REQUESTS);
        client_send(&sc.asker, LIST(1));
        play(&sc, &sc.asker);
        line = client_line(&sc.asker);
        atomic_store(&budget->most, most);
        ck_assert_ptr_nonnull(line);
        if (!strstr(line, "\"ok\":false")) {
            free(line);
            break;
        }
        ck_assert_ptr_nonnull(strstr(line, "\"reason\":\"limit\""));
        free(line);
        refused++;
    }
    ck_assert_int_ge(refused, 4);
    finish(&sc);
}
END_TEST

START_TEST(without_memory_it_is_refused_and_the_session_goes_on)
{
    struct scene sc;
    bool more;
    long refused;
    json_t *names;

    start(&sc, "rules: [{allow: [list], channels: ['*7*']}]");
    open_many(&sc, "k/", 5, MANY);
    for (long n = 0;; n++) {
        char *line;

        client_send(&sc.asker, LIST(1));
        starve_after(n);
        while (!has_reply(&sc.asker)) /* no assertions: they would take memory */
            worker_turn(sc.worker);
        refused = starve_end();
        if (refused == 0)
            break;
        line = client_line(&sc.asker);
        ck_assert_ptr_nonnull(line);
        ck_assert_msg(strncmp(line, NO_MEMORY, strlen(NO_MEMORY)) == 0, "%s", line);
        free(line);
    }
    names = told_names(&sc.asker, &more);
    ck_assert_uint_eq(json_array_size(names), 1000);
    json_decref(names);
    finish(&sc);
}
END_TEST

UNIT_MAIN("survey", a_prefix_with_a_star_shows_what_fits_it,
          what_no_name_can_be_shows_nothing, a_user_s_pages_are_full_of_what_it_may_see,
          a_page_is_the_same_whatever_is_skipped_for_it,
          few_channels_of_those_that_are_all_seen_need_no_survey,
          of_those_who_list_much_one_is_served_in_a_turn,
          others_are_answered_between_the_steps, what_no_rule_speaks_of_is_not_looked_at,
          many_rules_make_a_step_shorter, surveys_take_turns,
          replies_are_in_the_order_of_the_requests,
          what_a_client_says_before_it_ends_is_answered,
          channels_may_come_and_go_meanwhile, who_asks_too_often_waits_for_that_as_well,
          who_is_waited_for_is_not_idle,
          who_goes_in_the_middle_gets_nothing_and_leaves_nothing,
          who_is_lost_in_the_middle_leaves_nothing,
          a_daemon_that_stops_does_not_look_to_the_end,
          a_worker_may_be_freed_with_surveys, an_answer_is_by_one_set_of_rules,
          it_begins_again_where_it_was_asked_to, users_may_come_and_go_meanwhile,
          who_is_nobody_any_more_is_told_nothing,
          without_room_it_is_refused_at_once_or_later,
          without_memory_it_is_refused_and_the_session_goes_on)
