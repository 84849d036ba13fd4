/* SPDX-License-Identifier: MIT */
/* Which lines there are, whatever the pieces. */
#include "frame.h"

#include <stdio.h>
#include "framed.h"
#include "unit.h"

/* The same of the whole text, without a frame. */
static struct story expected(const char *bytes, size_t len, size_t max)
{
    struct story s = {.len = 0};
    size_t begin = 0;

    for (size_t i = 0; i <= len; i++) {
        if (i < len && bytes[i] != '\n')
            continue;
        if (i - begin > max)
            tell(&s, "", 0, '!');
        else if (i < len)
            tell(&s, bytes + begin, i - begin, '|');
        begin = i + 1;
    }
    return s;
}

START_TEST(lines_in_one_piece_are_slices_of_what_was_fed)
{
    char bytes[] = "one\ntwo\r\n\n";
    const char *const lines[] = {"one", "two\r", ""};
    struct frame f = {0};
    char *line, *at = bytes;
    size_t len;

    frame_feed(&f, bytes, strlen(bytes));
    for (size_t i = 0; i < 3; i++) {
        ck_assert_int_eq(frame_next(&f, 100, &line, &len), FRAME_LINE);
        ck_assert_ptr_eq(line, at);
        ck_assert_uint_eq(len, strlen(lines[i]));
        ck_assert_mem_eq(line, lines[i], len);
        at += len + 1;
    }
    ck_assert_int_eq(frame_next(&f, 100, &line, &len), FRAME_MORE);
    ck_assert(frame_is_empty(&f));
    frame_release(&f);
}
END_TEST

static const char lines_of_all_kinds[] =
    "a\n\n{\"op\":\"ping\"}\r\n\n0123456789\n01234567890\n\r\nlast but "
    "one\nxyz\nunfinished";

enum { ALL = sizeof lines_of_all_kinds - 1 };

START_TEST(every_split_in_two_gives_the_same_lines)
{
    for (size_t max = 0; max < 20; max++) {
        const struct story want = expected(lines_of_all_kinds, ALL, max);

        for (size_t cut = 0; cut <= ALL; cut++) {
            struct story got = {.len = 0};
            struct frame f = {0};

            feed(&f, max, lines_of_all_kinds, cut, &got);
            feed(&f, max, lines_of_all_kinds + cut, ALL - cut, &got);
            expect_story(&got, &want);
            frame_release(&f);
        }
    }
}
END_TEST

START_TEST(every_split_in_three_gives_the_same_lines)
{
    const struct story want = expected(lines_of_all_kinds, ALL, 10);

    for (size_t a = 0; a <= ALL; a++)
        for (size_t b = a; b <= ALL; b++) {
            struct story got = {.len = 0};
            struct frame f = {0};

            feed(&f, 10, lines_of_all_kinds, a, &got);
            feed(&f, 10, lines_of_all_kinds + a, b - a, &got);
            feed(&f, 10, lines_of_all_kinds + b, ALL - b, &got);
            expect_story(&got, &want);
            frame_release(&f);
        }
}
END_TEST

START_TEST(a_byte_at_a_time_gives_the_same_lines)
{
    const struct story want = expected(lines_of_all_kinds, ALL, 13);
    struct story got = {.len = 0};
    struct frame f = {0};

    for (size_t i = 0; i < ALL; i++)
        feed(&f, 13, lines_of_all_kinds + i, 1, &got);
    expect_story(&got, &want);
    ck_assert(!frame_is_empty(&f));
    frame_release(&f);
}
END_TEST

/* One frame fed with pieces of random size, and kept at random times in between. */
static void play(uint64_t seed, const char *bytes, size_t len, size_t max)
{
    const struct story want = expected(bytes, len, max);
    struct story got = {.len = 0};
    struct frame f = {0};

    for (size_t at = 0, n; at < len; at += n) {
        char *copy;
        bool done;

        n = 1 + exact_below(&seed, 30);
        n = n < len - at ? n : len - at;
        copy = exact_copy(bytes + at, n);
        frame_feed(&f, copy, n);
        done = take_lines(&f, max, exact_below(&seed, 4), &got);
        while (!done && exact_below(&seed, 2) == 0) {
            ck_assert(frame_keep(&f));
            memset(copy, '#', n);
            done = take_lines(&f, max, exact_below(&seed, 3), &got);
        }
        if (!done)
            ck_assert(take_lines(&f, max, SIZE_MAX, &got));
        free(copy);
    }
    expect_story(&got, &want);
    frame_release(&f);
}

START_TEST(random_pieces_with_stops_in_between_give_the_same_lines)
{
    uint64_t seed = 5;
    char bytes[300];

    for (int round = 0; round < 20000; round++) {
        const size_t len = exact_below(&seed, sizeof bytes);

        for (size_t i = 0; i < len; i++)
            bytes[i] =
                (char)(exact_below(&seed, 8) == 0 ? '\n' : 'a' + exact_below(&seed, 26));
        play(exact_random(&seed), bytes, len, exact_below(&seed, 25));
    }
}
END_TEST

START_TEST(a_line_of_max_bytes_fits_and_one_more_does_not)
{
    struct story got = {.len = 0};
    struct frame f = {0};

    feed(&f, 5, "12345\n123456\n12345\n", 19, &got);
    expect_story(&got, &(struct story){"12345|!12345|", 13});
    feed(&f, 5, "12345", 5, &got);
    ck_assert_uint_eq(got.len, 13);
    feed(&f, 5, "\n", 1, &got);
    expect_story(&got, &(struct story){"12345|!12345|12345|", 19});
    frame_release(&f);
}
END_TEST

START_TEST(a_line_over_max_is_reported_before_it_ends_and_only_once)
{
    struct story got = {.len = 0};
    struct frame f = {0};

    feed(&f, 5, "123", 3, &got);
    ck_assert_uint_eq(got.len, 0);
    feed(&f, 5, "456", 3, &got);
    expect_story(&got, &(struct story){"!", 1});
    ck_assert(!frame_is_empty(&f)); /* its rest is to be passed over */
    ck_assert_ptr_null(f.held);
    for (int i = 0; i < 10; i++)
        feed(&f, 5, "more and more of it", 19, &got);
    expect_story(&got, &(struct story){"!", 1});
    feed(&f, 5, "end\nnext\n", 9, &got);
    expect_story(&got, &(struct story){"!next|", 6});
    frame_release(&f);
}
END_TEST

START_TEST(a_limit_may_shrink_while_a_line_waits)
{
    struct story got = {.len = 0};
    struct frame f = {0};

    feed(&f, 100, "0123456789", 10, &got);
    feed(&f, 5, "x\ny\n", 4, &got);
    expect_story(&got, &(struct story){"!y|", 3});
    frame_release(&f);
}
END_TEST

START_TEST(lines_may_be_written_into)
{
    char first[] = "ab", second[] = "cd\nef\n";
    struct frame f = {0};
    char *line;
    size_t len;

    frame_feed(&f, first, 2);
    ck_assert_int_eq(frame_next(&f, 9, &line, &len), FRAME_MORE);
    frame_feed(&f, second, 6);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(frame_next(&f, 9, &line, &len), FRAME_LINE);
        memset(line, 'z', len);
    }
    ck_assert_int_eq(frame_next(&f, 9, &line, &len), FRAME_MORE);
    frame_release(&f);
}
END_TEST

START_TEST(a_long_line_in_small_pieces_comes_out_whole)
{
    enum { PIECES = 5000 };
    struct frame f = {0};
    char piece[16], *line;
    size_t len;

    for (int i = 0; i < PIECES; i++) {
        snprintf(piece, sizeof piece, "%06d", i);
        frame_feed(&f, piece, 6);
        ck_assert_int_eq(frame_next(&f, 6 * PIECES, &line, &len), FRAME_MORE);
    }
    frame_feed(&f, strcpy(piece, "\n"), 1);
    ck_assert_int_eq(frame_next(&f, 6 * PIECES, &line, &len), FRAME_LINE);
    ck_assert_uint_eq(len, 6 * PIECES);
    for (int i = 0; i < PIECES; i++) {
        snprintf(piece, sizeof piece, "%06d", i);
        ck_assert_mem_eq(line + 6 * i, piece, 6);
    }
    frame_release(&f);
}
END_TEST

START_TEST(a_torn_line_is_counted_once_and_known_until_it_ends)
{
    static const struct {
        const char *bytes;
        size_t lines;
        unsigned torn;
        bool amid;
    } rows[] = {
        {"{}\n", 1, 0, false},     {"ab", 0, 1, true},      {"cd", 0, 1, true},
        {"\n{}\n", 2, 1, false},   {"{}\nef", 1, 2, true},  {"\n{}\ngh", 2, 3, true},
        {"too long", 1, 3, true},  {" by far", 0, 3, true}, {"\n", 0, 3, false},
        {"again too", 1, 4, true}, {"\nij", 0, 5, true},    {"\n", 1, 5, false},
    };
    struct frame f = {0};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char bytes[32], *line;
        size_t len, lines = 0;

        strcpy(bytes, rows[i].bytes);
        frame_feed(&f, bytes, strlen(bytes));
        while (frame_next(&f, 8, &line, &len) != FRAME_MORE)
            lines++; /* or the news that one is too long */
        ck_assert_uint_eq(lines, rows[i].lines);
        ck_assert_uint_eq(f.torn, rows[i].torn);
        ck_assert_int_eq(frame_is_amid(&f), rows[i].amid);
    }
    frame_release(&f);
}
END_TEST

START_TEST(too_long_is_too_long_wherever_there_is_room)
{
    char bytes[] = "0123456789";
    struct frame f = {0};
    char *line;
    size_t len;

    frame_feed(&f, bytes, 10);
    ck_assert_int_eq(frame_next_within(&f, 9, 3, &line, &len), FRAME_OVER);
    ck_assert_int_eq(frame_next_within(&f, 9, 3, &line, &len), FRAME_MORE);
    frame_release(&f);
}
END_TEST

UNIT_MAIN("frame_lines", lines_in_one_piece_are_slices_of_what_was_fed,
          every_split_in_two_gives_the_same_lines,
          every_split_in_three_gives_the_same_lines,
          a_byte_at_a_time_gives_the_same_lines,
          random_pieces_with_stops_in_between_give_the_same_lines,
          a_line_of_max_bytes_fits_and_one_more_does_not,
          a_line_over_max_is_reported_before_it_ends_and_only_once,
          a_limit_may_shrink_while_a_line_waits, lines_may_be_written_into,
          a_long_line_in_small_pieces_comes_out_whole,
          a_torn_line_is_counted_once_and_known_until_it_ends,
          too_long_is_too_long_wherever_there_is_room)
