/* SPDX-License-Identifier: MIT */
/* `chan pipe`: one value in hand at most, and none that is lost in silence. */
#include "unit.h"
#include "fake.h"
#include "shell.h"

#include <signal.h>

#define TAKE            "<{\"op\":\"take\""
#define OK              ">{\"id\":$$,\"ok\":true}"
#define VALUE(id, json) ">{\"id\":" id ",\"ok\":true,\"value\":" json "}"
#define FAILED(id, why) ">{\"id\":" id ",\"ok\":false,\"reason\":\"" why "\"}"

static void expect(const char *const steps[], const char *option, int status,
                   const char *said)
{
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "pipe", "from", "to", option, NULL);
    shell_expect(&sh, status, "", said);
    fake_finish(&f);
}

START_TEST(values_pass_as_they_are_one_at_a_time)
{
    static const char *const steps[] = {
        TAKE,
        VALUE("$$", "{\"b\":1, \"a\":1.0}"),
        "<\"chan\":\"to\",\"value\":{\"b\":1, \"a\":1.0}}",
        OK,
        TAKE,
        VALUE("$$", "\"\\u00e9\""),
        "<\"value\":\"\\u00e9\"}",
        OK,
        TAKE,
        FAILED("$$", "closed"),
        "<{\"op\":\"close\"",
        OK,
        ".",
        NULL};

    expect(steps, NULL, 0, "");
}
END_TEST

START_TEST(with_keep_open_the_target_is_not_closed)
{
    static const char *const steps[] = {TAKE, FAILED("$$", "closed"), ".", NULL};

    expect(steps, "--keep-open", 0, "");
}
END_TEST

START_TEST(a_target_that_closes_names_the_value_in_hand)
{
    static const char *const steps[] = {
        TAKE, VALUE("$$", "\"v\""), "<put", FAILED("$$", "closed"), ".", NULL};

    expect(steps, NULL, 1,
           "chan: cannot put \"v\", taken from from, to to: the channel is closed\n");
}
END_TEST

START_TEST(a_source_that_is_deleted_is_exit_1)
{
    static const char *const steps[] = {TAKE, FAILED("$$", "cancelled"), "<ping", OK, ".",
                                        NULL};

    expect(steps, NULL, 1,
           "chan: cannot take from from: the wait was cancelled (the channel was "
           "deleted)\n");
}
END_TEST

START_TEST(a_lost_server_names_the_value_in_hand)
{
    static const char *const steps[] = {TAKE, VALUE("$$", "[1]"), "<put", NULL};

    expect(steps, NULL, 4,
           "chan: cannot put [1], taken from from, to to: the connection is lost: the "
           "server "
           "closed it (whether it was done is not known)\n");
}
END_TEST

START_TEST(a_close_that_is_refused_is_said)
{
    static const char *const steps[] = {
        TAKE,
        FAILED("$$", "closed"),
        "<close",
        ">{\"id\":$$,\"ok\":false,\"reason\":\"forbidden\",\"message\":\"not you\"}",
        ".",
        NULL};

    expect(steps, NULL, 2, "chan: cannot close to: not you\n");
}
END_TEST

/* Runs the steps, sends a signal at "?", and expects that end. */
static void expect_interrupted(const char *const steps[], const char *said)
{
    struct fake f;
    struct shell sh;

    fake_start(&f, steps);
    shell_start(&sh, f.uri, "", "pipe", "from", "to", NULL);
    fake_await(&f);
    kill(sh.pid, SIGTERM);
    shell_expect(&sh, 130, "", said);
    fake_finish(&f);
}

START_TEST(interrupted_while_it_waits_it_cancels)
{
    static const char *const steps[] = {TAKE, "?", ".", FAILED("$1", "cancelled"), NULL};

    expect_interrupted(steps, "");
}
END_TEST

START_TEST(a_value_that_comes_with_the_interruption_is_named)
{
    static const char *const steps[] = {TAKE, "?", ".", VALUE("$1", "7"), NULL};

    expect_interrupted(steps,
                       "chan: cannot put 7, taken from from, to to: interrupted\n");
}
END_TEST

START_TEST(interrupted_with_a_value_in_hand_it_names_it)
{
    static const char *const cancelled[] = {TAKE, VALUE("$1", "\"v\""),      "<put", "?",
                                            ".",  FAILED("$2", "cancelled"), NULL};
    static const char *const lost[] = {TAKE, VALUE("$1", "\"v\""), "<put", "?", ".",
                                       NULL};

    expect_interrupted(cancelled,
                       "chan: cannot put \"v\", taken from from, to to: interrupted\n");
    expect_interrupted(lost,
                       "chan: cannot put \"v\", taken from from, to to: interrupted\n");
}
END_TEST

START_TEST(a_value_that_was_put_when_the_interruption_came_is_not_named)
{
    static const char *const steps[] = {TAKE, VALUE("$1", "\"v\""),       "<put", "?",
                                        ".",  ">{\"id\":$2,\"ok\":true}", NULL};

    expect_interrupted(steps, "");
}
END_TEST

/* What comes of a connection until its other end closes its side. */
static void read_all(int fd, const char *first)
{
    char bytes[512];
    ssize_t n = read(fd, bytes, sizeof bytes - 1);

    ck_assert_int_gt(n, 0);
    bytes[n] = '\0';
    ck_assert_ptr_nonnull(strstr(bytes, first));
    while (n > 0)
        n = read(fd, bytes, sizeof bytes);
    ck_assert_int_eq(n, 0);
}

START_TEST(interrupted_it_does_not_wait_for_long_for_a_server_that_is_stuck)
{
    struct shell sh;
    char uri[64], c;
    const int listener = fake_listen(uri);
    int fd;

    shell_start(&sh, uri, "", "pipe", "from", "to", NULL);
    fd = accept(listener, NULL, NULL);
    ck_assert_int_eq(recv(fd, &c, 1, MSG_PEEK), 1);
    kill(sh.pid, SIGINT);
    read_all(fd, "take");
    shell_expect(&sh, 130, "", "");
    close(fd);
    close(listener);
}
END_TEST

UNIT_MAIN("cmd_pipe", values_pass_as_they_are_one_at_a_time,
          with_keep_open_the_target_is_not_closed,
          a_target_that_closes_names_the_value_in_hand,
          a_source_that_is_deleted_is_exit_1, a_lost_server_names_the_value_in_hand,
          a_close_that_is_refused_is_said, interrupted_while_it_waits_it_cancels,
          a_value_that_comes_with_the_interruption_is_named,
          interrupted_with_a_value_in_hand_it_names_it,
          a_value_that_was_put_when_the_interruption_came_is_not_named,
          interrupted_it_does_not_wait_for_long_for_a_server_that_is_stuck)
