/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "chan.h"
#include "fake.h"
#include "named.h"

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
    struct chan_client *c = named_begin(&f, steps);

    ck_assert_int_eq(chan_list(c, "p/", 10000, note, &names), CHAN_OK);
    ck_assert_str_eq(names.text, "a b c ");
    named_end(c, &f);
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
    struct chan_client *c = named_begin(&f, steps);

    ck_assert_int_eq(chan_list(c, NULL, 10000, note, &names), CHAN_OK);
    ck_assert_int_eq(chan_list(c, "", 10000, note, &names), CHAN_OK);
    ck_assert_str_eq(names.text, "");
    named_end(c, &f);
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
    struct chan_client *c = named_begin(&f, steps);

    ck_assert_int_eq(chan_list(c, "", 10000, note, &names), CHAN_OK);
    ck_assert_str_eq(names.text, "a b ");
    named_end(c, &f);
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
        struct chan_client *c = named_begin(&f, steps);

        ck_assert_msg(chan_list(c, "", 10000, note, &names) == CHAN_UNREADABLE, "%s",
                      replies[i]);
        named_end(c, &f);
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
    struct chan_client *c = named_begin(&f, steps);

    ck_assert_int_eq(chan_list(c, "", 10000, note, &names), CHAN_REFUSED);
    ck_assert_str_eq(chan_message(), "not you");
    ck_assert_int_eq(chan_list(c, "", 10000, note, &names), CHAN_LOST);
    named_end(c, &f);
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
    struct chan_client *c = named_begin(&f, steps);

    ck_assert_int_eq(chan_server_stat(c, 10000), CHAN_OK);
    ck_assert_str_eq(chan_last()->value, "{\"uptime\":1.5}");
    ck_assert_int_eq(chan_server_stat(c, 10000), CHAN_UNREADABLE);
    named_end(c, &f);
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
    struct chan_client *c = named_begin(&f, steps);
    const char *server = NULL;

    ck_assert_int_eq(chan_hello(c, "test/1", "s\"ecret", 10000, &server), CHAN_OK);
    ck_assert_str_eq(server, "chand/0.1.0");
    ck_assert_str_eq(chan_last()->value, "{\"alts_ops\":256}");
    ck_assert_int_eq(chan_hello(c, NULL, NULL, 10000, &server), CHAN_OK);
    ck_assert_str_eq(server, "");
    named_end(c, &f);
}
END_TEST

START_TEST(whoami_is_who_the_server_says)
{
    static const char *const steps[] = {
        "<{\"op\":\"hello\",\"id\":",
        ">{\"id\":$$,\"ok\":true,\"server\":\"chand/1\",\"protocol\":1,\"user\":\"bob\","
        "\"limits\":{}}",
        "<hello",
        ">{\"id\":$$,\"ok\":true,\"server\":\"chand/1\",\"protocol\":1}",
        "<hello",
        ">{\"id\":$$,\"ok\":false,\"reason\":\"forbidden\",\"message\":\"not you\"}",
        ".",
        NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    const char *user = NULL;

    ck_assert_int_eq(chan_whoami(c, 10000, &user), CHAN_OK);
    ck_assert_str_eq(user, "bob");
    ck_assert_int_eq(chan_whoami(c, 10000, &user), CHAN_OK);
    ck_assert_str_eq(user, "anonymous");
    ck_assert_int_eq(chan_whoami(c, 10000, &user), CHAN_REFUSED);
    ck_assert_str_eq(chan_message(), "not you");
    named_end(c, &f);
}
END_TEST

UNIT_MAIN("inform", list_asks_for_page_after_page, list_without_a_prefix_sends_none,
          list_stops_when_it_is_told_to,
          a_list_that_cannot_be_read_or_has_no_end_is_unreadable,
          a_list_that_is_refused_or_lost_says_so, stat_of_the_server_names_no_channel,
          hello_introduces_and_tells_server_and_limits, whoami_is_who_the_server_says)
