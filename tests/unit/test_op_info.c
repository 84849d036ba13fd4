/* SPDX-License-Identifier: MIT */
/* The operations that tell something, read with jansson. */
#include <jansson.h>
#include <limits.h>
#include "dispatch.h"
#include "limit.h"
#include "roster.h"
#include "stage.h"
#include "starve.h"
#include "unit.h"

/* The reply to a request, to be given back. */
static json_t *asked(struct stage *st, const char *line)
{
    json_t *reply;
    char *text;

    stage_ask(st, 0, 0, line);
    stage_run(st, 0);
    text = stage_replies(st, 0, 0);
    stage_finish(st, 0);
    reply = json_loads(text, 0, NULL);
    ck_assert_msg(json_is_object(reply), "not a reply: %s", text);
    free(text);
    return reply;
}

static json_int_t number(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);

    ck_assert_msg(json_is_integer(member), "no number %s", name);
    return json_integer_value(member);
}

static void opened(struct stage *st, const char *name)
{
    char line[300];

    snprintf(line, sizeof line, "{\"op\":\"open\",\"chan\":\"%s\"}", name);
    stage_play(st, 0, line, "{\"ok\":true,\"created\":true}\n");
}

START_TEST(stat_of_a_channel_tells_its_settings_and_counts)
{
    struct stage st;

    stage_open(&st);
    stage_play(
        &st, 0,
        "{\"op\":\"open\",\"chan\":\"s\",\"buffer\":{\"kind\":\"sliding\",\"size\":1}}",
        "{\"ok\":true,\"created\":true}\n");
    stage_play(&st, 0, "{\"op\":\"put\",\"chan\":\"s\",\"value\":\"old\"}",
               "{\"ok\":true}\n");
    stage_play(&st, 0, "{\"op\":\"put\",\"chan\":\"s\",\"value\":\"newer\"}",
               "{\"ok\":true}\n");
    stage_play(
        &st, 0, "{\"op\":\"stat\",\"id\":1,\"chan\":\"s\"}",
        "{\"id\":1,\"ok\":true,\"stat\":{\"name\":\"s\",\"buffer\":{\"kind\":\"sliding\","
        "\"size\":1},\"buffered\":1,\"bytes\":7,\"parked_puts\":0,\"parked_takes\":0,"
        "\"closed\":false,\"puts\":2,\"takes\":0,\"dropped\":1}}\n");
    stage_close(&st);
}
END_TEST

START_TEST(stat_of_a_channel_that_is_not_there_is_no_channel)
{
    struct stage st;

    stage_open(&st);
    stage_play(
        &st, 0, "{\"op\":\"stat\",\"chan\":\"gone\"}",
        "{\"ok\":false,\"reason\":\"no_channel\",\"message\":\"there is no such channel: "
        "gone\"}\n");
    stage_close(&st);
}
END_TEST

START_TEST(stat_of_the_daemon_tells_all_of_its_counts)
{
    struct stage st;
    json_t *reply, *stat;

    stage_open(&st);
    st.metrics.started_ns = clock_now_ns() - 90 * NS_PER_S;
    st.metrics.workers = 3;
    for (int i = 0; i < METRIC_COUNT; i++)
        metrics_add(&st.metrics, (enum metric)i, 1000 + i);
    stage_play(&st, 1, "{\"op\":\"put\",\"chan\":\"c\",\"value\":12345}", "");
    atomic_store(&st.hub->outside, 77);
    reply = asked(&st, "{\"op\":\"stat\"}");
    stat = json_object_get(reply, "stat");
    ck_assert_str_eq(json_string_value(json_object_get(stat, "version")), CHAND_VERSION);
    ck_assert_int_eq(number(stat, "uptime_s"), 90);
    ck_assert_int_eq(number(stat, "workers"), 3);
    ck_assert_int_eq(number(stat, "channels"), 1);
    ck_assert_int_eq(number(stat, "parked"), 1);
    ck_assert_int_eq(number(stat, "bytes"), 5);
    ck_assert_int_eq(number(stat, "output_bytes"), 77);
    for (int i = 0; i < METRIC_COUNT; i++)
        ck_assert_int_eq(number(stat, metrics_name((enum metric)i)), 1000 + i);
    json_decref(reply);
    stage_close(&st);
}
END_TEST

/* Whoever parks much wants to know what it costs. */
START_TEST(stat_of_the_daemon_tells_its_memory)
{
    enum { MORE = 64 << 20 };
    json_int_t before, after;
    struct stage st;
    json_t *reply;
    char *memory;

    stage_open(&st);
    reply = asked(&st, "{\"op\":\"stat\"}");
    before = number(json_object_get(reply, "stat"), "rss_bytes");
    json_decref(reply);
    memory = malloc(MORE);
    ck_assert_ptr_nonnull(memory);
    memset(memory, 1, MORE);
    reply = asked(&st, "{\"op\":\"stat\"}");
    after = number(json_object_get(reply, "stat"), "rss_bytes");
    json_decref(reply);
    ck_assert_int_eq(memory[MORE - 1], 1);
    free(memory);
    ck_assert_int_gt(before, 0);
    ck_assert_int_ge(after, before + MORE / 2);
    stage_close(&st);
}
END_TEST

START_TEST(list_goes_by_pages)
{
    static const char *const names[] = {"a", "b/1", "b/2", "c"};
    json_t *reply, *channels;
    struct stage st;

    stage_open(&st);
    for (size_t i = 4; i-- > 0;)
        opened(&st, names[i]);
    reply = asked(&st, "{\"op\":\"list\",\"limit\":3}");
    channels = json_object_get(reply, "channels");
    ck_assert(json_is_true(json_object_get(reply, "more")));
    ck_assert_uint_eq(json_array_size(channels), 3);
    for (size_t i = 0; i < 3; i++)
        ck_assert_str_eq(
            json_string_value(json_object_get(json_array_get(channels, i), "name")),
            names[i]);
    json_decref(reply);
    reply = asked(&st, "{\"op\":\"list\",\"after\":\"b/2\"}");
    ck_assert(json_is_false(json_object_get(reply, "more")));
    ck_assert_uint_eq(json_array_size(json_object_get(reply, "channels")), 1);
    json_decref(reply);
    reply = asked(&st, "{\"op\":\"list\",\"prefix\":\"b/\"}");
    ck_assert_uint_eq(json_array_size(json_object_get(reply, "channels")), 2);
    json_decref(reply);
    stage_close(&st);
}
END_TEST

START_TEST(a_page_of_a_thousand_is_full)
{
    struct stage st;
    json_t *reply;
    char name[20];

    stage_open(&st);
    for (int i = 0; i < 1001; i++) {
        snprintf(name, sizeof name, "n%04d", i);
        opened(&st, name);
    }
    reply = asked(&st, "{\"op\":\"list\"}");
    ck_assert_uint_eq(json_array_size(json_object_get(reply, "channels")), 1000);
    ck_assert(json_is_true(json_object_get(reply, "more")));
    json_decref(reply);
    stage_close(&st);
}
END_TEST

START_TEST(a_list_is_of_its_own_moment)
{
    struct stage st;

    stage_open(&st);
    opened(&st, "a");
    stage_ask(&st, 0, 0, "{\"op\":\"list\",\"id\":1}");
    stage_ask(&st, 0, 0, "{\"op\":\"delete\",\"id\":2,\"chan\":\"a\"}");
    stage_run(&st, 0);
    stage_expect(
        &st, 0, 0,
        "{\"id\":1,\"ok\":true,\"channels\":[{\"name\":\"a\",\"buffer\":{\"kind\":"
        "\"none\"},\"buffered\":0,\"bytes\":0,\"parked_puts\":0,\"parked_takes\":0,"
        "\"closed\":false,\"puts\":0,\"takes\":0,\"dropped\":0}],\"more\":false}\n"
        "{\"id\":2,\"ok\":true}\n");
    stage_finish(&st, 0);
    stage_close(&st);
}
END_TEST

START_TEST(hello_tells_every_limit)
{
    json_t *reply, *limits;
    struct stage st;

    stage_open(&st);
    reply =
        asked(&st, "{\"op\":\"hello\",\"client\":\"me\",\"token\":\"t\",\"protocol\":1}");
    limits = json_object_get(reply, "limits");
    ck_assert_str_eq(json_string_value(json_object_get(reply, "server")),
                     "chand/" CHAND_VERSION);
    ck_assert_int_eq(number(reply, "protocol"), 1);
    ck_assert_uint_eq(json_object_size(limits), limit_row_count);
    for (size_t i = 0; i < limit_row_count; i++)
        ck_assert_int_eq(number(limits, limit_rows[i].name),
                         limit_value(&st.limits, &limit_rows[i]));
    json_decref(reply);
    stage_close(&st);
}
END_TEST

START_TEST(hello_tells_users_who_they_are)
{
    const struct user user = {.name = (char[]){"u"}};
    struct stage st;
    char *text;

    stage_open(&st);
    stage_ask(&st, 0, 0, "{\"op\":\"hello\"}");
    st.turns[0]->tickets[0].user = &user;
    stage_run(&st, 0);
    text = stage_replies(&st, 0, 0);
    stage_finish(&st, 0);
    ck_assert_ptr_nonnull(strstr(text, ",\"protocol\":1,\"user\":\"u\",\"limits\":{"));
    free(text);
    stage_close(&st);
}
END_TEST

/* ---- without memory ---- */

/*
 * The reply to a line when so many allocations succeed and no more; how many were
 * refused.
 */
static long told_hungry(struct stage *st, const char *line, long allocations,
                        struct text *out)
{
    const struct dispatch_info info = {&st->limits, &st->metrics};
    struct list done, *link;
    long refused;

    text_clear(out);
    stage_ask(st, 0, 0, line);
    starve_after(allocations);
    stage_run(st, 0);
    hub_collect(st->hub, &st->seats[0], st->turns[0]->worker, &done);
    link = list_pop(&done);
    dispatch_answer(out, container_of(link, struct completion, link), &info);
    refused = starve_end();
    dispatch_release(container_of(link, struct completion, link), st->turns[0]);
    ck_assert(list_is_empty(&done) && !out->broken);
    stage_finish(st, 0);
    return refused;
}

START_TEST(what_is_told_is_whole_or_refused)
{
    static const char *const lines[] = {
        "{\"op\":\"list\",\"id\":1}",
        "{\"op\":\"stat\",\"id\":1,\"chan\":\"one\"}",
        "{\"op\":\"hello\",\"id\":1}",
    };
    static const char refusal[] =
        "{\"id\":1,\"ok\":false,\"reason\":\"limit\",\"message\":"
        "\"memory_bytes: the daemon is out of memory";
    struct text whole = {0}, out = {0};
    struct stage st;

    stage_open(&st);
    opened(&st, "one");
    opened(&st, "other");
    ck_assert(text_reserve(&out, 10000) && text_reserve(&whole, 10000));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        ck_assert_int_eq(told_hungry(&st, lines[i], LONG_MAX, &whole), 0);
        for (long n = 0; told_hungry(&st, lines[i], n, &out) > 0; n++)
            ck_assert(strncmp(out.bytes, refusal, strlen(refusal)) == 0);
        ck_assert_uint_eq(out.len, whole.len);
        ck_assert_mem_eq(out.bytes, whole.bytes, whole.len);
    }
    text_release(&out);
    text_release(&whole);
    stage_close(&st);
}
END_TEST

UNIT_MAIN("op_info", stat_of_a_channel_tells_its_settings_and_counts,
          stat_of_a_channel_that_is_not_there_is_no_channel,
          stat_of_the_daemon_tells_all_of_its_counts, stat_of_the_daemon_tells_its_memory,
          list_goes_by_pages, a_page_of_a_thousand_is_full, a_list_is_of_its_own_moment,
          hello_tells_every_limit, hello_tells_users_who_they_are,
          what_is_told_is_whole_or_refused)
