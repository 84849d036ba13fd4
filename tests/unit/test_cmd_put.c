/* SPDX-License-Identifier: MIT */
/* `chan put` before a server that refuses, answers late, in another order, or goes. */
#include "unit.h"
#include "fake.h"
#include "shell.h"

#include <fcntl.h>
#include <signal.h>

#define OK1 ">{\"id\":$1,\"ok\":true}"
#define OK  ">{\"id\":$$,\"ok\":true}"
#define LIMIT(id)                                                                        \
    ">{\"id\":" id                                                                       \
    ",\"ok\":false,\"reason\":\"limit\",\"message\":\"parked_per_channel\"}"

/* Runs `chan put jobs …` on the steps, and expects that end. */
static void expect_lines(const char *const steps[], const char *input, int status,
                         const char *said)
{
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, input, "put", "jobs", NULL);
    shell_expect(&sh, status, "", said);
    fake_finish(&f);
}

START_TEST(words_are_put_one_after_the_other)
{
    static const char *const steps[] = {"<\"value\":\"a b\"}",
                                        OK,
                                        "<\"value\":\"\"}",
                                        OK,
                                        "<\"value\":\"42\"}",
                                        OK,
                                        ".",
                                        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "put", "jobs", "a b", "", "42", NULL);
    shell_expect(&sh, 0, "", "");
    fake_finish(&f);
}
END_TEST

START_TEST(a_word_that_cannot_be_put_names_its_place)
{
    static const char *const steps[] = {
        "<", OK, "<", ">{\"id\":$$,\"ok\":false,\"reason\":\"closed\"}", ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "put", "jobs", "a", "b", "c", NULL);
    shell_expect(&sh, 1, "", "chan: cannot put value 2 to jobs: the channel is closed\n");
    fake_finish(&f);
}
END_TEST

START_TEST(of_words_none_is_put_unless_all_can_be)
{
    static const char *const steps[] = {NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "put", "-j", "jobs", "1", "2", "three", NULL);
    shell_expect(&sh, 2, "",
                 "chan: cannot put three to jobs: it is not JSON, at byte 1 (-j asks for "
                 "JSON)\n");
    shell_start(&sh, f.uri, "", "ping", NULL); /* the only one to connect */
    shell_finish(&sh);
    ck_assert_int_eq(sh.status, 4);
    shell_release(&sh);
    fake_finish(&f);
}
END_TEST

START_TEST(lines_are_put_in_order_and_all_of_them)
{
    static const char *const steps[] = {"<\"value\":\"one\"}",
                                        OK,
                                        "<\"value\":\"\"}",
                                        OK,
                                        "<\"value\":\"two words\"}",
                                        OK,
                                        "<\"value\":\"last\"}",
                                        OK,
                                        ".",
                                        NULL};

    /* The server answers each before it reads the next, which it may. */
    expect_lines(steps, "one\n\ntwo words\nlast", 0, "");
}
END_TEST

START_TEST(no_lines_are_no_puts)
{
    static const char *const steps[] = {".", NULL};

    expect_lines(steps, "", 0, "");
}
END_TEST

START_TEST(more_and_more_lines_are_under_way)
{
    /* Two follow one, and four two, without an answer in between. */
    static const char *const steps[] = {"<\"1\"",
                                        ">{\"id\":$1,\"ok\":true}",
                                        "<\"2\"",
                                        "<\"3\"",
                                        ">{\"id\":$2,\"ok\":true}",
                                        "<\"4\"",
                                        "<\"5\"",
                                        ">{\"id\":$3,\"ok\":true}",
                                        ">{\"id\":$4,\"ok\":true}",
                                        "<\"6\"",
                                        "<\"7\"",
                                        ">{\"id\":$5,\"ok\":true}",
                                        ">{\"id\":$6,\"ok\":true}",
                                        ">{\"id\":$7,\"ok\":true}",
                                        ".",
                                        NULL};

    expect_lines(steps, "1\n2\n3\n4\n5\n6\n7\n", 0, "");
}
END_TEST

START_TEST(with_a_timeout_one_line_is_under_way)
{
    static const char *const steps[] = {
        "<\"value\":\"1\",\"timeout_ms\":50",
        OK,
        "<\"value\":\"2\"",
        OK,
        "<\"value\":\"3\"",
        ">{\"id\":$$,\"ok\":false,\"reason\":\"timeout\"}",
        ".",
        NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "1\n2\n3\n4\n", "put", "--timeout", "50ms", "jobs", NULL);
    shell_expect(
        &sh, 3, "",
        "chan: cannot put line 3 to jobs: the time is up (a longer --timeout waits "
        "longer)\n");
    fake_finish(&f);
}
END_TEST

START_TEST(a_bad_line_is_named_when_those_before_it_are_put)
{
    static const char *const steps[] = {
        "<\"value\":1}", OK, "<\"value\":2}", OK, ".", NULL};
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "1\n2\nthree\n4\n", "put", "-j", "jobs", NULL);
    shell_expect(
        &sh, 2, "",
        "chan: cannot put line 3 to jobs: it is not JSON, at byte 1 (-j asks for "
        "JSON)\n");
    fake_finish(&f);
}
END_TEST

START_TEST(a_line_that_fails_calls_back_those_behind_it)
{
    static const char *const steps[] = {
        "<\"1\"",
        ">{\"id\":$1,\"ok\":true}",
        "<\"2\"",
        "<\"3\"",
        ">{\"id\":$2,\"ok\":false,\"reason\":\"forbidden\",\"message\":\"not you\"}",
        "<\"op\":\"cancel\"",
        ">{\"id\":$3,\"ok\":false,\"reason\":\"cancelled\"}",
        ">{\"id\":$4,\"ok\":true}",
        ".",
        NULL};

    expect_lines(steps, "1\n2\n3\n4\n5\n", 2,
                 "chan: cannot put line 2 to jobs: not you\n");
}
END_TEST

START_TEST(those_that_were_put_behind_a_failed_line_are_told)
{
    static const char *const steps[] = {
        "<\"1\"",
        ">{\"id\":$1,\"ok\":true}",
        "<\"2\"",
        "<\"3\"",
        ">{\"id\":$2,\"ok\":false,\"reason\":\"forbidden\",\"message\":\"not you\"}",
        "<cancel",
        ">{\"id\":$3,\"ok\":true}",
        ">{\"id\":$4,\"ok\":false,\"reason\":\"not_parked\",\"message\":\"no\"}",
        ".",
        NULL};

    expect_lines(
        steps, "1\n2\n3\n", 2,
        "chan: cannot put line 2 to jobs: not you, though 1 behind it were put\n");
}
END_TEST

START_TEST(too_many_at_once_go_on_one_at_a_time)
{
    static const char *const steps[] = {
        "<\"1\"",
        ">{\"id\":$1,\"ok\":true}",
        "<\"2\"",
        "<\"3\"",
        LIMIT("$3"), /* 2 is parked, and only one may be */
        ">{\"id\":$2,\"ok\":true}",
        "<\"value\":\"3\"",
        ">{\"id\":$4,\"ok\":true}",
        "<\"4\"",
        ">{\"id\":$5,\"ok\":true}",
        "<\"5\"",
        ">{\"id\":$6,\"ok\":true}",
        ".",
        NULL};

    expect_lines(steps, "1\n2\n3\n4\n5\n", 0, "");
}
END_TEST

START_TEST(those_behind_one_too_many_come_back_and_go_in_order)
{
    static const char *const steps[] = {
        "<\"1\"",
        ">{\"id\":$1,\"ok\":true}",
        "<\"2\"",
        "<\"3\"",
        ">{\"id\":$2,\"ok\":true}",
        "<\"4\"",
        "<\"5\"",
        LIMIT("$4"), /* while 3 and 5 are parked */
        "<cancel",
        ">{\"id\":$5,\"ok\":false,\"reason\":\"cancelled\"}",
        ">{\"id\":$6,\"ok\":true}",
        ">{\"id\":$3,\"ok\":true}",
        "<\"value\":\"4\"",
        ">{\"id\":$7,\"ok\":true}",
        "<\"value\":\"5\"",
        ">{\"id\":$8,\"ok\":true}",
        ".",
        NULL};

    expect_lines(steps, "1\n2\n3\n4\n5\n", 0, "");
}
END_TEST

START_TEST(an_order_that_is_broken_is_said)
{
    static const char *const steps[] = {
        "<\"1\"",
        ">{\"id\":$1,\"ok\":true}",
        "<\"2\"",
        "<\"3\"",
        ">{\"id\":$2,\"ok\":true}",
        "<\"4\"",
        "<\"5\"",
        LIMIT("$4"),
        "<cancel",
        ">{\"id\":$5,\"ok\":true}",
        ">{\"id\":$6,\"ok\":false,\"reason\":\"not_parked\",\"message\":\"no\"}",
        ">{\"id\":$3,\"ok\":true}",
        ".",
        NULL};

    expect_lines(
        steps, "1\n2\n3\n4\n5\n6\n", 2,
        "chan: cannot put line 4 to jobs: too many puts are parked, and the order is "
        "broken, though 1 behind it were put\n");
}
END_TEST

START_TEST(one_alone_that_is_too_many_fails)
{
    static const char *const steps[] = {"<", LIMIT("$1"), ".", NULL};

    expect_lines(steps, "1\n2\n", 2,
                 "chan: cannot put line 1 to jobs: parked_per_channel\n");
}
END_TEST

START_TEST(a_line_beyond_the_servers_limit_is_named)
{
    static const char *const steps[] = {
        "<\"1\"",
        OK1,
        "<\"long\"",
        ">{\"ok\":false,\"reason\":\"too_large\",\"message\":\"longer than 64 bytes\"}",
        ".",
        NULL};

    expect_lines(steps, "1\nlong\n", 2,
                 "chan: cannot put line 2 to jobs: longer than 64 bytes\n");
}
END_TEST

START_TEST(a_lost_server_is_exit_4_and_names_the_first_line_not_known)
{
    static const char *const steps[] = {"<\"1\"", OK1, "<\"2\"", "<\"3\"", NULL};

    expect_lines(
        steps, "1\n2\n3\n", 4,
        "chan: cannot put line 2 to jobs: the connection is lost: the server closed "
        "it (whether it was done is not known)\n");
}
END_TEST

/* Input stays open, so that only something else can end it. */
static void start_open(struct shell *sh, struct fake *f, int ends[2], const char *input)
{
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], input, strlen(input)), (ssize_t)strlen(input));
    shell_start_at(sh, f->uri, ends[0], -1, "put", "jobs", NULL);
    close(ends[0]);
}

START_TEST(lines_are_put_as_they_come)
{
    static const char *const steps[] = {"<\"one\"", OK, "?", "<\"two\"", OK, ".", NULL};
    struct fake f;
    struct shell sh;
    int ends[2];

    fake_start(&f, steps);
    start_open(&sh, &f, ends, "one\n");
    fake_await(&f);
    ck_assert_int_eq(write(ends[1], "two\n", 4), 4);
    close(ends[1]);
    shell_expect(&sh, 0, "", "");
    fake_finish(&f);
}
END_TEST

START_TEST(input_that_cannot_be_read_is_exit_2)
{
    static const char *const steps[] = {".", NULL};
    struct fake f;
    struct shell sh;
    int folder = open("/", O_RDONLY);

    fake_start(&f, steps);
    shell_start_at(&sh, f.uri, folder, -1, "put", "jobs", NULL);
    shell_expect(&sh, 2, "",
                 "chan: cannot put line 1 to jobs: standard input: Is a directory\n");
    fake_finish(&f);
    close(folder);
}
END_TEST

START_TEST(a_server_that_goes_while_no_line_comes_is_noticed)
{
    static const char *const steps[] = {"<\"one\"", OK, NULL};
    struct fake f;
    struct shell sh;
    int ends[2];

    fake_start(&f, steps);
    start_open(&sh, &f, ends, "one\n");
    shell_finish(&sh);
    ck_assert_int_eq(sh.status, 4);
    ck_assert_ptr_nonnull(strstr(sh.said, "the connection is lost"));
    shell_release(&sh);
    close(ends[1]);
    fake_finish(&f);
}
END_TEST

START_TEST(interrupted_it_cancels_and_exits_130)
{
    static const int signals[] = {SIGINT, SIGTERM};

    for (size_t i = 0; i < 2; i++) {
        static const char *const steps[] = {
            "<", "?", ".", ">{\"id\":$1,\"ok\":false,\"reason\":\"cancelled\"}", NULL};
        struct fake f;
        struct shell sh;

        fake_start(&f, steps);
        shell_start(&sh, f.uri, "1\n2\n", "put", "jobs", NULL);
        fake_await(&f);
        kill(sh.pid, signals[i]);
        shell_expect(&sh, 130, "", "");
        fake_finish(&f);
    }
}
END_TEST

START_TEST(a_delete_is_exit_1_and_a_shutdown_exit_4)
{
    static const char *const deleted[] = {
        "<put", ">{\"id\":$1,\"ok\":false,\"reason\":\"cancelled\"}", "<ping", OK, ".",
        NULL};
    static const char *const shut[] = {
        "<put", ">{\"id\":$1,\"ok\":false,\"reason\":\"cancelled\"}", NULL};
    struct fake f;
    struct shell sh;
    char said[128];

    fake_start(&f, deleted);
    shell_start(&sh, f.uri, "", "put", "jobs", "v", NULL);
    shell_expect(&sh, 1, "",
                 "chan: cannot put to jobs: the wait was cancelled (the channel was "
                 "deleted)\n");
    fake_finish(&f);
    fake_start(&f, shut);
    snprintf(said, sizeof said, "chan: cannot put to jobs: %s is shutting down\n", f.uri);
    shell_start(&sh, f.uri, "", "put", "jobs", "v", NULL);
    shell_expect(&sh, 4, "", said);
    fake_finish(&f);
}
END_TEST

UNIT_MAIN("cmd_put", words_are_put_one_after_the_other,
          a_word_that_cannot_be_put_names_its_place,
          of_words_none_is_put_unless_all_can_be, lines_are_put_in_order_and_all_of_them,
          no_lines_are_no_puts, more_and_more_lines_are_under_way,
          with_a_timeout_one_line_is_under_way,
          a_bad_line_is_named_when_those_before_it_are_put,
          a_line_that_fails_calls_back_those_behind_it,
          those_that_were_put_behind_a_failed_line_are_told,
          too_many_at_once_go_on_one_at_a_time,
          those_behind_one_too_many_come_back_and_go_in_order,
          an_order_that_is_broken_is_said, one_alone_that_is_too_many_fails,
          a_line_beyond_the_servers_limit_is_named,
          a_lost_server_is_exit_4_and_names_the_first_line_not_known,
          lines_are_put_as_they_come, input_that_cannot_be_read_is_exit_2,
          a_server_that_goes_while_no_line_comes_is_noticed,
          interrupted_it_cancels_and_exits_130, a_delete_is_exit_1_and_a_shutdown_exit_4)
