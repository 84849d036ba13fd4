/* SPDX-License-Identifier: MIT */
#include "dispatch.h"
#include "stage.h"
#include "unit.h"

/* Every operation, as it answers when nothing is in its way. */
static const struct {
    const char *line, *reply;
} plain[] = {
    {"{\"op\":\"put\",\"chan\":\"f\",\"value\":1}", "{\"ok\":true}\n"},
    {"{\"op\":\"take\",\"chan\":\"f\"}", "{\"ok\":true,\"value\":1}\n"},
    {"{\"op\":\"alts\",\"ops\":[{\"op\":\"put\",\"chan\":\"f\",\"value\":2}]}",
     "{\"ok\":true,\"index\":0,\"chan\":\"f\"}\n"},
    {"{\"op\":\"open\",\"chan\":\"f\"}", "{\"ok\":true,\"created\":false}\n"},
    {"{\"op\":\"close\",\"chan\":\"f\"}", "{\"ok\":true}\n"},
    {"{\"op\":\"delete\",\"chan\":\"f\"}", "{\"ok\":true}\n"},
    {"{\"op\":\"cancel\",\"target\":1}", "{\"ok\":false,\"reason\":\"not_parked\"}\n"},
    {"{\"op\":\"list\"}", "{\"ok\":true,\"channels\":[],\"more\":false}\n"},
    {"{\"op\":\"ping\"}", "{\"ok\":true}\n"},
};

START_TEST(every_operation_has_its_place_in_the_table)
{
    struct stage st;

    stage_open(&st);
    stage_play(
        &st, 0,
        "{\"op\":\"open\",\"chan\":\"f\",\"buffer\":{\"kind\":\"fixed\",\"size\":1}}",
        "{\"ok\":true,\"created\":true}\n");
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        stage_play(&st, 0, plain[i].line, plain[i].reply);
    stage_close(&st);
}
END_TEST

START_TEST(an_id_comes_back_as_it_was_written)
{
    struct stage st;

    stage_open(&st);
    stage_play(&st, 0, "{\"op\":\"ping\",\"id\":\"\\u0061\"}",
               "{\"id\":\"\\u0061\",\"ok\":true}\n");
    stage_play(&st, 0, "{ \"id\" : -0 ,\"op\":\"ping\"}", "{\"id\":-0,\"ok\":true}\n");
    stage_close(&st);
}
END_TEST

START_TEST(an_id_that_is_parked_is_not_used_again_by_any_operation)
{
    static const char *const lines[] = {
        "{\"op\":\"ping\",\"id\":7}",
        "{\"op\":\"take\",\"id\":7,\"chan\":\"c\",\"timeout_ms\":0}",
        "{\"op\":\"cancel\",\"id\":7,\"target\":7}",
        "{\"op\":\"delete\",\"id\":7,\"chan\":\"c\"}",
    };
    struct stage st;

    stage_open(&st);
    stage_play(&st, 0, "{\"op\":\"take\",\"id\":7,\"chan\":\"c\"}", "");
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        stage_play(
            &st, 0, lines[i],
            "{\"id\":7,\"ok\":false,\"reason\":\"bad_request\",\"message\":\"id 7 is in "
            "use by a parked request of this connection\"}\n");
    stage_play(&st, 2, "{\"op\":\"ping\",\"id\":7}", "{\"id\":7,\"ok\":true}\n");
    stage_play(&st, 0, "{\"op\":\"ping\",\"id\":\"7\"}", "{\"id\":\"7\",\"ok\":true}\n");
    ck_assert(hub_has_parked(st.hub, &st.seats[0]));
    stage_close(&st);
}
END_TEST

START_TEST(a_refused_line_is_answered_with_its_own_sentence)
{
    struct stage st;

    stage_open(&st);
    stage_play(
        &st, 0, "{\"op\":\"put\",\"id\":5,\"chan\":\"nowhere\"}",
        "{\"id\":5,\"ok\":false,\"reason\":\"bad_request\",\"message\":\"put needs "
        "\\\"value\\\"\"}\n");
    stage_close(&st);
}
END_TEST

START_TEST(a_refusal_without_a_sentence_has_the_reasons_own)
{
    struct ticket *t;
    struct stage st;

    stage_open(&st);
    t = stage_ticket(&st, 0, 0);
    t->rq = (struct request_view){0};
    t->err = ERR_TOO_LARGE;
    stage_run(&st, 0);
    stage_expect(
        &st, 0, 0,
        "{\"ok\":false,\"reason\":\"too_large\",\"message\":\"the line is longer than "
        "limits.request_bytes\"}\n");
    stage_finish(&st, 0);
    stage_close(&st);
}
END_TEST

START_TEST(a_refusal_by_the_broker_names_the_channel)
{
    struct broker_settings settings = stage_settings();
    struct stage st;

    settings.auto_create = false;
    stage_open_with(&st, &settings);
    stage_play(
        &st, 0, "{\"op\":\"take\",\"id\":1,\"chan\":\"no/such\"}",
        "{\"id\":1,\"ok\":false,\"reason\":\"no_channel\",\"message\":\"there is no such "
        "channel: no/such\"}\n");
    stage_play(
        &st, 0,
        "{\"op\":\"alts\",\"id\":1,\"ops\":[{\"op\":\"take\",\"chan\":\"other\"}]}",
        "{\"id\":1,\"ok\":false,\"reason\":\"no_channel\",\"message\":\"there is no such "
        "channel: other\"}\n");
    stage_close(&st);
}
END_TEST

START_TEST(a_leave_is_not_answered)
{
    struct stage st;

    stage_open(&st);
    stage_leave(&st, 0, 0);
    stage_run(&st, 0);
    ck_assert_uint_eq(st.turns[0]->dirty_count, 1); /* but its session is told */
    stage_expect(&st, 0, 0, "");
    stage_finish(&st, 0);
    stage_close(&st);
}
END_TEST

/* Only what was parked has memory that the broker can use again. */
START_TEST(what_was_parked_is_retired)
{
    struct list done, *link;
    struct stage st;
    int parked = 0;

    stage_open(&st);
    stage_play(&st, 0, "{\"op\":\"take\",\"chan\":\"c\"}", "");
    stage_ask(&st, 0, 0, "{\"op\":\"put\",\"chan\":\"c\",\"value\":1}");
    stage_run(&st, 0);
    hub_collect(st.hub, &st.seats[0], 0, &done);
    ck_assert(list_is_empty(&st.turns[0]->retired));
    while ((link = list_pop(&done))) {
        struct completion *c = container_of(link, struct completion, link);

        parked += c->parked;
        dispatch_release(c, &st.turns[0]->retired);
    }
    ck_assert_int_eq(parked, 1);
    ck_assert(!list_is_empty(&st.turns[0]->retired));
    stage_finish(&st, 0);
    stage_play(&st, 0, "{\"op\":\"ping\"}", "{\"ok\":true}\n");
    ck_assert(list_is_empty(&st.turns[0]->retired));
    stage_close(&st);
}
END_TEST

UNIT_MAIN("dispatch", every_operation_has_its_place_in_the_table,
          an_id_comes_back_as_it_was_written,
          an_id_that_is_parked_is_not_used_again_by_any_operation,
          a_refused_line_is_answered_with_its_own_sentence,
          a_refusal_without_a_sentence_has_the_reasons_own,
          a_refusal_by_the_broker_names_the_channel, a_leave_is_not_answered,
          what_was_parked_is_retired)
