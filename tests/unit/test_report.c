/* SPDX-License-Identifier: MIT */
#include "report.h"
#include "flow.h"
#include "starve.h"

#include <stdio.h>

static struct report begin(void)
{
    struct report r;

    ck_assert(report_init(&r));
    return r;
}

static void tells(struct report *r, const char *expected)
{
    char *told = report_finish(r);

    ck_assert_str_eq(told, expected);
    free(told);
    report_release(r);
}

static void hold(struct report *r, const char *value)
{
    ck_assert_str_eq(report_hold(r, value, strlen(value)), value);
}

START_TEST(nothing_happened)
{
    struct report r = begin();

    tells(&r, "{\"moved\":0}");
}
END_TEST

START_TEST(what_was_delivered_is_counted_and_forgotten)
{
    struct report r = begin();

    hold(&r, "1");
    report_delivered(&r);
    hold(&r, "\"two\"");
    report_delivered(&r);
    tells(&r, "{\"moved\":2}");
}
END_TEST

START_TEST(what_was_not_is_told_in_order)
{
    struct report r = begin();

    hold(&r, "1");
    hold(&r, "\"two\"");
    report_delivered(&r);
    hold(&r, "[3, 4]");
    hold(&r, "{}");
    report_dropped(&r);
    report_fail(&r, CHAN_CLOSED);
    tells(&r,
          "{\"moved\":1,\"dropped\":1,\"undelivered\":[1,[3, 4]],\"error\":\"closed\"}");
}
END_TEST

START_TEST(long_values_are_held_as_well)
{
    enum { SIZE = 100000 };
    struct report r = begin();
    char *value = malloc(SIZE + 1), *told;

    memset(value, '1', SIZE);
    value[SIZE] = '\0';
    for (int i = 0; i < 3; i++)
        hold(&r, value);
    told = report_finish(&r);
    ck_assert_uint_eq(strlen(told),
                      strlen("{\"moved\":0,\"undelivered\":[,,]}") + 3 * SIZE);
    ck_assert_int_eq(chan_json_check(told, strlen(told), &(size_t){0}), CHAN_OK);
    free(told);
    free(value);
}
END_TEST

START_TEST(the_largest_numbers_have_room)
{
    struct report r = begin();

    hold(&r, "1");
    r.moved = r.dropped = r.lost = UINT64_MAX;
    memset(r.error, 'e', sizeof r.error - 1);
    tells(&r, "{\"moved\":18446744073709551615,\"dropped\":18446744073709551615,"
              "\"undelivered\":[1],\"lost\":18446744073709551615,"
              "\"error\":\"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeee\"}");
}
END_TEST

START_TEST(every_status_has_a_word_and_the_first_one_stays)
{
    static const char *const words[] = {
        "ok",   "closed",      "timeout", "cancelled",  "not_parked", "refused",
        "lost", "unreachable", "invalid", "unreadable", "no_memory",  "untrusted"};

    ck_assert_uint_eq(sizeof words / sizeof *words, CHAN_STATUS_COUNT);
    for (unsigned status = 0; status < CHAN_STATUS_COUNT; status++) {
        struct report r = begin();

        report_fail(&r, (enum chan_status)status);
        ck_assert_str_eq(r.error, words[status]);
        report_fail(&r, CHAN_LOST);
        ck_assert_str_eq(r.error, words[status]);
        report_release(&r);
    }
}
END_TEST

START_TEST(a_refusal_is_told_in_the_word_of_the_server)
{
    struct chan *far = flow_far(flow_new());
    struct report r = begin();

    flow_fail(far, CHAN_REFUSED, "forbidden");
    ck_assert_int_eq(report_put(&r, far, "1", 1), CHAN_REFUSED);
    tells(&r, "{\"moved\":0,\"undelivered\":[1],\"error\":\"forbidden\"}");
    chan_drop(far);
}
END_TEST

/* What a put tells that a server refuses in these words. */
static void tells_message(const char *message, const char *told)
{
    struct chan *far = flow_far(flow_new());
    struct report r = begin();
    char text[400];

    flow_fail(far, CHAN_REFUSED, "forbidden");
    ((struct far *)far)->message = message;
    ck_assert_int_eq(report_put(&r, far, "1", 1), CHAN_REFUSED);
    snprintf(
        text, sizeof text,
        "{\"moved\":0,\"undelivered\":[1],\"error\":\"forbidden\",\"message\":\"%s\"}",
        told);
    ck_assert_int_eq(chan_json_check(text, strlen(text), &(size_t){0}), CHAN_OK);
    tells(&r, text);
    chan_drop(far);
}

START_TEST(a_message_that_says_more_is_told_too)
{
    char longest[200] = "", cut[200] = "";

    tells_message("not you", "not you");
    tells_message("not \"you\",\n\\ or so", "not \\\"you\\\", \\\\ or so");
    for (int i = 0; i < 65; i++) {
        strcat(longest, "\xe2\x82\xac");
        strcat(cut, i < 52 ? "\xe2\x82\xac" : "");
    }
    tells_message(longest, cut);
}
END_TEST

START_TEST(a_message_about_something_else_is_not_told)
{
    struct report r = begin();

    ck_assert_int_eq(outcome_of_call(CHAN_LOST, "of the call before"), CHAN_LOST);
    report_fail(&r, CHAN_NO_MEMORY);
    tells(&r, "{\"moved\":0,\"error\":\"no_memory\"}");
}
END_TEST

START_TEST(the_end_of_a_source_is_no_failure)
{
    struct report r = begin();

    ck_assert(report_took(&r, CHAN_OK));
    ck_assert(!report_took(&r, CHAN_CLOSED));
    ck_assert_str_eq(r.error, "");
    ck_assert(!report_took(&r, CHAN_CANCELLED));
    tells(&r, "{\"moved\":0,\"error\":\"cancelled\"}");
}
END_TEST

START_TEST(a_put_is_counted_as_it_ended)
{
    struct chan *shelf = chan_local(CHAN_DROPPING, 1);
    struct report r = begin();
    const char *value;
    size_t len;

    ck_assert_int_eq(report_put(&r, shelf, "1", 1), CHAN_OK);
    ck_assert_int_eq(report_put(&r, shelf, "2", 1), CHAN_OK);
    ck_assert_int_eq(chan_take(shelf, 0, &value, &len), CHAN_OK);
    ck_assert_int_eq(report_put(&r, shelf, value, len), CHAN_OK);
    chan_close(shelf);
    ck_assert_int_eq(report_put(&r, shelf, "3", 1), CHAN_CLOSED);
    tells(&r, "{\"moved\":2,\"dropped\":1,\"undelivered\":[3],\"error\":\"closed\"}");
    chan_drop(shelf);
}
END_TEST

START_TEST(a_target_is_closed_if_it_is_to_be)
{
    struct chan *far = flow_far(flow_new());
    struct report r = begin();

    report_close(&r, far, CHAN_LEAVE_IT);
    flow_is_quiet(far);
    report_close(&r, far, CHAN_CLOSE_IT);
    flow_is_closed(far);
    flow_fail(far, CHAN_LOST, NULL);
    report_close(&r, far, CHAN_LEAVE_IT);
    ck_assert_str_eq(r.error, "");
    report_close(&r, far, CHAN_CLOSE_IT);
    tells(&r, "{\"moved\":0,\"error\":\"lost\"}");
    chan_drop(far);
}
END_TEST

START_TEST(all_that_is_held_makes_an_array)
{
    struct report r = begin();
    size_t len;

    ck_assert_str_eq(report_values(&r, &len), "[]");
    ck_assert_uint_eq(len, 2);
    hold(&r, "1");
    hold(&r, "[2]");
    ck_assert_str_eq(report_values(&r, &len), "[1,[2]]");
    ck_assert_uint_eq(len, 7);
    report_delivered_all(&r);
    ck_assert_str_eq(report_values(&r, &len), "[]");
    tells(&r, "{\"moved\":2}");
}
END_TEST

START_TEST(two_reports_become_one)
{
    struct report r = begin(), other = begin(), empty = begin();

    hold(&r, "1");
    hold(&other, "2");
    report_delivered(&other);
    hold(&other, "3");
    hold(&other, "4");
    other.dropped = 5;
    report_lose(&other);
    report_merge(&r, &other);
    report_merge(&r, &empty);
    ck_assert_ptr_null(other.text);
    report_fail(&r, CHAN_CLOSED);
    tells(&r, "{\"moved\":1,\"dropped\":5,\"undelivered\":[1,3,4],\"lost\":1,"
              "\"error\":\"no_memory\"}");
}
END_TEST

/* While memory is short, Check must not be called: it would give up. */

START_TEST(what_there_is_no_memory_for_is_counted_as_lost_until_it_is_delivered)
{
    static char value[4096];
    struct report r = begin(), other = begin();
    const char *held[3];
    uint64_t lost[2];

    memset(value, '1', sizeof value);
    starve_after(0);
    held[0] = report_hold(&r, value, sizeof value);
    lost[0] = r.lost;
    report_delivered(&r);
    lost[1] = r.lost;
    held[1] = report_hold(&r, value, sizeof value);
    report_dropped(&r);
    held[2] = report_hold(&r, value, sizeof value);
    ck_assert_int_eq(starve_end(), 3);
    for (int i = 0; i < 3; i++)
        ck_assert_ptr_null(held[i]);
    ck_assert_uint_eq(lost[0], 1);
    ck_assert_uint_eq(lost[1], 0);

    hold(&r, "1");
    hold(&other, "2");
    ck_assert_ptr_nonnull(report_hold(&other, value, sizeof value));
    starve_after(0);
    report_merge(&r, &other);
    ck_assert_int_eq(starve_end(), 1);
    tells(&r, "{\"moved\":1,\"dropped\":1,\"undelivered\":[1],\"lost\":3}");
}
END_TEST

START_TEST(what_could_not_be_held_is_put_all_the_same)
{
    static char value[4096];
    struct chan *shelf = flow_buffered(1);
    struct report r = begin();
    enum chan_status status;

    memset(value, '1', sizeof value);
    starve_after(0);
    status = report_put(&r, shelf, value, sizeof value);
    ck_assert_int_ge(starve_end(), 2);
    ck_assert_int_eq(status, CHAN_NO_MEMORY);
    ck_assert_uint_eq(r.lost, 1);
    chan_close(shelf);
    tells(&r, "{\"moved\":0,\"lost\":1,\"error\":\"no_memory\"}");
    chan_drop(shelf);
}
END_TEST

START_TEST(a_report_that_has_begun_needs_no_more_memory)
{
    struct report r = begin();
    char *told;

    hold(&r, "1");
    report_fail(&r, CHAN_CLOSED);
    starve_after(0);
    told = report_finish(&r);
    ck_assert_int_eq(starve_end(), 0);
    ck_assert_str_eq(told, "{\"moved\":0,\"undelivered\":[1],\"error\":\"closed\"}");
    free(told);
}
END_TEST

START_TEST(without_memory_there_is_no_report)
{
    struct report r;
    bool began;

    starve_after(0);
    began = report_init(&r);
    ck_assert_int_eq(starve_end(), 1);
    ck_assert(!began);
    report_release(&r);
}
END_TEST

START_TEST(who_wants_the_report_gets_it)
{
    struct chan *reports = flow_new(), *got = NULL;

    report_give(chan_hold(reports), NULL);
    report_give(reports, &got);
    ck_assert_ptr_eq(got, reports);
    chan_drop(got);
}
END_TEST

UNIT_MAIN("report", nothing_happened, what_was_delivered_is_counted_and_forgotten,
          what_was_not_is_told_in_order, long_values_are_held_as_well,
          the_largest_numbers_have_room, every_status_has_a_word_and_the_first_one_stays,
          a_refusal_is_told_in_the_word_of_the_server,
          a_message_that_says_more_is_told_too,
          a_message_about_something_else_is_not_told, the_end_of_a_source_is_no_failure,
          a_put_is_counted_as_it_ended, a_target_is_closed_if_it_is_to_be,
          all_that_is_held_makes_an_array, two_reports_become_one,
          what_there_is_no_memory_for_is_counted_as_lost_until_it_is_delivered,
          what_could_not_be_held_is_put_all_the_same,
          a_report_that_has_begun_needs_no_more_memory, without_memory_there_is_no_report,
          who_wants_the_report_gets_it)
