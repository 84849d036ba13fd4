/* SPDX-License-Identifier: MIT */
/* `chan work`: what is taken when, and what becomes of values in hand. */
#include "unit.h"
#include "fake.h"
#include "shell.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#define TAKE            "<{\"op\":\"take\""
#define OK              ">{\"id\":$$,\"ok\":true}"
#define VALUE(id, json) ">{\"id\":" id ",\"ok\":true,\"value\":" json "}"
#define FAILED(id, why) ">{\"id\":" id ",\"ok\":false,\"reason\":\"" why "\"}"
#define CLOSE           "<{\"op\":\"close\",\"id\""

START_TEST(a_value_is_taken_when_the_one_before_is_done)
{
    static const char *const steps[] = {"<\"chan\":\"in\"}", /* without a limit of time */
                                        VALUE("$$", "\"redrum\""),
                                        "<\"chan\":\"out\",\"value\":\"REDRUM\"}",
                                        OK,
                                        TAKE,
                                        VALUE("$$", "\"two\\nlines\\n\\n\""),
                                        "<\"value\":\"TWO\\nLINES\\n\"}",
                                        OK,
                                        TAKE,
                                        FAILED("$$", "closed"),
                                        CLOSE,
                                        OK,
                                        ".",
                                        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "not for the command", "work", "in", "out", "--", "tr", "a-z",
                "A-Z", NULL);
    shell_expect(&sh, 0, "", "");
    fake_finish(&f);
}
END_TEST

START_TEST(with_j_values_are_json_both_ways)
{
    static const char *const steps[] = {TAKE,
                                        VALUE("$$", "{\"b\":1, \"a\":1.0}"),
                                        "<\"value\":{\"b\":1, \"a\":1.0}}",
                                        OK,
                                        TAKE,
                                        FAILED("$$", "closed"),
                                        CLOSE,
                                        OK,
                                        ".",
                                        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "work", "-j", "in", "out", "--", "cat", NULL);
    shell_expect(&sh, 0, "", "");
    fake_finish(&f);
}
END_TEST

START_TEST(without_out_it_is_printed)
{
    static const char *const steps[] = {
        TAKE, VALUE("$$", "\"a\""),   TAKE, VALUE("$$", "[2]"),
        TAKE, FAILED("$$", "closed"), ".",  NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "work", "in", "--", "sh", "-c", "echo got \"$(cat)\"",
                NULL);
    shell_expect(&sh, 0, "got a\ngot [2]\n", "");
    fake_finish(&f);
}
END_TEST

START_TEST(as_many_takes_wait_as_commands_may_run)
{
    static const char *const steps[] = {TAKE,
                                        TAKE,
                                        TAKE,
                                        VALUE("$2", "\"x\""),
                                        "<\"value\":\"x\"}",
                                        ">{\"id\":$4,\"ok\":true}",
                                        TAKE,
                                        FAILED("$1", "closed"),
                                        FAILED("$3", "closed"),
                                        FAILED("$5", "closed"),
                                        CLOSE,
                                        OK,
                                        ".",
                                        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "work", "in", "out", "-P", "3", "--", "cat", NULL);
    shell_expect(&sh, 0, "", "");
    fake_finish(&f);
}
END_TEST

START_TEST(values_that_came_before_the_close_are_done)
{
    static const char *const steps[] = {TAKE,
                                        TAKE,
                                        VALUE("$1", "\"x\""),
                                        FAILED("$2", "closed"),
                                        "<\"value\":\"x\"}",
                                        OK,
                                        TAKE,
                                        FAILED("$$", "closed"),
                                        CLOSE,
                                        OK,
                                        ".",
                                        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "work", "in", "out", "-P", "2", "--", "cat", NULL);
    shell_expect(&sh, 0, "", "");
    fake_finish(&f);
}
END_TEST

START_TEST(a_command_that_fails_names_its_value_and_the_others_go_on)
{
    static const char *const steps[] = {TAKE,
                                        VALUE("$$", "\"a\""),
                                        TAKE,
                                        VALUE("$$", "\"b\""),
                                        "<\"value\":\"b done\"}",
                                        OK,
                                        TAKE,
                                        FAILED("$$", "closed"),
                                        CLOSE,
                                        OK,
                                        ".",
                                        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "work", "in", "out", "--", "sh", "-c",
                "v=$(cat); echo $v done; [ $v = b ] || exit 7", NULL);
    shell_expect(&sh, 1, "", "chan: sh failed on \"a\", taken from in: exit status 7\n");
    fake_finish(&f);
}
END_TEST

START_TEST(output_that_is_no_text_is_not_put)
{
    static const char *const steps[] = {
        TAKE, VALUE("$$", "1"), TAKE, FAILED("$$", "closed"), CLOSE, OK, ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "work", "in", "out", "--", "printf", "\\377", NULL);
    shell_expect(&sh, 1, "",
                 "chan: printf failed on 1, taken from in: text must be UTF-8\n");
    fake_finish(&f);
}
END_TEST

START_TEST(a_command_that_is_not_there_costs_no_value)
{
    static const char *const steps[] = {NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "work", "in", "--", "/nonexistent/command", NULL);
    shell_expect(
        &sh, 2, "",
        "chan: cannot run /nonexistent/command: No such file or directory (nothing "
        "was taken)\n");
    shell_start(&sh, f.uri, "", "ping", NULL);
    shell_finish(&sh);
    shell_release(&sh);
    fake_finish(&f);
}
END_TEST

START_TEST(a_command_that_cannot_be_run_after_all_names_the_value)
{
    /* It can be found, but it is no program. */
    static const char *const steps[] = {
        TAKE, TAKE, VALUE("$1", "\"v\""), ".", FAILED("$2", "cancelled"), NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "work", "in", "-P", "2", "--", "/", NULL);
    shell_expect(&sh, 1, "",
                 "chan: / failed on \"v\", taken from in: it cannot be run: Permission "
                 "denied\n");
    fake_finish(&f);
}
END_TEST

START_TEST(an_out_that_closes_names_what_is_in_hand_and_nothing_more_is_taken)
{
    static const char *const steps[] = {TAKE,
                                        TAKE,
                                        TAKE,
                                        VALUE("$1", "\"v\""),
                                        "<put",
                                        FAILED("$4", "closed"),
                                        ".",
                                        FAILED("$2", "cancelled"),
                                        VALUE("$3", "\"late\""),
                                        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "work", "in", "out", "-P", "3", "--", "cat", NULL);
    shell_expect(&sh, 1, "",
                 "chan: cannot put to out what came of \"v\": the channel is closed\n"
                 "chan: not done: \"late\", taken from in: nothing more can be put\n");
    fake_finish(&f);
}
END_TEST

START_TEST(interrupted_it_names_what_is_in_hand)
{
    static const char *const steps[] = {
        TAKE, TAKE, VALUE("$1", "\"v\""), "?", ".", FAILED("$2", "cancelled"), NULL};
    struct fake f;
    struct shell sh;
    char started[] = "/tmp/chan-work-XXXXXX", script[64], c;
    int fd;

    /* The command tells through a FIFO that it runs. */
    ck_assert_ptr_nonnull(mkdtemp(started));
    snprintf(script, sizeof script, "%s/fifo", started);
    ck_assert_int_eq(mkfifo(script, 0600), 0);
    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "work", "in", "-P", "2", "--", "sh", "-c",
                "echo x >\"$0\"; exec cat /dev/zero >/dev/null", script, NULL);
    fd = open(script, O_RDONLY);
    ck_assert_int_eq(read(fd, &c, 1), 1);
    close(fd);
    fake_await(&f);
    kill(sh.pid, SIGTERM);
    shell_expect(&sh, 130, "", "chan: not done: \"v\", taken from in: interrupted\n");
    fake_finish(&f);
    unlink(script);
    rmdir(started);
}
END_TEST

START_TEST(interrupted_it_names_what_could_not_be_put_any_more)
{
    static const char *const steps[] = {TAKE, VALUE("$1", "\"v\""),      "<put", "?",
                                        ".",  FAILED("$2", "cancelled"), NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "work", "in", "out", "--", "cat", NULL);
    fake_await(&f);
    kill(sh.pid, SIGINT);
    shell_expect(&sh, 130, "", "chan: not done: \"v\", taken from in: interrupted\n");
    fake_finish(&f);
}
END_TEST

START_TEST(a_slow_command_holds_up_no_other)
{
    /* The first command waits until another one has had the value after the next. */
    static const char *const steps[] = {TAKE,
                                        TAKE,
                                        VALUE("$1", "\"slow\""),
                                        VALUE("$2", "\"a\""),
                                        "<\"value\":\"a\"}",
                                        ">{\"id\":$3,\"ok\":true}",
                                        TAKE,
                                        VALUE("$4", "\"go\""),
                                        "<put",
                                        "<put",
                                        ">{\"id\":$5,\"ok\":true}",
                                        ">{\"id\":$6,\"ok\":true}",
                                        TAKE,
                                        TAKE,
                                        FAILED("$7", "closed"),
                                        FAILED("$8", "closed"),
                                        CLOSE,
                                        OK,
                                        ".",
                                        NULL};
    char folder[] = "/tmp/chan-work-XXXXXX", fifo[64];
    struct fake f;
    struct shell sh;

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(fifo, sizeof fifo, "%s/fifo", folder);
    ck_assert_int_eq(mkfifo(fifo, 0600), 0);
    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "work", "in", "out", "-P", "2", "--", "sh", "-c",
                "v=$(cat); [ $v = slow ] && read x <\"$0\"; [ $v = go ] && echo >\"$0\"; "
                "echo $v",
                fifo, NULL);
    shell_expect(&sh, 0, "", "");
    fake_finish(&f);
    unlink(fifo);
    rmdir(folder);
}
END_TEST

START_TEST(what_is_under_way_when_out_closes_is_named)
{
    static const char *const steps[] = {TAKE,
                                        TAKE,
                                        VALUE("$1", "\"a\""),
                                        "<put",
                                        VALUE("$2", "\"b\""),
                                        "<put",
                                        FAILED("$3", "closed"),
                                        ".",
                                        FAILED("$4", "cancelled"),
                                        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "work", "in", "out", "-P", "2", "--", "cat", NULL);
    shell_expect(&sh, 1, "",
                 "chan: cannot put to out what came of \"a\": the channel is closed\n"
                 "chan: not done: \"b\", taken from in: nothing more can be put\n");
    fake_finish(&f);
}
END_TEST

START_TEST(a_lost_server_is_exit_4_once)
{
    static const char *const steps[] = {TAKE, TAKE, NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "work", "in", "out", "-P", "2", "--", "cat", NULL);
    shell_expect(
        &sh, 4, "",
        "chan: cannot take from in: the connection is lost: the server closed it "
        "(whether it was done is not known)\n");
    fake_finish(&f);
}
END_TEST

START_TEST(a_server_lost_while_a_command_runs_names_the_value)
{
    static const char *const steps[] = {TAKE, VALUE("$1", "\"v\""), NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "work", "in", "out", "--", "cat", NULL);
    shell_finish(&sh);
    ck_assert_int_eq(sh.status, 4);
    ck_assert_ptr_nonnull(strstr(sh.said, "cannot put to out what came of \"v\": "));
    shell_release(&sh);
    fake_finish(&f);
}
END_TEST

START_TEST(its_words_must_be_complete)
{
    static const char said[] =
        "chan: work needs IN [OUT] -- CMD... (chan work --help shows an example)\n";
    struct shell sh;

    shell_start(&sh, "unix:///nowhere", "", "work", "in", NULL);
    shell_expect(&sh, 2, "", said);
    shell_start(&sh, "unix:///nowhere", "", "work", "in", "out", "--", NULL);
    shell_expect(&sh, 2, "", said);
    shell_start(&sh, "unix:///nowhere", "", "work", "--", "cat", NULL);
    shell_expect(&sh, 2, "", said);
    shell_start(&sh, "unix:///nowhere", "", "work", "a", "b", "c", "--", "cat", NULL);
    shell_expect(&sh, 2, "", said);
    shell_start(&sh, "unix:///nowhere", "", "work", "a", "-P", "1000", "--", "cat", NULL);
    shell_expect(&sh, 2, "", "chan: -P is at most 256\n");
}
END_TEST

UNIT_MAIN("cmd_work", a_value_is_taken_when_the_one_before_is_done,
          with_j_values_are_json_both_ways, without_out_it_is_printed,
          as_many_takes_wait_as_commands_may_run,
          values_that_came_before_the_close_are_done,
          a_command_that_fails_names_its_value_and_the_others_go_on,
          output_that_is_no_text_is_not_put, a_command_that_is_not_there_costs_no_value,
          a_command_that_cannot_be_run_after_all_names_the_value,
          an_out_that_closes_names_what_is_in_hand_and_nothing_more_is_taken,
          interrupted_it_names_what_is_in_hand,
          interrupted_it_names_what_could_not_be_put_any_more,
          a_slow_command_holds_up_no_other, what_is_under_way_when_out_closes_is_named,
          a_lost_server_is_exit_4_once,
          a_server_lost_while_a_command_runs_names_the_value, its_words_must_be_complete)
