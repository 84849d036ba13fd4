/* SPDX-License-Identifier: MIT */
#include "intake.h"

#include <string.h>
#include "serving.h"
#include "starve.h"
#include "unit.h"

/* A worker that the test plays, and a session of which nothing but its intake matters. */
struct place {
    struct serving sv;
    struct session s;
    char input[64];
};

static void place_open(struct place *p)
{
    const struct broker_settings settings = serving_settings();

    memset(p, 0, sizeof *p);
    serving_prepare(&p->sv, 1, &settings);
    p->s.worker = p->sv.workers[0];
    worker_begin(p->s.worker);
}

/* What was used up in the turn is given back. */
static void end_turn(struct place *p)
{
    worker_nudge(p->s.worker);
    worker_turn(p->s.worker);
}

static void place_close(struct place *p)
{
    intake_release(&p->s);
    end_turn(p);
    serving_stop(&p->sv); /* which checks that nothing is held */
}

static int64_t held(const struct place *p)
{
    return budget_outside(&p->sv.hub->budget);
}

static void feed(struct place *p, const char *text)
{
    strcpy(p->input, text);
    frame_feed(&intake_open(&p->s)->frame, p->input, strlen(text));
}

/* The next line must be that; NULL: there is none. */
static void check_line(struct place *p, const char *expected)
{
    enum frame_step step;
    size_t len;
    char *line;

    step = frame_next(&intake_open(&p->s)->frame, 1000, &line, &len);
    ck_assert_int_eq(step, expected ? FRAME_LINE : FRAME_MORE);
    if (expected)
        ck_assert(slice_equal(slice_of(line, len), slice_text(expected)));
}

static void settle(struct place *p)
{
    ck_assert(intake_settle(&p->s, intake_open(&p->s)));
}

START_TEST(whole_lines_leave_nothing)
{
    struct place p;

    place_open(&p);
    ck_assert(intake_is_through(&p.s));
    feed(&p, "one\ntwo\n");
    check_line(&p, "one");
    check_line(&p, "two");
    check_line(&p, NULL);
    settle(&p);
    ck_assert_ptr_null(p.s.intake);
    ck_assert(intake_is_through(&p.s));
    place_close(&p);
}
END_TEST

START_TEST(the_beginning_of_a_line_is_the_sessions_until_it_ends)
{
    struct place p;
    int64_t before;

    place_open(&p);
    before = held(&p);
    feed(&p, "one\ntw");
    check_line(&p, "one");
    check_line(&p, NULL);
    settle(&p);
    ck_assert_ptr_nonnull(p.s.intake);
    ck_assert(intake_is_through(&p.s));
    ck_assert(frame_is_amid(&p.s.intake->frame));
    ck_assert_int_eq(held(&p) - before, p.s.intake->counted);

    p.s.swept.since = 7;
    feed(&p, "o\n");
    check_line(&p, "two");
    check_line(&p, NULL);
    settle(&p);
    ck_assert_ptr_null(p.s.intake);
    ck_assert_uint_eq(p.s.swept.since, 0);
    ck_assert_int_gt(held(&p), before); /* the line may be in use */
    end_turn(&p);
    ck_assert_int_eq(held(&p), before);
    place_close(&p);
}
END_TEST

START_TEST(lines_that_wait_are_kept_for_later_turns)
{
    struct place p;

    place_open(&p);
    feed(&p, "one\ntwo\nthr");
    check_line(&p, "one");
    settle(&p);
    ck_assert(!intake_is_through(&p.s));
    memset(p.input, 'x', sizeof p.input); /* others are read meanwhile */
    end_turn(&p);
    check_line(&p, "two");
    check_line(&p, NULL);
    settle(&p);
    ck_assert(intake_is_through(&p.s));
    feed(&p, "ee\n");
    check_line(&p, "three");
    settle(&p);
    ck_assert_ptr_null(p.s.intake);
    place_close(&p);
}
END_TEST

START_TEST(a_line_that_is_passed_over_is_passed_over_to_its_end)
{
    enum frame_step step;
    struct place p;
    size_t len;
    char *line;

    place_open(&p);
    feed(&p, "too lo");
    step = frame_next(&intake_open(&p.s)->frame, 5, &line, &len);
    ck_assert_int_eq(step, FRAME_OVER);
    check_line(&p, NULL);
    settle(&p);
    ck_assert_ptr_nonnull(p.s.intake);
    feed(&p, "ng\nfine\n");
    check_line(&p, "fine");
    check_line(&p, NULL);
    settle(&p);
    ck_assert_ptr_null(p.s.intake);
    place_close(&p);
}
END_TEST

START_TEST(two_sessions_do_not_get_each_others)
{
    struct place p;
    struct session other;

    place_open(&p);
    other = p.s;
    feed(&p, "mine");
    check_line(&p, NULL);
    settle(&p);
    ck_assert_ptr_ne(intake_open(&other), intake_open(&p.s));
    ck_assert(frame_is_empty(&intake_open(&other)->frame));
    ck_assert_ptr_null(other.intake);
    place_close(&p);
}
END_TEST

START_TEST(of_a_session_that_leaves_nothing_is_kept)
{
    struct place p;

    place_open(&p);
    feed(&p, "one\ntwo\nthr");
    check_line(&p, "one");
    settle(&p);
    check_line(&p, "two");
    p.s.leaving = true;
    settle(&p);
    ck_assert_ptr_null(p.s.intake);
    ck_assert(frame_is_empty(&intake_open(&p.s)->frame));
    place_close(&p);
}
END_TEST

/* With each allocation in turn failing: all is kept, or nothing. */
START_TEST(without_memory_nothing_is_kept)
{
    long refused = 1;

    for (long n = 0; refused > 0; n++) {
        struct place p;
        bool ok;

        place_open(&p);
        feed(&p, "one\ntwo\nthr");
        check_line(&p, "one");
        starve_after(n);
        ok = intake_settle(&p.s, intake_open(&p.s));
        refused = starve_end();
        ck_assert_int_eq(ok, refused == 0);
        ck_assert_int_eq(p.s.intake != NULL, ok);
        ck_assert_int_eq(intake_is_through(&p.s), !ok);
        ck_assert_int_eq(frame_is_empty(&intake_open(&p.s)->frame), !ok);
        place_close(&p);
    }
}
END_TEST

START_TEST(where_nothing_may_be_held_lines_do_not_wait)
{
    struct place p;

    place_open(&p);
    feed(&p, "one\ntwo\n");
    check_line(&p, "one");
    atomic_store(&p.sv.hub->budget.most, -(int64_t)RESERVE_OUTPUT);
    ck_assert(!intake_settle(&p.s, intake_open(&p.s)));
    ck_assert_ptr_null(p.s.intake);
    place_close(&p);
}
END_TEST

UNIT_MAIN("intake", whole_lines_leave_nothing,
          the_beginning_of_a_line_is_the_sessions_until_it_ends,
          lines_that_wait_are_kept_for_later_turns,
          a_line_that_is_passed_over_is_passed_over_to_its_end,
          two_sessions_do_not_get_each_others, of_a_session_that_leaves_nothing_is_kept,
          without_memory_nothing_is_kept, where_nothing_may_be_held_lines_do_not_wait)
