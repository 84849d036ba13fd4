/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "output.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct bytes text_of(const char *text)
{
    struct bytes b = {0};

    ck_assert(bytes_add(&b, text, strlen(text)));
    return b;
}

/* So much text that no pipe takes it at once. */
static struct bytes long_text(size_t len)
{
    struct bytes b = {0};
    char *room = bytes_reserve(&b, len);

    ck_assert_ptr_nonnull(room);
    for (size_t i = 0; i < len; i++)
        room[i] = (char)('a' + i % 26);
    b.len = len;
    return b;
}

START_TEST(all_is_written_and_the_text_is_empty)
{
    struct bytes text = text_of("one\ntwo\n");
    char room[32];
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(output_flush(fds[1], &text, -1), OUTPUT_DONE);
    ck_assert_uint_eq(text.len, 0);
    ck_assert_int_eq(read(fds[0], room, sizeof room), 8);
    ck_assert_int_eq(memcmp(room, "one\ntwo\n", 8), 0);
    bytes_release(&text);
    close(fds[0]);
    close(fds[1]);
}
END_TEST

START_TEST(nothing_is_written_of_nothing)
{
    struct bytes text = {0};

    ck_assert_int_eq(output_flush(-1, &text, -1), OUTPUT_DONE);
}
END_TEST

START_TEST(a_file_gets_all_even_with_signals_to_watch)
{
    enum { LONG = 500000 };
    struct bytes text = long_text(LONG);
    FILE *file = tmpfile();
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(output_flush(fileno(file), &text, fds[0]), OUTPUT_DONE);
    ck_assert_int_eq(lseek(fileno(file), 0, SEEK_END), LONG);
    fclose(file);
    bytes_release(&text);
    close(fds[0]);
    close(fds[1]);
}
END_TEST

START_TEST(a_slow_reader_gets_all)
{
    enum { LONG = 400000 };
    struct bytes text = long_text(LONG);
    int fds[2], quiet[2], status;
    pid_t pid;

    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(pipe(quiet), 0);
    pid = fork();
    if (pid == 0) {
        char c;
        size_t n = 0;

        close(fds[1]);
        while (read(fds[0], &c, 1) == 1)
            if (c != (char)('a' + n++ % 26))
                _exit(1);
        _exit(n == LONG ? 0 : 2);
    }
    close(fds[0]);
    ck_assert_int_eq(output_flush(fds[1], &text, quiet[0]), OUTPUT_DONE);
    close(fds[1]);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    bytes_release(&text);
    close(quiet[0]);
    close(quiet[1]);
}
END_TEST

START_TEST(a_signal_ends_the_wait_for_a_reader_that_does_not_read)
{
    struct bytes text = long_text(1000000);
    int fds[2], signals[2];

    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(pipe(signals), 0);
    /* Full, so that nothing can be written before the signal is seen. */
    ck_assert_int_eq(fcntl(fds[1], F_SETFL, O_NONBLOCK), 0);
    while (write(fds[1], text.data, 4096) > 0)
        ;
    ck_assert_int_eq(fcntl(fds[1], F_SETFL, 0), 0);
    ck_assert_int_eq(write(signals[1], "x", 1), 1);
    ck_assert_int_eq(output_flush(fds[1], &text, signals[0]), OUTPUT_INTERRUPTED);
    ck_assert_uint_eq(text.len, 1000000);
    bytes_release(&text);
    for (int i = 0; i < 2; i++) {
        close(fds[i]);
        close(signals[i]);
    }
}
END_TEST

/* What was taken and is not printed would be lost. */
START_TEST(a_signal_does_not_keep_what_can_be_written_at_once)
{
    struct bytes text = long_text(100);
    int fds[2], signals[2];
    char got[200];

    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(pipe(signals), 0);
    ck_assert_int_eq(write(signals[1], "x", 1), 1);
    ck_assert_int_eq(output_flush(fds[1], &text, signals[0]), OUTPUT_DONE);
    ck_assert_int_eq(read(fds[0], got, sizeof got), 100);
    ck_assert_uint_eq(text.len, 0);
    bytes_release(&text);
    for (int i = 0; i < 2; i++) {
        close(fds[i]);
        close(signals[i]);
    }
}
END_TEST

START_TEST(a_reader_that_has_gone_is_a_quiet_end)
{
    struct bytes text = text_of("nobody reads this");
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    close(fds[0]);
    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(output_flush(fds[1], &text, -1), OUTPUT_GONE);
    ck_assert_uint_eq(text.len, 17);
    bytes_release(&text);
    close(fds[1]);
}
END_TEST

START_TEST(what_cannot_be_written_is_said)
{
    struct bytes text = text_of("more than a full disk holds");
    FILE *err = tmpfile();
    int full = open("/dev/full", O_WRONLY), old = dup(STDERR_FILENO);
    char said[128] = "";

    ck_assert_int_ge(full, 0);
    dup2(fileno(err), STDERR_FILENO);
    ck_assert_int_eq(output_flush(full, &text, -1), OUTPUT_FAILED);
    dup2(old, STDERR_FILENO);
    rewind(err);
    ck_assert_ptr_nonnull(fgets(said, sizeof said, err));
    ck_assert_str_eq(said,
                     "chan: cannot write to standard output: No space left on device\n");
    fclose(err);
    close(old);
    close(full);
    bytes_release(&text);
}
END_TEST

UNIT_MAIN("output", all_is_written_and_the_text_is_empty, nothing_is_written_of_nothing,
          a_file_gets_all_even_with_signals_to_watch, a_slow_reader_gets_all,
          a_signal_ends_the_wait_for_a_reader_that_does_not_read,
          a_signal_does_not_keep_what_can_be_written_at_once,
          a_reader_that_has_gone_is_a_quiet_end, what_cannot_be_written_is_said)
