/* SPDX-License-Identifier: MIT */
/* The line that is written over; a pseudo-terminal stands in for people. */
#include "unit.h"
#include "progress.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int64_t ns_per_s = 1000000000;

/* What is written on standard error meanwhile, to be read from the other end. */
struct capture {
    int old, end;
};

static struct capture capture(int end, int replacement)
{
    struct capture c = {dup(STDERR_FILENO), end};

    ck_assert_int_ge(replacement, 0);
    dup2(replacement, STDERR_FILENO);
    close(replacement);
    fcntl(end, F_SETFL, O_NONBLOCK);
    return c;
}

static struct capture capture_terminal(void)
{
    const int end = posix_openpt(O_RDWR | O_NOCTTY);

    ck_assert_int_ge(end, 0);
    ck_assert_int_eq(grantpt(end), 0);
    ck_assert_int_eq(unlockpt(end), 0);
    return capture(end, open(ptsname(end), O_RDWR | O_NOCTTY));
}

static struct capture capture_pipe(void)
{
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    return capture(fds[0], fds[1]);
}

static void expect(const struct capture *c, const char *text)
{
    char room[512];
    const ssize_t n = read(c->end, room, sizeof room - 1);

    room[n > 0 ? n : 0] = '\0';
    ck_assert_str_eq(room, text);
}

static void capture_end(struct capture *c)
{
    dup2(c->old, STDERR_FILENO);
    close(c->old);
    close(c->end);
}

START_TEST(a_line_tells_time_count_and_rate)
{
    struct progress p = {.name = "stream", .unit = "values", .begin_ns = ns_per_s};
    char line[PROGRESS_ROOM];

    p.last_ns = 3 * ns_per_s;
    p.last_count = 1000;
    progress_line(&p, 1500, 3 * ns_per_s + ns_per_s / 4, line);
    ck_assert_str_eq(line, "\rstream: 2.2 s, 1500 values, 2000/s\033[K");
    progress_line(&p, 1000, 3 * ns_per_s, line);
    ck_assert_str_eq(line, "\rstream: 2.0 s, 1000 values, 0/s\033[K");
}
END_TEST

START_TEST(on_a_terminal_it_is_written_now_and_then_and_goes)
{
    struct capture c = capture_terminal();
    struct progress p = {0};

    progress_begin(&p, "alts", "values", 0);
    progress_show(&p, 5, ns_per_s / 10);
    expect(&c, "");
    progress_show(&p, 10, ns_per_s / 2);
    expect(&c, "\ralts: 0.5 s, 10 values, 20/s\033[K");
    progress_show(&p, 15, ns_per_s / 2 + 1);
    expect(&c, "");
    progress_show(&p, 15, ns_per_s);
    expect(&c, "\ralts: 1.0 s, 15 values, 10/s\033[K");
    progress_end(&p);
    expect(&c, "\r\033[K");
    progress_end(&p);
    expect(&c, "");
    capture_end(&c);
}
END_TEST

START_TEST(what_begins_next_takes_its_place)
{
    struct capture c = capture_terminal();
    struct progress p = {0};

    progress_begin(&p, "parked", "connections", 0);
    progress_show(&p, 7, ns_per_s);
    expect(&c, "\rparked: 1.0 s, 7 connections, 7/s\033[K");
    progress_begin(&p, "parked", "takes", ns_per_s);
    expect(&c, "\r\033[K");
    progress_show(&p, 9, 2 * ns_per_s);
    expect(&c, "\rparked: 1.0 s, 9 takes, 9/s\033[K");
    capture_end(&c);
}
END_TEST

START_TEST(where_there_is_no_terminal_there_is_no_line)
{
    struct capture c = capture_pipe();
    struct progress p = {0};

    progress_begin(&p, "alts", "values", 0);
    progress_show(&p, 10, 10 * ns_per_s);
    progress_end(&p);
    expect(&c, "");
    capture_end(&c);
}
END_TEST

UNIT_MAIN("progress", a_line_tells_time_count_and_rate,
          on_a_terminal_it_is_written_now_and_then_and_goes,
          what_begins_next_takes_its_place, where_there_is_no_terminal_there_is_no_line)
