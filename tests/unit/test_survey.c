/* SPDX-License-Identifier: MIT */
/* Lists that take many steps: the steps. */
#include "survey.h"
#include "scene.h"
#include "starve.h"
#include "unit.h"

enum { STEPS_LEAST = 3 };

#define PING_1 "{\"op\":\"ping\",\"id\":1}\n"
#define PONG_1 "{\"id\":1,\"ok\":true}"

/* ---- steps ---- */

START_TEST(others_are_answered_between_the_steps)
{
    struct scene sc;
    int turns = 0;

    scene_start(&sc, "rules: [{allow: [list], channels: ['*zzz']}]");
    scene_open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, LIST(7));
    for (;; turns++) {
        client_send(&sc.other, PING);
        worker_turn(sc.worker);
        client_expect(&sc.other, PONG);
        if (scene_has_reply(&sc.asker))
            break;
        ck_assert(sc.session->held);
    }
    ck_assert_int_ge(turns, STEPS_LEAST);
    client_expect(&sc.asker, "{\"id\":7,\"ok\":true,\"channels\":[],\"more\":false}");
    ck_assert(!sc.session->held);
    scene_finish(&sc);
}
END_TEST

START_TEST(what_no_rule_speaks_of_is_not_looked_at)
{
    struct scene sc;

    scene_start(&sc, "rules: [{allow: [list], channels: ['a*', 'zzz/*']}]");
    scene_open_many(&sc, "k/", 5, MANY);
    scene_open(&sc, "zzz/1");
    client_send(&sc.asker, LIST(7));
    ck_assert_int_eq(scene_play(&sc, &sc.asker), 1);
    scene_finish(&sc);
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
    scene_start(&few, "rules: [{allow: [list], channels: ['*zzz']}]");
    scene_open_many(&few, "k/", 5, MANY);
    client_send(&few.asker, LIST(7));
    turns = scene_play(&few, &few.asker);
    scene_finish(&few);
    scene_start(&many, rules);
    scene_open_many(&many, "k/", 5, MANY);
    client_send(&many.asker, LIST(7));
    ck_assert_int_gt(scene_play(&many, &many.asker), 10 * turns);
    scene_finish(&many);
}
END_TEST

START_TEST(surveys_take_turns)
{
    struct scene sc;
    int turns;

    scene_start(&sc, "");
    scene_open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, SEARCH(1));
    turns = scene_play(&sc, &sc.asker);
    free(client_line(&sc.asker));
    client_send(&sc.asker, SEARCH(1));
    worker_turn(sc.worker);
    client_send(&sc.other, SEARCH(2));
    ck_assert_int_ge(scene_play(&sc, &sc.asker), 2 * turns - 3);
    ck_assert_int_le(scene_play(&sc, &sc.other), 2);
    scene_finish(&sc);
}
END_TEST

START_TEST(replies_are_in_the_order_of_the_requests)
{
    bool more;
    struct scene sc;

    scene_start(&sc, "");
    scene_open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, PING_1 SEARCH(2) LIST(3) SEARCH(4) PING_1);
    scene_play(&sc, &sc.asker);
    client_expect(&sc.asker, PONG_1);
    for (int i = 0; i < 3; i++) {
        json_t *names;

        scene_play(&sc, &sc.asker);
        names = scene_told(&sc.asker, &more);
        ck_assert_uint_eq(json_array_size(names), i == 1 ? 1000 : FOUND);
        ck_assert(more == (i == 1));
        json_decref(names);
    }
    scene_play(&sc, &sc.asker);
    client_expect(&sc.asker, PONG_1);
    scene_finish(&sc);
}
END_TEST

START_TEST(what_a_client_says_before_it_ends_is_answered)
{
    struct scene sc;
    json_t *names;
    bool more;

    scene_start(&sc, "");
    scene_open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, SEARCH(1) PING_1);
    shutdown(sc.asker.fd, SHUT_WR);
    while (sc.worker->sessions.next->next != &sc.worker->sessions)
        worker_turn(sc.worker);
    names = scene_told(&sc.asker, &more);
    ck_assert_uint_eq(json_array_size(names), FOUND);
    json_decref(names);
    client_expect(&sc.asker, PONG_1);
    client_expect_end(&sc.asker);
    scene_finish(&sc);
}
END_TEST

/* Those that are deleted meanwhile may be shown or not; the others are shown once. */
START_TEST(channels_may_come_and_go_meanwhile)
{
    struct scene sc;
    char name[20];
    json_t *names;
    bool more;

    scene_start(&sc, "");
    scene_open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, SEARCH(1));
    for (int digit = 0; !scene_has_reply(&sc.asker) && digit < 9; digit++) {
        worker_turn(sc.worker);
        for (int i = digit; i < MANY; i += 10) {
            snprintf(name, sizeof name, "k/%05d", i);
            broker_delete(sc.serving.hub->broker, slice_text(name), 0);
        }
    }
    scene_play(&sc, &sc.asker);
    names = scene_told(&sc.asker, &more);
    for (size_t i = 0, at = 0; i < 10; i++, at++) {
        snprintf(name, sizeof name, "k/%05zu", 1000 * i + 999);
        while (at < json_array_size(names) && strcmp(scene_name(names, at), name) < 0)
            at++;
        ck_assert_str_eq(scene_name(names, at), name);
    }
    ck_assert(!more);
    json_decref(names);
    scene_finish(&sc);
}
END_TEST

START_TEST(few_channels_of_those_that_are_all_seen_need_no_survey)
{
    struct scene sc;
    bool more;

    scene_start(&sc, "rules: [{allow: [all]}]");
    scene_open_many(&sc, "k/", 5, MANY);
    for (int limit = 64; limit <= 65; limit++) {
        char line[100];
        json_t *names;

        client_send(&sc.other, SEARCH(1));
        worker_turn(sc.worker);
        snprintf(line, sizeof line, "{\"op\":\"list\",\"limit\":%d}\n", limit);
        client_send(&sc.asker, line);
        ck_assert_int_eq(scene_play(&sc, &sc.asker), limit == 64 ? 1 : 2);
        names = scene_told(&sc.asker, &more);
        ck_assert_int_eq((int)json_array_size(names), limit);
        json_decref(names);
        scene_play(&sc, &sc.other);
        free(client_line(&sc.other));
    }
    scene_finish(&sc);
}
END_TEST

/* So that many who list at the same time do not have others wait for all of them. */
START_TEST(of_those_who_list_much_one_is_served_in_a_turn)
{
    struct scene sc;

    scene_start(&sc, "");
    scene_open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, LIST(1));
    client_send(&sc.other, LIST(1));
    worker_turn(sc.worker);
    ck_assert(scene_has_reply(&sc.asker) != scene_has_reply(&sc.other));
    worker_turn(sc.worker);
    ck_assert(scene_has_reply(&sc.asker) && scene_has_reply(&sc.other));
    scene_finish(&sc);
}
END_TEST

/* ---- held ---- */

/* Whoever lets it go on first, it does when both have. */
START_TEST(who_asks_too_often_waits_for_that_as_well)
{
    struct scene sc;

    scene_start(&sc, "rules: [{allow: [list, put], channels: ['*zzz']}],"
                     "limits: {requests_per_s: 2}");
    scene_open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, "{\"op\":\"ping\"}\n{\"op\":\"ping\"}\n" LIST(3) PING_1);
    worker_turn(sc.worker);
    ck_assert_uint_eq(sc.session->held, 2);
    client_expect(&sc.asker, PONG);
    client_expect(&sc.asker, PONG);
    while (sc.session->held == 2)
        worker_turn(sc.worker);
    ck_assert(scene_has_reply(&sc.asker) == list_is_empty(&sc.worker->surveys));
    scene_play(&sc, &sc.asker);
    client_expect(&sc.asker, "{\"id\":3,\"ok\":true,\"channels\":[],\"more\":false}");
    scene_play(&sc, &sc.asker);
    client_expect(&sc.asker, PONG_1);
    scene_finish(&sc);
}
END_TEST

START_TEST(who_is_waited_for_is_not_idle)
{
    struct scene sc;

    scene_start(&sc, "");
    scene_open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, SEARCH(1));
    worker_turn(sc.worker);
    sc.session->heard = false;
    worker_turn(sc.worker);
    ck_assert(sc.session->heard);
    scene_finish(&sc);
}
END_TEST

START_TEST(who_goes_in_the_middle_gets_nothing_and_leaves_nothing)
{
    struct scene sc;

    scene_start(&sc, "");
    scene_open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, SEARCH(1) PING_1);
    worker_turn(sc.worker);
    session_leave(sc.session);
    while (!list_is_empty(&sc.worker->surveys))
        worker_turn(sc.worker);
    client_expect_end(&sc.asker);
    scene_finish(&sc);
}
END_TEST

START_TEST(who_is_lost_in_the_middle_leaves_nothing)
{
    struct scene sc;

    scene_start(&sc, "");
    scene_open_many(&sc, "k/", 5, MANY);
    client_send(&sc.asker, SEARCH(1));
    client_send(&sc.other, SEARCH(1));
    worker_turn(sc.worker);
    session_lose(sc.session);
    client_close(&sc.other); /* of which nothing is noticed before */
    worker_turn(sc.worker);
    ck_assert(!list_is_empty(&sc.worker->surveys));
    sc.other = client_connect(&sc.serving, 0);
    scene_finish(&sc);
}
END_TEST

START_TEST(a_daemon_that_stops_does_not_look_to_the_end)
{
    struct scene sc;

    scene_start(&sc, "");
    scene_open_many(&sc, "k/", 5, MANY);
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

    scene_start(&sc, "");
    scene_open_many(&sc, "k/", 5, MANY);
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

/* ---- memory ---- */

#define NO_MEMORY                                                                        \
    "{\"id\":1,\"ok\":false,\"reason\":\"limit\",\"message\":\"memory_bytes: the "       \
    "daemon "

START_TEST(without_room_it_is_refused_at_once_or_later)
{
    struct scene sc;
    struct budget *budget;
    int refused = 0;

    scene_start(&sc, "rules: [{allow: [list], channels: ['k/*']}]");
    budget = &sc.serving.hub->budget;
    scene_open_many(&sc, "k/", 5, MANY);
    for (int64_t room = -1;; room = room < 0 ? 0 : 2 * room + 1000) {
        const int64_t most = atomic_load(&budget->most);
        char *line;

        atomic_store(&budget->most, budget_total(budget) + room - RESERVE_REQUESTS);
        client_send(&sc.asker, LIST(1));
        scene_play(&sc, &sc.asker);
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
    scene_finish(&sc);
}
END_TEST

START_TEST(without_memory_it_is_refused_and_the_session_goes_on)
{
    struct scene sc;
    bool more;
    long refused;
    json_t *names;

    scene_start(&sc, "rules: [{allow: [list], channels: ['*7*']}]");
    scene_open_many(&sc, "k/", 5, MANY);
    for (long n = 0;; n++) {
        char *line;

        client_send(&sc.asker, LIST(1));
        starve_after(n);
        while (!scene_has_reply(&sc.asker)) /* no assertions: they would take memory */
            worker_turn(sc.worker);
        refused = starve_end();
        if (refused == 0)
            break;
        line = client_line(&sc.asker);
        ck_assert_ptr_nonnull(line);
        ck_assert_msg(strncmp(line, NO_MEMORY, strlen(NO_MEMORY)) == 0, "%s", line);
        free(line);
    }
    names = scene_told(&sc.asker, &more);
    ck_assert_uint_eq(json_array_size(names), 1000);
    json_decref(names);
    scene_finish(&sc);
}
END_TEST

UNIT_MAIN("survey", others_are_answered_between_the_steps,
          what_no_rule_speaks_of_is_not_looked_at, many_rules_make_a_step_shorter,
          surveys_take_turns, replies_are_in_the_order_of_the_requests,
          what_a_client_says_before_it_ends_is_answered,
          channels_may_come_and_go_meanwhile,
          few_channels_of_those_that_are_all_seen_need_no_survey,
          of_those_who_list_much_one_is_served_in_a_turn,
          who_asks_too_often_waits_for_that_as_well, who_is_waited_for_is_not_idle,
          who_goes_in_the_middle_gets_nothing_and_leaves_nothing,
          who_is_lost_in_the_middle_leaves_nothing,
          a_daemon_that_stops_does_not_look_to_the_end,
          a_worker_may_be_freed_with_surveys, without_room_it_is_refused_at_once_or_later,
          without_memory_it_is_refused_and_the_session_goes_on)
