/* SPDX-License-Identifier: MIT */
/* The operations on channels, from the line to the reply. */
#include "dispatch.h"
#include "stage.h"
#include "unit.h"

#define OPEN(name, buffer) "{\"op\":\"open\",\"chan\":\"" name "\",\"buffer\":" buffer "}"
#define CREATED            "{\"ok\":true,\"created\":true}\n"
#define CANCELLED(id)      "{\"id\":" #id ",\"ok\":false,\"reason\":\"cancelled\"}\n"

START_TEST(a_put_meets_a_parked_take_of_another_seat)
{
    struct stage st;

    stage_open(&st);
    stage_play(&st, 0, "{\"op\":\"take\",\"id\":1,\"chan\":\"c\"}", "");
    stage_ask(&st, 1, 1,
              "{\"op\":\"put\",\"id\":1,\"chan\":\"c\",\"value\":{\"a\": 1.0}}");
    stage_run(&st, 1);
    stage_expect(&st, 1, 0, "{\"id\":1,\"ok\":true,\"value\":{\"a\": 1.0}}\n");
    stage_expect(&st, 1, 1, "{\"id\":1,\"ok\":true}\n");
    stage_finish(&st, 1);
    stage_close(&st);
}
END_TEST

START_TEST(a_put_that_is_dropped_says_so)
{
    struct stage st;

    stage_open(&st);
    stage_play(&st, 0, OPEN("d", "{\"kind\":\"dropping\",\"size\":1}"), CREATED);
    stage_play(&st, 0, "{\"op\":\"put\",\"chan\":\"d\",\"value\":1}", "{\"ok\":true}\n");
    stage_play(&st, 0, "{\"op\":\"put\",\"chan\":\"d\",\"value\":2}",
               "{\"ok\":true,\"dropped\":true}\n");
    stage_play(&st, 0,
               "{\"op\":\"alts\",\"ops\":[{\"op\":\"put\",\"chan\":\"d\",\"value\":3}]}",
               "{\"ok\":true,\"dropped\":true,\"index\":0,\"chan\":\"d\"}\n");
    stage_close(&st);
}
END_TEST

START_TEST(a_time_that_no_clock_reaches_is_for_ever)
{
    struct stage st;

    stage_open(&st);
    stage_play(&st, 0, "{\"op\":\"take\",\"chan\":\"c\",\"timeout_ms\":9007199254740991}",
               "");
    stage_play(&st, 0, "{\"op\":\"take\",\"chan\":\"c\",\"timeout_ms\":9007199254740990}",
               "");
    ck_assert(st.deadline > st.now_ns);
    ck_assert(hub_has_parked(st.hub, &st.seats[0]));
    stage_close(&st);
}
END_TEST

START_TEST(no_time_is_no_parking)
{
    struct stage st;

    stage_open(&st);
    stage_play(&st, 0, "{\"op\":\"take\",\"chan\":\"c\",\"timeout_ms\":0}",
               "{\"ok\":false,\"reason\":\"timeout\"}\n");
    stage_play(&st, 0, "{\"op\":\"put\",\"chan\":\"c\",\"value\":1,\"timeout_ms\":0}",
               "{\"ok\":false,\"reason\":\"timeout\"}\n");
    stage_play(
        &st, 0,
        "{\"op\":\"alts\",\"ops\":[{\"op\":\"take\",\"chan\":\"c\"}],\"timeout_ms\":0}",
        "{\"ok\":false,\"reason\":\"timeout\"}\n");
    ck_assert(!hub_has_parked(st.hub, &st.seats[0]));
    stage_close(&st);
}
END_TEST

START_TEST(an_alts_says_which_clause_it_was)
{
    struct stage st;

    stage_open(&st);
    stage_play(
        &st, 0,
        "{\"op\":\"alts\",\"id\":1,\"ops\":[{\"op\":\"take\",\"chan\":\"long-name\"},"
        "{\"op\":\"put\",\"chan\":\"b\",\"value\":\"B\"},"
        "{\"op\":\"take\",\"chan\":\"c\"}]}",
        "");
    stage_ask(&st, 1, 1, "{\"op\":\"take\",\"chan\":\"b\"}");
    stage_run(&st, 1);
    stage_expect(&st, 1, 1, "{\"ok\":true,\"value\":\"B\"}\n");
    stage_expect(&st, 1, 0, "{\"id\":1,\"ok\":true,\"index\":1,\"chan\":\"b\"}\n");
    stage_finish(&st, 1);
    stage_play(&st, 0, "{\"op\":\"close\",\"chan\":\"c\"}", "{\"ok\":true}\n");
    stage_play(&st, 0,
               "{\"op\":\"alts\",\"ops\":[{\"op\":\"take\",\"chan\":\"a\"},"
               "{\"op\":\"take\",\"chan\":\"c\"}]}",
               "{\"ok\":false,\"reason\":\"closed\",\"index\":1,\"chan\":\"c\"}\n");
    stage_close(&st);
}
END_TEST

START_TEST(two_alts_of_one_turn_do_not_share_their_clauses)
{
    struct stage st;

    stage_open(&st);
    stage_ask(&st, 0, 0,
              "{\"op\":\"alts\",\"id\":1,\"ops\":[{\"op\":\"take\",\"chan\":\"a\"}]}");
    stage_ask(&st, 0, 0,
              "{\"op\":\"alts\",\"id\":2,\"ops\":[{\"op\":\"take\",\"chan\":\"b\"},"
              "{\"op\":\"take\",\"chan\":\"c\"}]}");
    stage_run(&st, 0);
    stage_finish(&st, 0);
    stage_play(&st, 2, "{\"op\":\"put\",\"chan\":\"a\",\"value\":1}", "{\"ok\":true}\n");
    stage_ask(&st, 0, 2, "{\"op\":\"put\",\"chan\":\"c\",\"value\":2}");
    stage_run(&st, 0);
    stage_expect(&st, 0, 0,
                 "{\"id\":2,\"ok\":true,\"index\":1,\"chan\":\"c\",\"value\":2}\n");
    stage_finish(&st, 0);
    stage_close(&st);
}
END_TEST

START_TEST(priority_has_the_first_ready_clause)
{
    struct stage st;

    stage_open(&st);
    stage_play(&st, 0, OPEN("p", "{\"kind\":\"promise\"}"), CREATED);
    stage_play(&st, 0, OPEN("q", "{\"kind\":\"promise\"}"), CREATED);
    stage_play(&st, 0, "{\"op\":\"put\",\"chan\":\"p\",\"value\":1}", "{\"ok\":true}\n");
    stage_play(&st, 0, "{\"op\":\"put\",\"chan\":\"q\",\"value\":2}", "{\"ok\":true}\n");
    for (int i = 0; i < 50; i++)
        stage_play(&st, 0,
                   "{\"op\":\"alts\",\"priority\":true,\"ops\":[{\"op\":\"take\","
                   "\"chan\":\"q\"},"
                   "{\"op\":\"take\",\"chan\":\"p\"}]}",
                   "{\"ok\":true,\"index\":0,\"chan\":\"q\",\"value\":2}\n");
    stage_close(&st);
}
END_TEST

START_TEST(cancel_is_answered_behind_its_target)
{
    struct stage st;

    stage_open(&st);
    stage_play(&st, 0, "{\"op\":\"take\",\"id\":1,\"chan\":\"c\"}", "");
    stage_play(&st, 2, "{\"op\":\"cancel\",\"id\":2,\"target\":1}",
               "{\"id\":2,\"ok\":false,\"reason\":\"not_parked\"}\n");
    stage_play(&st, 0, "{\"op\":\"cancel\",\"id\":2,\"target\":1}",
               CANCELLED(1) "{\"id\":2,\"ok\":true}\n");
    stage_close(&st);
}
END_TEST

START_TEST(delete_cancels_what_is_parked)
{
    struct stage st;

    stage_open(&st);
    stage_play(&st, 0, "{\"op\":\"take\",\"id\":1,\"chan\":\"c\"}", "");
    stage_ask(&st, 1, 1, "{\"op\":\"delete\",\"id\":2,\"chan\":\"c\"}");
    stage_run(&st, 1);
    stage_expect(&st, 1, 0, CANCELLED(1));
    stage_expect(&st, 1, 1, "{\"id\":2,\"ok\":true}\n");
    stage_finish(&st, 1);
    stage_close(&st);
}
END_TEST

START_TEST(max_parked_above_the_limit_is_a_bad_request)
{
    struct broker_settings settings = stage_settings();
    struct stage st;

    settings.limits.parked_per_channel = 5;
    stage_open_with(&st, &settings);
    stage_play(
        &st, 0, "{\"op\":\"open\",\"chan\":\"c\",\"max_parked\":6}",
        "{\"ok\":false,\"reason\":\"bad_request\",\"message\":\"\\\"max_parked\\\" must "
        "be at most 5, limits.parked_per_channel\"}\n");
    stage_play(&st, 0, "{\"op\":\"open\",\"chan\":\"c\",\"max_parked\":5}", CREATED);
    stage_close(&st);
}
END_TEST

START_TEST(a_timeout_channel_is_due)
{
    struct stage st;

    stage_open(&st);
    stage_play(&st, 0, "{\"op\":\"open\",\"chan\":\"t\",\"close_after_ms\":70}", CREATED);
    ck_assert_int_eq(st.deadline, st.now_ns + 70 * NS_PER_MS);
    stage_close(&st);
}
END_TEST

START_TEST(a_leave_takes_back_what_was_offered)
{
    struct stage st;

    stage_open(&st);
    stage_play(&st, 0, "{\"op\":\"put\",\"id\":1,\"chan\":\"c\",\"value\":1}", "");
    stage_leave(&st, 0, 0);
    stage_run(&st, 0);
    stage_expect(&st, 0, 0, CANCELLED(1));
    stage_finish(&st, 0);
    stage_play(&st, 1, "{\"op\":\"take\",\"chan\":\"c\",\"timeout_ms\":0}",
               "{\"ok\":false,\"reason\":\"timeout\"}\n");
    stage_close(&st);
}
END_TEST

UNIT_MAIN("op_channel", a_put_meets_a_parked_take_of_another_seat,
          a_put_that_is_dropped_says_so, a_time_that_no_clock_reaches_is_for_ever,
          no_time_is_no_parking, an_alts_says_which_clause_it_was,
          two_alts_of_one_turn_do_not_share_their_clauses,
          priority_has_the_first_ready_clause, cancel_is_answered_behind_its_target,
          delete_cancels_what_is_parked, max_parked_above_the_limit_is_a_bad_request,
          a_timeout_channel_is_due, a_leave_takes_back_what_was_offered)
