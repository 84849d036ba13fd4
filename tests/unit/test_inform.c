/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "chan.h"
#include "fake.h"

static struct chan_client *begin(struct fake *f, const char *const steps[])
{
    struct chan_client *c = chan_new();

    fake_start(f, steps);
    ck_assert_int_eq(chan_connect(c, f->uri, 10000), CHAN_OK);
    return c;
}

static void end(struct chan_client *c, struct fake *f)
{
    chan_free(c);
    fake_finish(f);
}

/* Names that were listed, and after how many to stop. */
struct names {
    char text[256];
    int most;
};

static bool note(const struct chan_info *info, void *data)
{
    struct names *names = data;

    strcat(names->text, info->name);
    strcat(names->text, " ");
    return --names->most != 0;
}

START_TEST(list_asks_for_page_after_page)
{
    static const char *const steps[] = {
        "<{\"op\":\"list\",\"id\":",
        ">{\"id\":$$,\"ok\":true,\"channels\":[{\"name\":\"a\"}, {\"name\":\"b\"}],"
        "\"more\":true}",
        "<\"prefix\":\"p/\",\"after\":\"b\"}",
        ">{\"id\":$$,\"ok\":true,\"channels\":[{\"name\":\"c\"}],\"more\":false}",
        ".",
        NULL};
    struct names names = {{0}, 0};
    struct fake f;
    struct chan_client *c = begin(&f, steps);

    ck_assert_int_eq(chan_list(c, "p/", 10000, note, &names), CHAN_OK);
    ck_assert_str_eq(names.text, "a b c ");
    end(c, &f);
}
END_TEST

START_TEST(list_without_a_prefix_sends_none)
{
    static const char *const steps[] = {
        "<}\n", ">{\"id\":$$,\"ok\":true,\"channels\":[],\"more\":false}",
        "<}\n", ">{\"id\":$$,\"ok\":true,\"channels\":[ ],\"more\":false}",
        ".",    NULL};
    struct names names = {{0}, 0};
    struct fake f;
    struct chan_client *c = begin(&f, steps);

    ck_assert_int_eq(chan_list(c, NULL, 10000, note, &names), CHAN_OK);
    ck_assert_int_eq(chan_list(c, "", 10000, note, &names), CHAN_OK);
    ck_assert_str_eq(names.text, "");
    end(c, &f);
}
END_TEST

START_TEST(list_stops_when_it_is_told_to)
{
    static const char *const steps[] = {
        "<",
        ">{\"id\":$$,\"ok\":true,\"channels\":[{\"name\":\"a\"},{\"name\":\"b\"},"
        "{\"name\":\"c\"}],\"more\":true}",
        ".", NULL};
    struct names names = {{0}, 2};
    struct fake f;
    struct chan_client *c = begin(&f, steps);

    ck_assert_int_eq(chan_list(c, "", 10000, note, &names), CHAN_OK);
    ck_assert_str_eq(names.text, "a b ");
    end(c, &f);
}
END_TEST

START_TEST(a_list_that_cannot_be_read_or_has_no_end_is_unreadable)
{
    static const char *const replies[] = {
        ">{\"id\":$$,\"ok\":true}",
        ">{\"id\":$$,\"ok\":true,\"channels\":[1],\"more\":false}",
        ">{\"id\":$$,\"ok\":true,\"channels\":[{\"name\":1}],\"more\":false}",
        ">{\"id\":$$,\"ok\":true,\"channels\":[],\"more\":true}",
    };

    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        const char *const steps[] = {"<", replies[i], ".", NULL};
        struct names names = {{0}, 0};
        struct fake f;
        struct chan_client *c = begin(&f, steps);

        ck_assert_msg(chan_list(c, "", 10000, note, &names) == CHAN_UNREADABLE, "%s",
                      replies[i]);
        end(c, &f);
    }
}
END_TEST

START_TEST(a_list_that_is_refused_or_lost_says_so)
{
    static const char *const steps[] = {
        "<", ">{\"id\":$$,\"ok\":false,\"reason\":\"forbidden\",\"message\":\"not you\"}",
        "<", NULL};
    struct names names = {{0}, 0};
    struct fake f;
    struct chan_client *c = begin(&f, steps);

    ck_assert_int_eq(chan_list(c, "", 10000, note, &names), CHAN_REFUSED);
    ck_assert_str_eq(chan_message(c), "not you");
    ck_assert_int_eq(chan_list(c, "", 10000, note, &names), CHAN_LOST);
    end(c, &f);
}
END_TEST

START_TEST(stat_of_a_channel_is_read_and_kept_as_json)
{
    static const char *const steps[] = {
        "<\"chan\":\"jobs\"}",
        ">{\"id\":$$,\"ok\":true,\"stat\":{\"name\":\"jobs\",\"buffered\":3,\"x\":{}}}",
        ".", NULL};
    struct chan_info info;
    struct fake f;
    struct chan_client *c = begin(&f, steps);

    ck_assert_int_eq(chan_stat(c, "jobs", 10000, &info), CHAN_OK);
    ck_assert_str_eq(info.name, "jobs");
    ck_assert_int_eq(info.buffered, 3);
    ck_assert_str_eq(chan_last(c)->value, "{\"name\":\"jobs\",\"buffered\":3,\"x\":{}}");
    end(c, &f);
}
END_TEST

START_TEST(stat_of_the_server_names_no_channel)
{
    static const char *const steps[] = {
        "<{\"op\":\"stat\",\"id\":",
        ">{\"id\":$$,\"ok\":true,\"stat\":{\"uptime\":1.5}}",
        "<",
        ">{\"id\":$$,\"ok\":true}",
        ".",
        NULL};
    struct fake f;
    struct chan_client *c = begin(&f, steps);

    ck_assert_int_eq(chan_stat(c, NULL, 10000, NULL), CHAN_OK);
    ck_assert_str_eq(chan_last(c)->value, "{\"uptime\":1.5}");
    ck_assert_int_eq(chan_stat(c, NULL, 10000, NULL), CHAN_UNREADABLE);
    end(c, &f);
}
END_TEST

START_TEST(a_stat_that_is_none_leaves_the_info_alone)
{
    static const char *const steps[] = {
        "<", ">{\"id\":$$,\"ok\":true,\"stat\":{\"name\":[]}}", ".", NULL};
    struct chan_info info = {.puts = 42};
    struct fake f;
    struct chan_client *c = begin(&f, steps);

    ck_assert_int_eq(chan_stat(c, "a", 10000, &info), CHAN_UNREADABLE);
    ck_assert_int_eq(info.puts, 42);
    end(c, &f);
}
END_TEST

START_TEST(hello_introduces_and_tells_server_and_limits)
{
    static const char *const steps[] = {
        "<\"token\":\"s\\\"ecret\",\"client\":\"test/1\",\"protocol\":1}",
        ">{\"id\":$$,\"ok\":true,\"server\":\"chand/0.1.0\",\"protocol\":1,"
        "\"limits\":{\"alts_ops\":256}}",
        "<,\"protocol\":1}",
        ">{\"id\":$$,\"ok\":true}",
        ".",
        NULL};
    struct fake f;
    struct chan_client *c = begin(&f, steps);
    const char *server = NULL;

    ck_assert_int_eq(chan_hello(c, "test/1", "s\"ecret", 10000, &server), CHAN_OK);
    ck_assert_str_eq(server, "chand/0.1.0");
    ck_assert_str_eq(chan_last(c)->value, "{\"alts_ops\":256}");
    ck_assert_int_eq(chan_hello(c, NULL, NULL, 10000, &server), CHAN_OK);
    ck_assert_str_eq(server, "");
    end(c, &f);
}
END_TEST

UNIT_MAIN("inform", list_asks_for_page_after_page, list_without_a_prefix_sends_none,
          list_stops_when_it_is_told_to,
          a_list_that_cannot_be_read_or_has_no_end_is_unreadable,
          a_list_that_is_refused_or_lost_says_so,
          stat_of_a_channel_is_read_and_kept_as_json, stat_of_the_server_names_no_channel,
          a_stat_that_is_none_leaves_the_info_alone,
          hello_introduces_and_tells_server_and_limits)
