/* SPDX-License-Identifier: MIT */
#include "hub.h"
#include <sched.h>
#include "stage.h"
#include "starve.h"
#include "unit.h"

#define TAKE(id) "{\"op\":\"take\",\"id\":" #id ",\"chan\":\"c\"}"
#define PUT(id, value)                                                                   \
    "{\"op\":\"put\",\"id\":" #id ",\"chan\":\"c\",\"value\":" #value "}"
#define OK(id)         "{\"id\":" #id ",\"ok\":true}\n"
#define GOT(id, value) "{\"id\":" #id ",\"ok\":true,\"value\":" #value "}\n"

/* ---- the order of replies ---- */

START_TEST(completions_are_linked_in_the_order_of_the_hub)
{
    struct stage st;

    stage_open(&st);
    stage_play(&st, 0, TAKE(1), "");
    stage_play(&st, 0, TAKE(2), "");
    stage_ask(&st, 1, 1, PUT(8, "first"));
    stage_run(&st, 1);
    stage_ask(&st, 0, 2, PUT(9, "second"));
    stage_run(&st, 0);
    /* whoever comes first, here the one who completed last, takes both */
    stage_expect(&st, 0, 0, GOT(1, "first") GOT(2, "second"));
    stage_expect(&st, 1, 0, "");
    stage_expect(&st, 1, 1, OK(8));
    stage_expect(&st, 0, 2, OK(9));
    stage_finish(&st, 0);
    stage_finish(&st, 1);
    stage_close(&st);
}
END_TEST

START_TEST(a_seat_is_once_on_the_list_of_each_turn)
{
    struct stage st;

    stage_open(&st);
    for (int i = 0; i < 3; i++)
        stage_ask(&st, 0, 0, "{\"op\":\"ping\"}");
    stage_run(&st, 0);
    ck_assert_uint_eq(st.turns[0]->dirty_count, 1);
    ck_assert_ptr_eq(st.turns[0]->dirty[0], &st.seats[0]);
    ck_assert_uint_eq(atomic_load(&st.seats[0].holders), 2);
    stage_finish(&st, 0);
    ck_assert_uint_eq(atomic_load(&st.seats[0].holders), 1);

    stage_play(&st, 0, TAKE(1), "");
    stage_play(&st, 0, TAKE(2), "");
    stage_ask(&st, 0, 2, PUT(8, 1));
    stage_run(&st, 0);
    stage_ask(&st, 1, 1, PUT(9, 2));
    stage_run(&st, 1);
    ck_assert_uint_eq(st.turns[0]->dirty_count, 2);
    ck_assert_uint_eq(st.turns[1]->dirty_count, 2);
    ck_assert_uint_eq(atomic_load(&st.seats[0].holders), 3);
    stage_finish(&st, 0);
    stage_finish(&st, 1);
    stage_close(&st);
}
END_TEST

START_TEST(a_drained_seat_is_listed_again)
{
    struct stage st;

    stage_open(&st);
    stage_ask(&st, 0, 0, "{\"op\":\"ping\"}");
    stage_run(&st, 0);
    stage_expect(&st, 0, 0, "{\"ok\":true}\n");
    stage_finish(&st, 0);
    stage_ask(&st, 0, 0, "{\"op\":\"ping\"}");
    stage_run(&st, 0);
    ck_assert_uint_eq(st.turns[0]->dirty_count, 1);
    stage_expect(&st, 0, 0, "{\"ok\":true}\n");
    stage_finish(&st, 0);
    stage_close(&st);
}
END_TEST

START_TEST(tickets_of_a_turn_run_in_their_order)
{
    struct stage st;

    stage_open(&st);
    stage_ask(&st, 0, 0,
              "{\"op\":\"open\",\"id\":1,\"chan\":\"c\",\"buffer\":"
              "{\"kind\":\"fixed\",\"size\":5}}");
    stage_ask(&st, 0, 0, PUT(2, "a"));
    stage_ask(&st, 0, 0, "{\"op\":\"put\"");
    stage_ask(&st, 0, 0, TAKE(3));
    stage_run(&st, 0);
    stage_expect(&st, 0, 0,
                 "{\"id\":1,\"ok\":true,\"created\":true}\n" OK(
                     2) "{\"ok\":false,\"reason\":\"bad_json\",\"message\":\"not valid "
                        "JSON at byte 11\"}\n" GOT(3, "a"));
    stage_finish(&st, 0);
    stage_close(&st);
}
END_TEST

/* ---- time ---- */

START_TEST(run_tells_when_something_is_due)
{
    struct stage st;

    stage_open(&st);
    stage_play(&st, 0, "{\"op\":\"ping\"}", "{\"ok\":true}\n");
    ck_assert_int_eq(st.deadline, INT64_MAX);
    stage_play(&st, 0, "{\"op\":\"take\",\"chan\":\"c\",\"timeout_ms\":50}", "");
    ck_assert_int_eq(st.deadline, st.now_ns + 50 * NS_PER_MS);
    stage_play(&st, 1, "{\"op\":\"take\",\"chan\":\"c\",\"timeout_ms\":20}", "");
    ck_assert_int_eq(st.deadline, st.now_ns + 20 * NS_PER_MS);
    stage_close(&st);
}
END_TEST

START_TEST(expire_ends_what_is_due_and_tells_the_next_time)
{
    struct stage st;

    stage_open(&st);
    stage_play(&st, 0, "{\"op\":\"take\",\"id\":1,\"chan\":\"c\",\"timeout_ms\":50}", "");
    stage_play(&st, 1, "{\"op\":\"take\",\"id\":2,\"chan\":\"c\",\"timeout_ms\":20}", "");
    st.now_ns += 30 * NS_PER_MS;
    ck_assert_int_eq(hub_expire(st.hub, st.turns[0], st.now_ns),
                     st.now_ns + 20 * NS_PER_MS);
    ck_assert_uint_eq(st.turns[0]->dirty_count, 1); /* whoever has the time answers */
    stage_expect(&st, 0, 1, "{\"id\":2,\"ok\":false,\"reason\":\"timeout\"}\n");
    stage_expect(&st, 0, 0, "");
    stage_finish(&st, 0);
    st.now_ns += NS_PER_S;
    ck_assert_int_eq(hub_expire(st.hub, st.turns[1], st.now_ns), INT64_MAX);
    stage_expect(&st, 1, 0, "{\"id\":1,\"ok\":false,\"reason\":\"timeout\"}\n");
    stage_finish(&st, 1);
    stage_close(&st);
}
END_TEST

/* ---- seats ---- */

START_TEST(what_is_parked_is_known_and_ends_with_the_leave)
{
    struct stage st;

    stage_open(&st);
    ck_assert(!hub_has_parked(st.hub, &st.seats[0]));
    stage_play(&st, 0, TAKE(1), "");
    ck_assert(hub_has_parked(st.hub, &st.seats[0]));
    ck_assert(!hub_has_parked(st.hub, &st.seats[1]));
    stage_ask(&st, 0, 0, TAKE(2));
    stage_leave(&st, 0, 0);
    stage_run(&st, 0);
    ck_assert(!hub_has_parked(st.hub, &st.seats[0]));
    stage_expect(&st, 0, 0,
                 "{\"id\":1,\"ok\":false,\"reason\":\"cancelled\"}\n"
                 "{\"id\":2,\"ok\":false,\"reason\":\"cancelled\"}\n");
    stage_finish(&st, 0);
    stage_close(&st);
}
END_TEST

START_TEST(turns_are_numbered)
{
    struct stage st;

    stage_open(&st);
    ck_assert_uint_eq(st.turns[0]->worker, 0);
    ck_assert_uint_eq(st.turns[1]->worker, 1);
    stage_close(&st);
}
END_TEST

/* ---- settings ---- */

START_TEST(configure_changes_the_limits)
{
    struct broker_settings settings = stage_settings();
    struct stage st;

    stage_open(&st);
    settings.limits.parked_per_channel = 1;
    settings.limits.alts_ops = 7;
    ck_assert(hub_configure(st.hub, &settings));
    ck_assert_int_eq(hub_limits(st.hub).alts_ops, 7);
    stage_play(&st, 0, TAKE(1), "");
    stage_play(
        &st, 1, TAKE(2),
        "{\"id\":2,\"ok\":false,\"reason\":\"limit\",\"message\":\"parked_per_channel"
        ": as many requests are parked on the channel as its max_parked allows: "
        "c\"}\n");
    stage_close(&st);
}
END_TEST

/* ---- looking at names ---- */

START_TEST(a_look_at_names_says_where_it_stopped)
{
    struct channel_stat stats[2];
    struct catalog_query query = {.limit = 2};
    char last[NAME_MAX_LEN + 1];
    size_t effort = 1;
    struct stage st;

    stage_open(&st);
    stage_play(&st, 0, "{\"op\":\"close\",\"chan\":\"a\"}", "{\"ok\":true}\n");
    stage_play(&st, 0, "{\"op\":\"close\",\"chan\":\"b\"}", "{\"ok\":true}\n");
    ck_assert_uint_eq(hub_look(st.hub, &query, &effort, stats, last), 1);
    ck_assert_uint_eq(effort, 0);
    ck_assert_str_eq(last, "a");
    query.after = slice_text(last);
    effort = 10;
    ck_assert_uint_eq(hub_look(st.hub, &query, &effort, stats, last), 1);
    ck_assert_str_eq(stats[0].name, "b");
    ck_assert_str_eq(last, "");
    stage_close(&st);
}
END_TEST

static void *ask_limits(void *hub)
{
    hub_limits(hub);
    return NULL;
}

/* That ends, whether he who waits has been let in or not. */
START_TEST(way_is_given_to_who_waits_for_the_lock)
{
    struct stage st;
    pthread_t other;

    stage_open(&st);
    hub_give_way(st.hub);
    pthread_mutex_lock(&st.hub->lock);
    ck_assert_int_eq(pthread_create(&other, NULL, ask_limits, st.hub), 0);
    while (atomic_load(&st.hub->waiting) == 0)
        sched_yield();
    hub_give_way(st.hub);
    ck_assert_int_eq(atomic_load(&st.hub->waiting), 1);
    pthread_mutex_unlock(&st.hub->lock);
    while (atomic_load(&st.hub->waiting) > 0)
        hub_give_way(st.hub);
    pthread_join(other, NULL);
    stage_close(&st);
}
END_TEST

/* ---- what is held ---- */

START_TEST(unread_output_counts_as_memory)
{
    struct broker_settings settings = stage_settings();
    struct stage st;

    settings.limits.memory_bytes = 1024;
    stage_open_with(&st, &settings);
    atomic_store(&st.hub->outside, 1020);
    stage_play(
        &st, 0, PUT(1, "long"),
        "{\"id\":1,\"ok\":false,\"reason\":\"limit\",\"message\":\"memory_bytes: the "
        "daemon holds as much as limits.memory_bytes allows: c\"}\n");
    atomic_store(&st.hub->outside, 1018);
    stage_play(&st, 0, PUT(1, "long"), "");
    atomic_store(&st.hub->outside, 0);
    stage_close(&st);
}
END_TEST

START_TEST(what_is_held_in_the_broker_and_outside_is_one_memory)
{
    struct broker_settings settings = stage_settings();
    struct stage st;

    settings.limits.memory_bytes = 1024;
    stage_open_with(&st, &settings);
    ck_assert(budget_has_room(&st.hub->budget, RESERVE_VALUES, 1024 + RESERVE_VALUES));
    ck_assert(
        !budget_has_room(&st.hub->budget, RESERVE_VALUES, 1024 + RESERVE_VALUES + 1));
    ck_assert(budget_has_room(&st.hub->budget, RESERVE_OUTPUT, 1024 + RESERVE_OUTPUT));
    stage_play(&st, 0, PUT(1, "held"), "");
    ck_assert(
        !budget_has_room(&st.hub->budget, RESERVE_VALUES, 1024 + RESERVE_VALUES - 100));
    budget_hold(&st.hub->budget, 1024 + RESERVE_VALUES);
    stage_play(
        &st, 0, PUT(2, "long"),
        "{\"id\":2,\"ok\":false,\"reason\":\"limit\",\"message\":\"memory_bytes: the "
        "daemon holds as much as limits.memory_bytes allows: c\"}\n");
    budget_hold(&st.hub->budget, -1024 - RESERVE_VALUES);
    stage_play(&st, 0, PUT(3, "long"), "");
    stage_close(&st);
}
END_TEST

/* ---- memory ---- */

START_TEST(without_memory_there_is_no_hub)
{
    const struct broker_settings settings = stage_settings();
    struct hub *hub = NULL;

    for (long i = 0; !hub; i++) {
        starve_after(i);
        hub = hub_new(&settings);
        if (starve_end() == 0)
            ck_assert_ptr_nonnull(hub);
    }
    hub_free(hub);
    hub_free(NULL);
}
END_TEST

START_TEST(without_memory_nobody_sits_down)
{
    struct seat *seats = calloc(100, sizeof *seats);
    int sitting = 0;
    struct stage st;

    ck_assert_ptr_nonnull(seats);
    stage_open(&st);
    starve_after(0);
    while (sitting < 100 && hub_sit(st.hub, st.turns[0], &seats[sitting]))
        sitting++;
    ck_assert_int_gt(starve_end(), 0);
    ck_assert_int_lt(sitting, 100);
    ck_assert(hub_sit(st.hub, st.turns[0], &seats[sitting]));
    for (int i = 0; i <= sitting; i++)
        hub_rise(st.hub, &seats[i]);
    free(seats);
    stage_close(&st);
}
END_TEST

/* Others have come since the turn made its list: there may be no room for all. */
START_TEST(without_memory_for_its_list_a_turn_refuses_its_own)
{
    struct seat *seats = calloc(100, sizeof *seats);
    struct stage st;

    ck_assert_ptr_nonnull(seats);
    stage_open(&st);
    for (int i = 0; i < 100; i++)
        ck_assert(hub_sit(st.hub, st.turns[1], &seats[i]));
    stage_ask(&st, 0, 0, TAKE(1));
    stage_ask(&st, 0, 2, "{\"op\":\"ping\",\"id\":2}");
    stage_leave(&st, 0, 0);
    starve_after(0);
    stage_run(&st, 0);
    ck_assert_int_gt(starve_end(), 0);
    ck_assert(!hub_has_parked(st.hub, &st.seats[0]));
    stage_expect(
        &st, 0, 0,
        "{\"id\":1,\"ok\":false,\"reason\":\"limit\",\"message\":\"memory_bytes: the "
        "daemon is out of memory\"}\n");
    stage_expect(
        &st, 0, 2,
        "{\"id\":2,\"ok\":false,\"reason\":\"limit\",\"message\":\"memory_bytes: the "
        "daemon is out of memory\"}\n");
    stage_finish(&st, 0);
    for (int i = 0; i < 100; i++)
        hub_rise(st.hub, &seats[i]);
    free(seats);
    stage_close(&st);
}
END_TEST

START_TEST(without_memory_for_its_list_a_turn_expires_later)
{
    struct seat *seats = calloc(100, sizeof *seats);
    struct stage st;
    int64_t later_ns;

    ck_assert_ptr_nonnull(seats);
    stage_open(&st);
    stage_play(&st, 0, "{\"op\":\"take\",\"id\":1,\"chan\":\"c\",\"timeout_ms\":20}", "");
    for (int i = 0; i < 100; i++)
        ck_assert(hub_sit(st.hub, st.turns[1], &seats[i]));
    st.now_ns += NS_PER_S;
    starve_after(0);
    later_ns = hub_expire(st.hub, st.turns[0], st.now_ns);
    ck_assert_int_gt(starve_end(), 0);
    ck_assert_int_gt(later_ns, st.now_ns);
    ck_assert_uint_eq(st.turns[0]->dirty_count, 0);
    ck_assert_int_eq(hub_expire(st.hub, st.turns[0], st.now_ns), INT64_MAX);
    stage_expect(&st, 0, 0, "{\"id\":1,\"ok\":false,\"reason\":\"timeout\"}\n");
    stage_finish(&st, 0);
    for (int i = 0; i < 100; i++)
        hub_rise(st.hub, &seats[i]);
    free(seats);
    stage_close(&st);
}
END_TEST

START_TEST(room_for_offers_grows_and_stays)
{
    struct offer *offers;
    struct stage st;
    bool grown;

    stage_open(&st);
    ck_assert(turn_reserve_offers(st.turns[0], 10));
    offers = st.turns[0]->offers;
    ck_assert(turn_reserve_offers(st.turns[0], 5));
    ck_assert_ptr_eq(st.turns[0]->offers, offers);
    starve_after(0);
    grown = turn_reserve_offers(st.turns[0], 10000);
    ck_assert_int_eq(starve_end(), 1);
    ck_assert(!grown);
    ck_assert(turn_reserve_offers(st.turns[0], 10));
    stage_close(&st);
}
END_TEST

UNIT_MAIN("hub", completions_are_linked_in_the_order_of_the_hub,
          a_seat_is_once_on_the_list_of_each_turn, a_drained_seat_is_listed_again,
          tickets_of_a_turn_run_in_their_order, run_tells_when_something_is_due,
          expire_ends_what_is_due_and_tells_the_next_time,
          what_is_parked_is_known_and_ends_with_the_leave, turns_are_numbered,
          configure_changes_the_limits, a_look_at_names_says_where_it_stopped,
          way_is_given_to_who_waits_for_the_lock, unread_output_counts_as_memory,
          what_is_held_in_the_broker_and_outside_is_one_memory,
          without_memory_there_is_no_hub, without_memory_nobody_sits_down,
          without_memory_for_its_list_a_turn_refuses_its_own,
          without_memory_for_its_list_a_turn_expires_later,
          room_for_offers_grows_and_stays)
