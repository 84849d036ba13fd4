/* SPDX-License-Identifier: MIT */
#include "dispatch.h"
#include "stage.h"
#include "unit.h"

#include <stdio.h>

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
        dispatch_release(c, st.turns[0]);
    }
    ck_assert_int_eq(parked, 1);
    ck_assert(!list_is_empty(&st.turns[0]->retired));
    stage_finish(&st, 0);
    stage_play(&st, 0, "{\"op\":\"ping\"}", "{\"ok\":true}\n");
    ck_assert(list_is_empty(&st.turns[0]->retired));
    stage_close(&st);
}
END_TEST

/* What a take or an alts got of a value, written in both other ways, is the same. */
static void check_long_reply(struct stage *st, int turn, int seat, size_t pieces)
{
    const struct dispatch_info info = {&st->limits, &st->metrics};
    struct iovec longs[GATHER_PIECES], kept[BACKLOG_PIECES];
    struct backlog *backlog = backlog_new();
    struct text all = {0}, other = {0};
    struct gather gather = {0};
    struct completion *c;
    struct list done;
    size_t n;

    hub_collect(st->hub, &st->seats[seat], st->turns[turn]->worker, &done);
    c = container_of(list_pop(&done), struct completion, link);
    ck_assert_int_eq(c->err, ERR_OK);
    dispatch_answer(&all, c, &info);
    dispatch_gather(&gather, c, &info);
    n = gather_list(&gather, longs);
    ck_assert_uint_eq(n, pieces);
    for (size_t i = 0; i < n; i++)
        text_add(&other, longs[i].iov_base, longs[i].iov_len);
    ck_assert(
        slice_equal(slice_of(other.bytes, other.len), slice_of(all.bytes, all.len)));
    text_clear(&other);
    dispatch_keep(backlog, c, &info);
    n = backlog_list(backlog, SIZE_MAX, kept);
    ck_assert_uint_eq(n, 3);
    for (size_t i = 0; i < n; i++)
        text_add(&other, kept[i].iov_base, kept[i].iov_len);
    ck_assert(
        slice_equal(slice_of(other.bytes, other.len), slice_of(all.bytes, all.len)));
    dispatch_release(c, st->turns[turn]);
    st->turns[turn]->freed += backlog_free(backlog);
    gather_release(&gather);
    text_release(&all);
    text_release(&other);
}

START_TEST(a_value_is_the_same_copied_borrowed_or_held)
{
    static const char *const takes[] = {
        "{\"op\":\"take\",\"id\":\"t\",\"chan\":\"c\"}",
        "{\"op\":\"alts\",\"id\":9,\"ops\":[{\"op\":\"take\",\"chan\":\"d\"},"
        "{\"op\":\"take\",\"chan\":\"c\"}]}",
    };
    const size_t lengths[] = {BACKLOG_LONG, GATHER_LONG - 1, GATHER_LONG, 100000};
    char line[100100];
    struct stage st;

    stage_open(&st);
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 2; k++) {
            snprintf(line, sizeof line,
                     "{\"op\":\"put\",\"id\":\"p\",\"chan\":\"c\",\"value\":\"%0*d\"}",
                     (int)lengths[i] - 2, 7);
            stage_play(&st, 1, line, "");
            stage_ask(&st, 0, 0, takes[k]);
            stage_run(&st, 0);
            check_long_reply(&st, 0, 0, lengths[i] < GATHER_LONG ? 1 : 3);
            stage_expect(&st, 0, 1, "{\"id\":\"p\",\"ok\":true}\n");
            stage_finish(&st, 0);
        }
    stage_close(&st);
}
END_TEST

START_TEST(what_is_kept_for_the_broker_is_limited)
{
    enum { MANY = 1024 + 76 };
    struct stage st;

    stage_open(&st);
    for (int i = 0; i < MANY; i++)
        stage_play(&st, 0, "{\"op\":\"take\",\"chan\":\"c\"}", "");
    stage_ask(&st, 0, 0, "{\"op\":\"delete\",\"chan\":\"c\"}");
    stage_run(&st, 0);
    stage_finish(&st, 0);
    ck_assert_uint_eq(st.turns[0]->retired_count, 1024);
    stage_play(&st, 0, "{\"op\":\"ping\"}", "{\"ok\":true}\n");
    ck_assert_uint_eq(st.turns[0]->retired_count, 0);
    stage_close(&st);
}
END_TEST

UNIT_MAIN("dispatch", every_operation_has_its_place_in_the_table,
          an_id_comes_back_as_it_was_written,
          an_id_that_is_parked_is_not_used_again_by_any_operation,
          a_refused_line_is_answered_with_its_own_sentence,
          a_refusal_without_a_sentence_has_the_reasons_own,
          a_refusal_by_the_broker_names_the_channel, a_leave_is_not_answered,
          what_was_parked_is_retired, a_value_is_the_same_copied_borrowed_or_held,
          what_is_kept_for_the_broker_is_limited)
