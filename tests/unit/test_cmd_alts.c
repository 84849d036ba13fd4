/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "fake.h"
#include "shell.h"

#include <signal.h>

START_TEST(a_take_prints_name_and_value)
{
    static const char *const steps[] = {
        "<\"ops\":[{\"op\":\"take\",\"chan\":\"a\"},{\"op\":\"put\",\"chan\":\"b\","
        "\"value\":\"two words\"}]}",
        ">{\"id\":$1,\"ok\":true,\"index\":0,\"chan\":\"a\",\"value\":\"x y\"}", ".",
        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "alts", "take", "a", "put", "b", "two words", NULL);
    shell_expect(&sh, 0, "a\tx y\n", "");
    fake_finish(&f);
}
END_TEST

START_TEST(a_put_prints_the_name)
{
    static const char *const steps[] = {
        "<\"value\":[1.50]}],\"priority\":true,\"timeout_ms\":20}",
        ">{\"id\":$1,\"ok\":true,\"index\":1,\"chan\":\"b\"}", ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "alts", "--priority", "-j", "take", "a", "put", "b",
                "[1.50]", "--timeout", "20ms", NULL);
    shell_expect(&sh, 0, "b\n", "");
    fake_finish(&f);
}
END_TEST

START_TEST(one_clause_is_a_plain_request)
{
    static const char *const steps[] = {
        "<{\"op\":\"take\"", ">{\"id\":$1,\"ok\":true,\"value\":7}", ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "alts", "take", "a", NULL);
    shell_expect(&sh, 0, "a\t7\n", "");
    fake_finish(&f);
}
END_TEST

START_TEST(a_closed_channel_is_named)
{
    static const char *const steps[] = {
        "<", ">{\"id\":$1,\"ok\":false,\"reason\":\"closed\",\"index\":1,\"chan\":\"b\"}",
        ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "alts", "take", "a", "put", "b", "v", NULL);
    shell_expect(&sh, 1, "", "chan: cannot put to b: the channel is closed\n");
    fake_finish(&f);
}
END_TEST

START_TEST(an_index_that_cannot_be_does_no_harm)
{
    static const char *const steps[] = {
        "<", ">{\"id\":$1,\"ok\":true,\"index\":99,\"chan\":\"z\",\"value\":1}", ".",
        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "alts", "take", "a", "take", "b", NULL);
    shell_expect(&sh, 0, "a\t1\n", "");
    fake_finish(&f);
}
END_TEST

START_TEST(the_time_may_be_up)
{
    static const char *const steps[] = {
        "<", ">{\"id\":$1,\"ok\":false,\"reason\":\"timeout\"}", ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "alts", "--timeout", "0", "take", "a", "take", "b", NULL);
    shell_expect(
        &sh, 3, "",
        "chan: cannot complete any clause: the time is up (a longer --timeout waits "
        "longer)\n");
    fake_finish(&f);
}
END_TEST

START_TEST(interrupted_it_prints_what_had_completed)
{
    static const char *const cancelled[] = {
        "<", "?", ".", ">{\"id\":$1,\"ok\":false,\"reason\":\"cancelled\"}", NULL};
    static const char *const completed[] = {
        "<", "?", ".",
        ">{\"id\":$1,\"ok\":true,\"index\":1,\"chan\":\"b\",\"value\":\"v\"}", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, cancelled);
    shell_start(&sh, f.uri, "", "alts", "take", "a", "take", "b", NULL);
    fake_await(&f);
    kill(sh.pid, SIGINT);
    shell_expect(&sh, 130, "", "");
    fake_finish(&f);
    fake_start(&f, completed);
    shell_start(&sh, f.uri, "", "alts", "take", "a", "take", "b", NULL);
    fake_await(&f);
    kill(sh.pid, SIGTERM);
    shell_expect(&sh, 130, "b\tv\n", "");
    fake_finish(&f);
}
END_TEST

START_TEST(clauses_that_make_no_sense_are_not_sent)
{
    static const char *const steps[] = {NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "alts", "frob", "a", NULL);
    shell_expect(&sh, 2, "",
                 "chan: frob begins no clause: take NAME or put NAME VALUE\n");
    shell_start(&sh, f.uri, "", "alts", "take", "a", "put", "b", NULL);
    shell_expect(&sh, 2, "",
                 "chan: the last clause is not complete: take NAME or put NAME VALUE\n");
    shell_start(&sh, f.uri, "", "alts", "-j", "put", "a", "{", NULL);
    shell_expect(&sh, 2, "",
                 "chan: cannot put {: it is not JSON, at byte 1 (-j asks for JSON)\n");
    shell_start(&sh, f.uri, "", "ping", NULL);
    shell_finish(&sh);
    ck_assert_int_eq(sh.status, 4);
    shell_release(&sh);
    fake_finish(&f);
}
END_TEST

UNIT_MAIN("cmd_alts", a_take_prints_name_and_value, a_put_prints_the_name,
          one_clause_is_a_plain_request, a_closed_channel_is_named,
          an_index_that_cannot_be_does_no_harm, the_time_may_be_up,
          interrupted_it_prints_what_had_completed,
          clauses_that_make_no_sense_are_not_sent)
