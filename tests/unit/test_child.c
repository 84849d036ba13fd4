/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "child.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Signals as `chan` has them. */
static sigset_t old_mask;

static void block_signals(void)
{
    sigset_t mask;

    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGPIPE);
    sigprocmask(SIG_BLOCK, &mask, &old_mask);
}

/* Moves the child until it is done. */
static void finish(struct child *child)
{
    struct pollfd fds[CHILD_FDS];

    while (!child_is_done(child)) {
        child_poll(child, fds);
        ck_assert_int_gt(poll(fds, CHILD_FDS, -1), 0);
        child_move(child, fds);
    }
}

/* Runs a line of shell on input to its end. */
static struct child run(const char *script, const char *input, size_t len)
{
    char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, strdup(script), NULL};
    struct child child;

    block_signals();
    ck_assert_int_eq(child_start(&child, argv, input, len, &old_mask), 0);
    finish(&child);
    free(argv[2]);
    return child;
}

static void expect_output(const struct child *child, const char *text)
{
    ck_assert_uint_eq(child->output.len, strlen(text));
    ck_assert(child->output.len == 0 ||
              memcmp(child->output.data, text, child->output.len) == 0);
}

START_TEST(a_command_gets_the_input_and_nothing_else)
{
    struct child child = run("cat; echo .", "no newline", 10);
    char room[64];

    expect_output(&child, "no newline.\n");
    ck_assert_ptr_null(child_failure(&child, room, sizeof room));
    child_release(&child);
}
END_TEST

START_TEST(an_empty_input_ends_at_once)
{
    struct child child = run("wc -c | tr -d ' '", "", 0);

    expect_output(&child, "0\n");
    child_release(&child);
}
END_TEST

START_TEST(more_than_pipes_hold_passes_both_ways)
{
    enum { LONG = 1000000 };
    char *input = malloc(LONG);
    struct child child;

    memset(input, 'x', LONG);
    child = run("cat", input, LONG);
    ck_assert_uint_eq(child.output.len, LONG);
    ck_assert_int_eq(memcmp(child.output.data, input, LONG), 0);
    child_release(&child);

    /* One that writes much before it reads. */
    child = run("head -c 300000 /dev/zero; cat >/dev/null", input, LONG);
    ck_assert_uint_eq(child.output.len, 300000);
    child_release(&child);
    free(input);
}
END_TEST

START_TEST(a_command_need_not_read)
{
    enum { LONG = 1000000 };
    char *input = calloc(1, LONG), room[64];
    struct child child = run("exec <&-; echo done", input, LONG);

    expect_output(&child, "done\n");
    ck_assert_ptr_null(child_failure(&child, room, sizeof room));
    child_release(&child);
    free(input);
}
END_TEST

START_TEST(output_is_whole_when_all_who_write_have_ended)
{
    /* The shell ends before what it has started. */
    struct child child =
        run("exec 3<&0; { cat <&3; echo second; } & echo first", "in\n", 3);

    ck_assert_uint_eq(child.output.len, strlen("first\nin\nsecond\n"));
    child_release(&child);
}
END_TEST

START_TEST(how_it_failed_is_said)
{
    struct child child = run("echo partly; exit 3", "", 0);
    char room[64];

    ck_assert_str_eq(child_failure(&child, room, sizeof room), "exit status 3");
    child_release(&child);
    child = run("kill -9 $$", "", 0);
    ck_assert_str_eq(child_failure(&child, room, sizeof room),
                     "killed by signal 9 (Killed)");
    child_release(&child);
}
END_TEST

START_TEST(signals_are_for_the_command_as_they_were_before)
{
    /* SIGPIPE is blocked here; there it must end a writer whose reader has gone. */
    struct child child = run("yes | head -n 1; kill -CHLD $$; echo alive", "", 0);

    expect_output(&child, "y\nalive\n");
    child_release(&child);
    child = run("grep SigBlk /proc/self/status", "", 0);
    expect_output(&child, "SigBlk:\t0000000000000000\n");
    child_release(&child);
}
END_TEST

START_TEST(a_command_that_is_not_there_is_an_error)
{
    char *argv[] = {(char[]){"/nonexistent/command"}, NULL};
    struct child child;

    block_signals();
    ck_assert_int_eq(child_start(&child, argv, "", 0, &old_mask), ENOENT);
    ck_assert_int_eq(child.pid, 0);
    ck_assert_int_eq(child.in, -1);
    ck_assert_int_eq(child.out, -1);
    child_release(&child);
}
END_TEST

START_TEST(commands_are_looked_for_as_they_are_run)
{
    char folder[] = "/tmp/chan-child-XXXXXX", file[64], path[128];

    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/chan-test-command", folder);
    ck_assert_int_eq(child_check("/nonexistent/command"), ENOENT);
    ck_assert_int_eq(child_check("sh"), 0);
    ck_assert_int_eq(child_check("/bin/sh"), 0);
    ck_assert_int_eq(child_check("chan-test-command"), ENOENT);
    fclose(fopen(file, "w"));
    ck_assert_int_eq(chmod(file, 0700), 0);
    snprintf(path, sizeof path, "/nonexistent:%s", folder);
    setenv("PATH", path, 1);
    ck_assert_int_eq(child_check("chan-test-command"), 0);
    ck_assert_int_eq(child_check("sh"), ENOENT);
    setenv("PATH", "", 1);
    ck_assert_int_eq(child_check("sh"), ENOENT);
    unsetenv("PATH");
    ck_assert_int_eq(child_check("sh"), 0);
    unlink(file);
    rmdir(folder);
}
END_TEST

START_TEST(one_that_still_runs_is_told_to_end)
{
    char *argv[] = {(char[]){"cat"}, NULL};
    struct pollfd fds[CHILD_FDS];
    struct child child;
    int status;
    pid_t pid;

    block_signals();
    ck_assert_int_eq(child_start(&child, argv, "x", 1, &old_mask), 0);
    child_poll(&child, fds);
    ck_assert_int_eq(poll(&fds[2], 1, 0), 0);
    ck_assert(!child_is_done(&child));
    pid = child.pid;
    child_release(&child);
    ck_assert_int_eq(child.pid, 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    child_release(&child);
}
END_TEST

UNIT_MAIN("child", a_command_gets_the_input_and_nothing_else, an_empty_input_ends_at_once,
          more_than_pipes_hold_passes_both_ways, a_command_need_not_read,
          output_is_whole_when_all_who_write_have_ended, how_it_failed_is_said,
          signals_are_for_the_command_as_they_were_before,
          a_command_that_is_not_there_is_an_error,
          commands_are_looked_for_as_they_are_run, one_that_still_runs_is_told_to_end)
