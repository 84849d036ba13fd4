/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "starve.h"
#include "exact.h"
#include "frame.h"

#include <stdbool.h>
#include <stdio.h>

/* What came out of a frame: `|` behind each line, `!` for each that was too long. */
struct story {
    char text[4096];
    size_t len;
};

static void tell(struct story *s, const char *bytes, size_t len, char end)
{
    ck_assert_uint_lt(s->len + len + 1, sizeof s->text);
    if (len > 0)
        memcpy(s->text + s->len, bytes, len);
    s->len += len;
    s->text[s->len++] = end;
}

/* Takes all lines there are, no more than `most`; whether frame_next said FRAME_MORE. */
static bool take_lines(struct frame *f, size_t max, size_t most, struct story *s)
{
    enum frame_step step;
    char *line;
    size_t len;

    while (most-- > 0) {
        step = frame_next(f, max, &line, &len);
        ck_assert_int_ne(step, FRAME_NO_MEMORY);
        if (step == FRAME_MORE)
            return true;
        if (step == FRAME_OVER)
            tell(s, "", 0, '!');
        else
            tell(s, line, len, '|');
    }
    return false;
}

/* Feeds a copy of its own to the frame, which is gone when its lines have been taken. */
static void feed(struct frame *f, size_t max, const char *bytes, size_t len,
                 struct story *s)
{
    char *copy = exact_copy(bytes, len);

    frame_feed(f, copy, len);
    ck_assert(take_lines(f, max, SIZE_MAX, s));
    free(copy);
}

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

static void expect_story(const struct story *got, const struct story *want)
{
    ck_assert_msg(got->len == want->len && memcmp(got->text, want->text, got->len) == 0,
                  "%.*s instead of %.*s", (int)got->len, got->text, (int)want->len,
                  want->text);
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

START_TEST(a_line_that_was_put_together_stays_until_the_next_feed)
{
    char first[] = "be", second[] = "gin\nwhole\nrest";
    struct frame f = {0};
    char *joined, *line;
    size_t len;

    frame_feed(&f, first, 2);
    ck_assert_int_eq(frame_next(&f, 100, &line, &len), FRAME_MORE);
    frame_feed(&f, second, strlen(second));
    ck_assert_int_eq(frame_next(&f, 100, &joined, &len), FRAME_LINE);
    ck_assert_uint_eq(len, 5);
    ck_assert_int_eq(frame_next(&f, 100, &line, &len), FRAME_LINE);
    ck_assert_int_eq(frame_next(&f, 100, &line, &len), FRAME_MORE);
    memset(second, '#', sizeof second);
    ck_assert_mem_eq(joined, "begin", 5);
    ck_assert(frame_keep(&f));
    ck_assert_mem_eq(joined, "begin", 5);
    frame_release(&f);
}
END_TEST

START_TEST(what_was_shed_is_the_callers)
{
    char first[] = "be", second[] = "gin\nre";
    char *blocks[FRAME_BLOCKS_MAX], *joined, *line;
    struct frame f = {0};
    size_t len;

    ck_assert_uint_eq(frame_shed(&f, blocks), 0);
    frame_feed(&f, first, 2);
    ck_assert_int_eq(frame_next(&f, 100, &line, &len), FRAME_MORE);
    ck_assert_uint_eq(frame_shed(&f, blocks), 0);
    frame_feed(&f, second, strlen(second));
    ck_assert_int_eq(frame_next(&f, 100, &joined, &len), FRAME_LINE);
    ck_assert_int_eq(frame_next(&f, 100, &line, &len), FRAME_MORE);
    ck_assert_uint_eq(frame_shed(&f, blocks), 1);
    frame_release(&f);
    ck_assert_mem_eq(joined, "begin", 5);
    free(blocks[0]);
}
END_TEST

START_TEST(what_is_kept_is_shed_when_its_last_line_is_out)
{
    char fed[] = "one\ntwo\n";
    char *blocks[FRAME_BLOCKS_MAX], *one, *two;
    struct frame f = {0};
    size_t len;

    frame_feed(&f, fed, strlen(fed));
    ck_assert(frame_keep(&f));
    ck_assert_int_eq(frame_next(&f, 100, &one, &len), FRAME_LINE);
    ck_assert_uint_eq(frame_shed(&f, blocks), 0);
    ck_assert_int_eq(frame_next(&f, 100, &two, &len), FRAME_LINE);
    ck_assert_uint_eq(frame_shed(&f, blocks), 1);
    ck_assert_mem_eq(one, "one", 3);
    ck_assert_mem_eq(two, "two", 3);
    free(blocks[0]);
    frame_release(&f);
}
END_TEST

START_TEST(feeding_nothing_lets_go_of_memory)
{
    struct story got = {.len = 0};
    struct frame f = {0};

    feed(&f, 100, "be", 2, &got);
    feed(&f, 100, "gin\n", 4, &got);
    frame_feed(&f, NULL, 0);
    ck_assert_ptr_null(f.held);
    ck_assert_ptr_null(f.joined);
    ck_assert_ptr_null(f.kept);
    ck_assert(take_lines(&f, 100, SIZE_MAX, &got));
    ck_assert(frame_is_empty(&f));
    frame_release(&f);
}
END_TEST

START_TEST(feeding_nothing_keeps_an_unfinished_line)
{
    struct story got = {.len = 0};
    struct frame f = {0};

    feed(&f, 100, "unfin", 5, &got);
    feed(&f, 100, "", 0, &got);
    frame_feed(&f, NULL, 0);
    ck_assert(!frame_is_empty(&f));
    feed(&f, 100, "ished\n", 6, &got);
    expect_story(&got, &(struct story){"unfinished|", 11});
    frame_release(&f);
}
END_TEST

START_TEST(what_is_kept_outlives_what_was_fed)
{
    struct story got = {.len = 0};
    struct frame f = {0};
    char *copy = exact_copy("one\ntwo\nthree\nfo", 16);

    frame_feed(&f, copy, 16);
    ck_assert(!take_lines(&f, 100, 1, &got));
    ck_assert(frame_keep(&f));
    free(copy);
    ck_assert(!frame_is_empty(&f));
    ck_assert(!take_lines(&f, 100, 1, &got));
    ck_assert(frame_keep(&f));
    ck_assert(take_lines(&f, 100, SIZE_MAX, &got));
    feed(&f, 100, "ur\n", 3, &got);
    expect_story(&got, &(struct story){"one|two|three|four|", 19});
    frame_release(&f);
}
END_TEST

START_TEST(keeping_before_the_first_line_was_asked_for_is_fine)
{
    struct story got = {.len = 0};
    struct frame f = {0};
    char *copy;

    feed(&f, 100, "be", 2, &got);
    copy = exact_copy("gin\nnext\n", 9);
    frame_feed(&f, copy, 9);
    ck_assert(frame_keep(&f));
    free(copy);
    ck_assert(take_lines(&f, 100, SIZE_MAX, &got));
    expect_story(&got, &(struct story){"begin|next|", 11});
    frame_release(&f);
}
END_TEST

START_TEST(a_frame_that_forgets_goes_on_with_the_next_line)
{
    struct story got = {.len = 0};
    char lines[] = "one\ntwo\nthr";
    char *line, *blocks[FRAME_BLOCKS_MAX];
    struct frame f = {0};
    size_t len;

    frame_feed(&f, lines, strlen(lines));
    ck_assert_int_eq(frame_next(&f, 100, &line, &len), FRAME_LINE);
    ck_assert(frame_keep(&f));
    frame_forget(&f);
    ck_assert(frame_is_empty(&f));
    for (size_t n = frame_shed(&f, blocks); n > 0; n--)
        free(blocks[n - 1]);
    ck_assert_uint_eq(frame_size(&f), 0);

    feed(&f, 2, "too long", 8, &got);
    feed(&f, 100, "fo", 2, &got);
    frame_forget(&f);
    ck_assert(frame_is_empty(&f));
    feed(&f, 100, "five\n", 5, &got);
    expect_story(&got, &(struct story){"!five|", 6});
    frame_release(&f);
}
END_TEST

START_TEST(a_released_frame_is_empty_and_usable)
{
    struct story got = {.len = 0};
    struct frame f = {0};

    feed(&f, 4, "too long a line", 15, &got);
    frame_release(&f);
    frame_release(&f);
    ck_assert(frame_is_empty(&f));
    feed(&f, 4, "abc\n", 4, &got);
    expect_story(&got, &(struct story){"!abc|", 5});
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

START_TEST(a_beginning_is_kept_as_far_as_there_is_room)
{
    char bytes[] = "0123456789", rest[] = "rest\nnext\n0123";
    struct frame f = {0};
    char *line;
    size_t len;

    frame_feed(&f, bytes, 10);
    ck_assert_int_eq(frame_next_within(&f, 99, 10, &line, &len), FRAME_MORE);
    ck_assert_uint_eq(frame_size(&f), 10);
    frame_feed(&f, rest, 1);
    ck_assert_int_eq(frame_next_within(&f, 99, 10, &line, &len), FRAME_NO_ROOM);
    ck_assert_uint_eq(frame_size(&f), 0);
    frame_feed(&f, rest + 1, sizeof rest - 2);
    ck_assert_int_eq(frame_next_within(&f, 99, 3, &line, &len), FRAME_LINE);
    ck_assert_uint_eq(len, 4);
    ck_assert_mem_eq(line, "next", 4);
    ck_assert_int_eq(frame_next_within(&f, 99, 3, &line, &len), FRAME_NO_ROOM);
    ck_assert_int_eq(frame_next_within(&f, 99, 3, &line, &len), FRAME_MORE);
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

/* It grows by doubling, and a line has a most. */
START_TEST(a_frame_takes_no_more_than_the_longest_line)
{
    char piece[100];
    struct frame f = {0};
    char *line;
    size_t len;

    memset(piece, 'x', sizeof piece);
    for (size_t held = 100; held <= 1000; held += 100) {
        frame_feed(&f, piece, sizeof piece);
        ck_assert_int_eq(frame_next(&f, 1000, &line, &len), FRAME_MORE);
        ck_assert_uint_ge(frame_size(&f), held);
        ck_assert_uint_le(frame_size(&f), 1000);
    }
    frame_release(&f);
}
END_TEST

START_TEST(what_is_kept_counts_until_it_is_shed)
{
    char bytes[] = "one\ntwo\n", *blocks[FRAME_BLOCKS_MAX];
    struct story got = {.len = 0};
    struct frame f = {0};

    frame_feed(&f, bytes, 8);
    ck_assert_uint_eq(frame_size(&f), 0);
    ck_assert(frame_keep(&f));
    ck_assert_uint_eq(frame_size(&f), 8);
    ck_assert(take_lines(&f, 9, SIZE_MAX, &got));
    ck_assert_uint_eq(frame_size(&f), 8);
    ck_assert_uint_eq(frame_shed(&f, blocks), 1);
    ck_assert_uint_eq(frame_size(&f), 0);
    free(blocks[0]);
    frame_release(&f);
}
END_TEST

START_TEST(without_memory_a_beginning_cannot_be_kept)
{
    char bytes[] = "begin";
    struct frame f = {0};
    enum frame_step step;
    char *line;
    size_t len;

    frame_feed(&f, bytes, 5);
    starve_after(0);
    step = frame_next(&f, 9, &line, &len);
    ck_assert_int_eq(starve_end(), 1);
    ck_assert_int_eq(step, FRAME_NO_MEMORY);
    frame_release(&f);
}
END_TEST

START_TEST(without_memory_a_line_cannot_be_put_together)
{
    char first[] = "be", second[] = "gin\n";
    struct frame f = {0};
    enum frame_step step;
    char *line;
    size_t len;

    frame_feed(&f, first, 2);
    ck_assert_int_eq(frame_next(&f, 9, &line, &len), FRAME_MORE);
    frame_feed(&f, second, 4);
    starve_after(0);
    step = frame_next(&f, 9, &line, &len);
    ck_assert_int_eq(starve_end(), 1);
    ck_assert_int_eq(step, FRAME_NO_MEMORY);
    frame_release(&f);
}
END_TEST

START_TEST(keeping_without_memory_changes_nothing)
{
    struct story got = {.len = 0};
    char bytes[] = "one\ntwo\n";
    struct frame f = {0};
    bool kept;

    frame_feed(&f, bytes, 8);
    starve_after(0);
    kept = frame_keep(&f);
    ck_assert_int_eq(starve_end(), 1);
    ck_assert(!kept);
    ck_assert(take_lines(&f, 9, SIZE_MAX, &got));
    expect_story(&got, &(struct story){"one|two|", 8});
    frame_release(&f);
}
END_TEST

UNIT_MAIN(
    "frame", lines_in_one_piece_are_slices_of_what_was_fed,
    every_split_in_two_gives_the_same_lines, every_split_in_three_gives_the_same_lines,
    a_byte_at_a_time_gives_the_same_lines,
    random_pieces_with_stops_in_between_give_the_same_lines,
    a_line_of_max_bytes_fits_and_one_more_does_not,
    a_line_over_max_is_reported_before_it_ends_and_only_once,
    a_limit_may_shrink_while_a_line_waits,
    a_line_that_was_put_together_stays_until_the_next_feed, what_was_shed_is_the_callers,
    what_is_kept_is_shed_when_its_last_line_is_out, feeding_nothing_lets_go_of_memory,
    feeding_nothing_keeps_an_unfinished_line, what_is_kept_outlives_what_was_fed,
    keeping_before_the_first_line_was_asked_for_is_fine,
    a_frame_that_forgets_goes_on_with_the_next_line, a_released_frame_is_empty_and_usable,
    lines_may_be_written_into, a_long_line_in_small_pieces_comes_out_whole,
    a_torn_line_is_counted_once_and_known_until_it_ends,
    a_beginning_is_kept_as_far_as_there_is_room,
    too_long_is_too_long_wherever_there_is_room,
    a_frame_takes_no_more_than_the_longest_line, what_is_kept_counts_until_it_is_shed,
    without_memory_a_beginning_cannot_be_kept,
    without_memory_a_line_cannot_be_put_together, keeping_without_memory_changes_nothing)
