/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Lines of a pipe, whose writing end is `in`. */
struct feed {
    struct lines lines;
    int in;
};

static struct feed feed_open(void)
{
    int fds[2];

    ck_assert_int_eq(pipe(fds), 0);
    return (struct feed){.lines = {.fd = fds[0]}, .in = fds[1]};
}

static void feed_close(struct feed *feed)
{
    lines_release(&feed->lines);
    close(feed->lines.fd);
    if (feed->in >= 0)
        close(feed->in);
}

static void feed_write(struct feed *feed, const char *text)
{
    ck_assert_int_eq(write(feed->in, text, strlen(text)), (ssize_t)strlen(text));
    ck_assert_int_eq(lines_fill(&feed->lines), 0);
}

static void feed_end(struct feed *feed)
{
    close(feed->in);
    feed->in = -1;
    ck_assert_int_eq(lines_fill(&feed->lines), 0);
}

static void expect(struct feed *feed, const char *text)
{
    const char *line;
    size_t len;

    ck_assert_int_eq(lines_next(&feed->lines, &line, &len), LINES_LINE);
    ck_assert_uint_eq(len, strlen(text));
    ck_assert(len == 0 || memcmp(line, text, len) == 0);
}

static void expect_step(struct feed *feed, enum lines_step step)
{
    const char *line;
    size_t len;

    ck_assert_int_eq(lines_next(&feed->lines, &line, &len), step);
}

START_TEST(lines_come_as_they_are_written)
{
    struct feed feed = feed_open();

    expect_step(&feed, LINES_MORE);
    feed_write(&feed, "one\ntwo words\n\n thr");
    expect(&feed, "one");
    expect(&feed, "two words");
    expect(&feed, "");
    expect_step(&feed, LINES_MORE);
    expect_step(&feed, LINES_MORE);
    feed_write(&feed, "ee\n");
    expect(&feed, " three");
    expect_step(&feed, LINES_MORE);
    feed_end(&feed);
    expect_step(&feed, LINES_END);
    expect_step(&feed, LINES_END);
    feed_close(&feed);
}
END_TEST

START_TEST(a_last_line_needs_no_end)
{
    struct feed feed = feed_open();

    feed_write(&feed, "a\nlast");
    expect(&feed, "a");
    expect_step(&feed, LINES_MORE);
    feed_end(&feed);
    expect(&feed, "last");
    expect_step(&feed, LINES_END);
    feed_close(&feed);
}
END_TEST

START_TEST(nothing_at_all_has_no_line_and_a_newline_has_one)
{
    struct feed feed = feed_open();

    feed_end(&feed);
    expect_step(&feed, LINES_END);
    feed_close(&feed);

    feed = feed_open();
    feed_write(&feed, "\n");
    feed_end(&feed);
    expect(&feed, "");
    expect_step(&feed, LINES_END);
    feed_close(&feed);
}
END_TEST

START_TEST(a_line_may_be_longer_than_what_is_read_at_once)
{
    enum { PIECES = 40, PIECE = 50000 };
    struct feed feed = feed_open();
    char *piece = calloc(1, PIECE + 1);
    const char *line;
    size_t len;

    memset(piece, 'x', PIECE);
    for (int i = 0; i < PIECES; i++) {
        feed_write(&feed, piece);
        expect_step(&feed, LINES_MORE);
    }
    feed_write(&feed, "\nnext\n");
    ck_assert_int_eq(lines_next(&feed.lines, &line, &len), LINES_LINE);
    ck_assert_uint_eq(len, (size_t)PIECES * PIECE);
    expect(&feed, "next");
    free(piece);
    feed_close(&feed);
}
END_TEST

START_TEST(bytes_are_bytes_nul_and_cr_too)
{
    struct feed feed = feed_open();
    const char *line;
    size_t len;

    ck_assert_int_eq(write(feed.in, "a\0b\r\n", 5), 5);
    ck_assert_int_eq(lines_fill(&feed.lines), 0);
    ck_assert_int_eq(lines_next(&feed.lines, &line, &len), LINES_LINE);
    ck_assert_uint_eq(len, 4);
    ck_assert_int_eq(memcmp(line, "a\0b\r", 4), 0);
    feed_close(&feed);
}
END_TEST

START_TEST(what_cannot_be_read_is_an_error)
{
    struct lines lines = {.fd = -1};

    ck_assert_int_eq(lines_fill(&lines), EBADF);
    lines_release(&lines);
}
END_TEST

UNIT_MAIN("lines", lines_come_as_they_are_written, a_last_line_needs_no_end,
          nothing_at_all_has_no_line_and_a_newline_has_one,
          a_line_may_be_longer_than_what_is_read_at_once, bytes_are_bytes_nul_and_cr_too,
          what_cannot_be_read_is_an_error)
