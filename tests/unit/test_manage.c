/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "chan.h"
#include "fake.h"
#include "named.h"

START_TEST(open_names_only_what_was_asked_for)
{
    static const struct {
        struct chan_settings settings;
        const char *line;
    } cases[] = {
        {{CHAN_ANY, 0, CHAN_FOREVER, 0}, "<,\"chan\":\"jobs\"}\n"},
        {{CHAN_NONE, 0, CHAN_FOREVER, 0}, "<\"jobs\",\"buffer\":{\"kind\":\"none\"}}"},
        {{CHAN_FIXED, 5, CHAN_FOREVER, 0},
         "<\"buffer\":{\"kind\":\"fixed\",\"size\":5}}"},
        {{CHAN_SLIDING, 1, CHAN_FOREVER, 0},
         "<\"buffer\":{\"kind\":\"sliding\",\"size\":1}}"},
        {{CHAN_DROPPING, 9, CHAN_FOREVER, 0},
         "<\"buffer\":{\"kind\":\"dropping\",\"size\":9}}"},
        {{CHAN_PROMISE, 0, CHAN_FOREVER, 0}, "<\"buffer\":{\"kind\":\"promise\"}}"},
        {{CHAN_ANY, 0, 0, 0}, "<\"chan\":\"jobs\",\"close_after_ms\":0}"},
        {{CHAN_NONE, 0, 20, 3}, "<\"close_after_ms\":20,\"max_parked\":3}"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *const steps[] = {
            cases[i].line, ">{\"id\":$1,\"ok\":true,\"created\":true}", ".", NULL};
        struct fake f;
        struct chan_client *c = named_begin(&f, steps);
        struct chan *ch = named(c, "jobs");

        ck_assert_int_eq(chan_open(ch, &cases[i].settings, 10000, NULL), CHAN_OK);
        chan_drop(ch);
        named_end(c, &f);
    }
}
END_TEST

START_TEST(open_tells_whether_it_was_created)
{
    static const char *const steps[] = {"<", ">{\"id\":$$,\"ok\":true,\"created\":true}",
                                        "<", ">{\"id\":$$,\"ok\":true,\"created\":false}",
                                        ".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct chan *ch = named(c, "jobs");
    bool created = false;

    ck_assert_int_eq(chan_open(ch, NULL, 10000, &created), CHAN_OK);
    ck_assert(created);
    ck_assert_int_eq(chan_open(ch, NULL, 10000, &created), CHAN_OK);
    ck_assert(!created);
    chan_drop(ch);
    named_end(c, &f);
}
END_TEST

START_TEST(open_with_other_settings_is_refused_with_the_servers_words)
{
    static const char *const steps[] = {
        "<",
        ">{\"id\":$1,\"ok\":false,\"reason\":\"exists\",\"message\":\"a has size 2\"}",
        ".", NULL};
    const struct chan_settings settings = {CHAN_FIXED, 3, CHAN_FOREVER, 0};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct chan *ch = named(c, "jobs");
    bool created = true;

    ck_assert_int_eq(chan_open(ch, &settings, 10000, &created), CHAN_REFUSED);
    ck_assert(created);
    ck_assert_str_eq(chan_last()->reason, "exists");
    ck_assert_str_eq(chan_message(), "a has size 2");
    chan_drop(ch);
    named_end(c, &f);
}
END_TEST

START_TEST(settings_that_cannot_be_are_not_sent)
{
    static const struct chan_settings cases[] = {
        {CHAN_FIXED, 0, CHAN_FOREVER, 0},    {CHAN_SLIDING, -1, CHAN_FOREVER, 0},
        {CHAN_DROPPING, 0, CHAN_FOREVER, 0}, {CHAN_NONE, 1, CHAN_FOREVER, 0},
        {CHAN_PROMISE, 1, CHAN_FOREVER, 0},  {CHAN_ANY, 1, CHAN_FOREVER, 0},
        {CHAN_NONE, 0, CHAN_FOREVER, -1},    {(enum chan_buffer)77, 0, CHAN_FOREVER, 0},
    };
    static const char *const steps[] = {".", NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct chan *ch = named(c, "jobs");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        ck_assert_int_eq(chan_open(ch, &cases[i], 10000, NULL), CHAN_INVALID);
    ck_assert_int_eq(chan_open(NULL, NULL, 10000, NULL), CHAN_INVALID);
    ck_assert_int_eq(chan_delete(NULL, 10000), CHAN_INVALID);
    chan_drop(ch);
    named_end(c, &f);
}
END_TEST

START_TEST(close_and_delete_name_the_channel)
{
    static const char *const steps[] = {
        "<{\"op\":\"close\"",
        ">{\"id\":$$,\"ok\":true}",
        "<{\"op\":\"delete\"",
        ">{\"id\":$$,\"ok\":true}",
        "<\"chan\":\"\\\"x\\ny\"",
        ">{\"id\":$$,\"ok\":false,\"reason\":\"bad_request\"}",
        ".",
        NULL};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct chan *ch = named(c, "jobs");

    ck_assert_int_eq(chan_close(ch), CHAN_OK);
    ck_assert_int_eq(chan_delete(ch, 10000), CHAN_OK);
    /* What may be in a name is the server's business; it arrives as it is. */
    chan_drop(ch);
    ch = named(c, "\"x\ny");
    ck_assert_int_eq(chan_close(ch), CHAN_REFUSED);
    chan_drop(ch);
    named_end(c, &f);
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
    struct chan_client *c = named_begin(&f, steps);
    struct chan *ch = named(c, "jobs");

    ck_assert_int_eq(chan_stat(ch, 10000, &info), CHAN_OK);
    ck_assert_str_eq(info.name, "jobs");
    ck_assert_int_eq(info.buffered, 3);
    ck_assert_str_eq(chan_last()->value, "{\"name\":\"jobs\",\"buffered\":3,\"x\":{}}");
    chan_drop(ch);
    named_end(c, &f);
}
END_TEST

START_TEST(a_stat_that_is_none_leaves_the_info_alone)
{
    static const char *const steps[] = {
        "<", ">{\"id\":$$,\"ok\":true,\"stat\":{\"name\":[]}}", ".", NULL};
    struct chan_info info = {.puts = 42};
    struct fake f;
    struct chan_client *c = named_begin(&f, steps);
    struct chan *ch = named(c, "jobs");

    ck_assert_int_eq(chan_stat(ch, 10000, &info), CHAN_UNREADABLE);
    ck_assert_int_eq(info.puts, 42);
    chan_drop(ch);
    named_end(c, &f);
}
END_TEST

UNIT_MAIN("manage", open_names_only_what_was_asked_for, open_tells_whether_it_was_created,
          open_with_other_settings_is_refused_with_the_servers_words,
          settings_that_cannot_be_are_not_sent, close_and_delete_name_the_channel,
          stat_of_a_channel_is_read_and_kept_as_json,
          a_stat_that_is_none_leaves_the_info_alone)
