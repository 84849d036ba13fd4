/* SPDX-License-Identifier: MIT */
/* What a frame keeps of what it is fed; test_frame_lines.c has what comes out of it. */
#include "frame.h"

#include "framed.h"
#include "starve.h"
#include "unit.h"

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

    frame_forget(&f); /* nothing: found by fuzz_session */
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

UNIT_MAIN("frame", a_line_that_was_put_together_stays_until_the_next_feed,
          what_was_shed_is_the_callers, what_is_kept_is_shed_when_its_last_line_is_out,
          feeding_nothing_lets_go_of_memory, feeding_nothing_keeps_an_unfinished_line,
          what_is_kept_outlives_what_was_fed,
          keeping_before_the_first_line_was_asked_for_is_fine,
          a_frame_that_forgets_goes_on_with_the_next_line,
          a_released_frame_is_empty_and_usable,
          a_beginning_is_kept_as_far_as_there_is_room,
          a_frame_takes_no_more_than_the_longest_line,
          what_is_kept_counts_until_it_is_shed, without_memory_a_beginning_cannot_be_kept,
          without_memory_a_line_cannot_be_put_together,
          keeping_without_memory_changes_nothing)
