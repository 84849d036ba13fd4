/* SPDX-License-Identifier: MIT */
/* `chan take`: how many takes are outstanding, and that no value is lost unseen. */
#include "unit.h"
#include "fake.h"
#include "shell.h"

#include <fcntl.h>
#include <signal.h>

#define VALUE(id, json) ">{\"id\":" id ",\"ok\":true,\"value\":" json "}"
#define CLOSED(id)      ">{\"id\":" id ",\"ok\":false,\"reason\":\"closed\"}"

START_TEST(one_value_is_taken_and_printed)
{
    static const char *const steps[] = {"<{\"op\":\"take\"",
                                        VALUE("$1", "\"two \\u00e9\""), ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "take", "jobs", NULL);
    shell_expect(&sh, 0, "two \xc3\xa9\n", "");
    fake_finish(&f);
}
END_TEST

START_TEST(as_json_it_is_printed_as_it_was_put)
{
    static const char *const steps[] = {"<", VALUE("$1", "\"two \\u00e9\""), ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "take", "-j", "jobs", NULL);
    shell_expect(&sh, 0, "\"two \\u00e9\"\n", "");
    fake_finish(&f);
}
END_TEST

START_TEST(as_many_are_fetched_ahead_as_will_be_printed)
{
    /* One, then two, then what is left of five: never a sixth. */
    static const char *const steps[] = {"<",
                                        VALUE("$1", "1"),
                                        "<",
                                        "<",
                                        VALUE("$2", "2"),
                                        VALUE("$3", "3"),
                                        "<",
                                        "<",
                                        VALUE("$4", "4"),
                                        VALUE("$5", "5"),
                                        ".",
                                        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "take", "jobs", "-n", "5", NULL);
    shell_expect(&sh, 0, "1\n2\n3\n4\n5\n", "");
    fake_finish(&f);
}
END_TEST

START_TEST(with_a_timeout_one_take_is_outstanding)
{
    static const char *const steps[] = {
        "<\"timeout_ms\":100}",
        VALUE("$1", "1"),
        "<\"timeout_ms\":100}",
        VALUE("$2", "2"),
        "<",
        ">{\"id\":$3,\"ok\":false,\"reason\":\"timeout\"}",
        ".",
        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "take", "jobs", "-n", "5", "--timeout", "100ms", NULL);
    shell_expect(&sh, 3, "1\n2\n",
                 "chan: cannot take from jobs: the time is up (a longer --timeout waits "
                 "longer)\n");
    fake_finish(&f);
}
END_TEST

START_TEST(all_are_taken_one_by_one_until_the_close)
{
    static const char *const steps[] = {"<", VALUE("$1", "1"), "<", VALUE("$2", "2"),
                                        "<", CLOSED("$3"),     ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "take", "jobs", "--all", NULL);
    shell_expect(&sh, 0, "1\n2\n", "");
    fake_finish(&f);
}
END_TEST

START_TEST(a_close_before_all_were_taken_is_exit_1)
{
    static const char *const steps[] = {"<",          VALUE("$1", "1"), "<", "<",
                                        CLOSED("$2"), CLOSED("$3"),     ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "take", "jobs", "-n", "3", NULL);
    shell_expect(&sh, 1, "1\n", "chan: cannot take from jobs: the channel is closed\n");
    fake_finish(&f);
}
END_TEST

START_TEST(fewer_takes_than_may_wait_are_enough)
{
    static const char *const steps[] = {"<",
                                        VALUE("$1", "1"),
                                        "<",
                                        "<",
                                        ">{\"id\":$3,\"ok\":false,\"reason\":\"limit\","
                                        "\"message\":\"parked_per_channel\"}",
                                        VALUE("$2", "2"),
                                        "<",
                                        VALUE("$4", "3"),
                                        "<",
                                        VALUE("$5", "4"),
                                        ".",
                                        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "take", "jobs", "-n", "4", NULL);
    shell_expect(&sh, 0, "1\n2\n3\n4\n", "");
    fake_finish(&f);
}
END_TEST

START_TEST(one_take_that_is_too_many_is_refused)
{
    static const char *const steps[] = {"<",
                                        ">{\"id\":$1,\"ok\":false,\"reason\":\"limit\","
                                        "\"message\":\"parked_per_channel\"}",
                                        ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "take", "jobs", NULL);
    shell_expect(&sh, 2, "", "chan: cannot take from jobs: parked_per_channel\n");
    fake_finish(&f);
}
END_TEST

START_TEST(values_are_printed_as_they_come)
{
    static const char *const steps[] = {
        "<", VALUE("$1", "\"first\""), "<", "?", ".", CLOSED("$2"), NULL};
    struct fake f;
    struct shell sh;
    char line[16] = "";
    int ends[2], null = open("/dev/null", O_RDONLY);

    fake_start(&f, steps);
    ck_assert_int_eq(pipe(ends), 0);
    shell_start_at(&sh, f.uri, null, ends[1], "take", "jobs", "--all", NULL);
    close(ends[1]);
    ck_assert_int_eq(read(ends[0], line, sizeof line), 6);
    ck_assert_str_eq(line, "first\n");
    fake_await(&f);
    kill(sh.pid, SIGTERM);
    shell_expect(&sh, 130, "", "");
    fake_finish(&f);
    close(ends[0]);
    close(null);
}
END_TEST

START_TEST(interrupted_it_prints_what_was_on_its_way)
{
    static const char *const steps[] = {"<", "?", ".", /* the value and the signal meet */
                                        VALUE("$1", "\"on its way\""), NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "take", "jobs", NULL);
    fake_await(&f);
    kill(sh.pid, SIGINT);
    shell_expect(&sh, 130, "on its way\n", "");
    fake_finish(&f);
}
END_TEST

START_TEST(a_server_that_does_not_answer_the_interruption_is_left)
{
    static const char *const steps[] = {"<", "?", ".", "?", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "take", "jobs", NULL);
    fake_await(&f);
    kill(sh.pid, SIGINT);
    shell_expect(&sh, 130, "", "");
    fake_finish(&f);
}
END_TEST

START_TEST(it_ends_when_nobody_reads_any_more)
{
    static const char *const steps[] = {"<", VALUE("$1", "1"), "<", "?",
                                        ".", CLOSED("$2"),     NULL};
    struct fake f;
    struct shell sh;
    int ends[2], null = open("/dev/null", O_RDONLY);

    fake_start(&f, steps);
    ck_assert_int_eq(pipe(ends), 0);
    shell_start_at(&sh, f.uri, null, ends[1], "take", "jobs", "--all", NULL);
    close(ends[1]);
    fake_await(&f);
    close(ends[0]); /* while it waits for the second value */
    shell_expect(&sh, 141, "", "");
    fake_finish(&f);
    close(null);
}
END_TEST

START_TEST(a_value_that_nobody_reads_is_not_lost_in_silence)
{
    static const char *const steps[] = {"<", "?", ".", VALUE("$1", "1"), NULL};
    struct fake f;
    struct shell sh;
    int ends[2], null = open("/dev/null", O_RDONLY);

    fake_start(&f, steps);
    ck_assert_int_eq(pipe(ends), 0);
    shell_start_at(&sh, f.uri, null, ends[1], "take", "jobs", NULL);
    close(ends[1]);
    fake_await(&f);
    close(ends[0]);
    shell_expect(&sh, 141, "",
                 "chan: the last of what was taken from jobs could not be printed\n");
    fake_finish(&f);
    close(null);
}
END_TEST

START_TEST(a_lost_server_is_exit_4)
{
    static const char *const steps[] = {"<", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "take", "jobs", NULL);
    shell_expect(
        &sh, 4, "",
        "chan: cannot take from jobs: the connection is lost: the server closed it "
        "(whether it was done is not known)\n");
    fake_finish(&f);
}
END_TEST

START_TEST(a_server_that_is_none_is_exit_4)
{
    static const char *const steps[] = {"<", ">220 smtp.example.org ready", ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "take", "jobs", NULL);
    shell_expect(
        &sh, 4, "",
        "chan: cannot take from jobs: the reply cannot be read (is it a chand?)\n");
    fake_finish(&f);
}
END_TEST

UNIT_MAIN("cmd_take", one_value_is_taken_and_printed, as_json_it_is_printed_as_it_was_put,
          as_many_are_fetched_ahead_as_will_be_printed,
          with_a_timeout_one_take_is_outstanding,
          all_are_taken_one_by_one_until_the_close,
          a_close_before_all_were_taken_is_exit_1, fewer_takes_than_may_wait_are_enough,
          one_take_that_is_too_many_is_refused, values_are_printed_as_they_come,
          interrupted_it_prints_what_was_on_its_way,
          a_server_that_does_not_answer_the_interruption_is_left,
          it_ends_when_nobody_reads_any_more,
          a_value_that_nobody_reads_is_not_lost_in_silence, a_lost_server_is_exit_4,
          a_server_that_is_none_is_exit_4)
