/* SPDX-License-Identifier: MIT */
#include "taps.h"
#include "bell.h"
#include "flow.h"
#include "starve.h"

static struct taps begin(void)
{
    struct taps t;

    ck_assert(taps_init(&t));
    return t;
}

static size_t count(struct taps *t)
{
    size_t n = 0;

    for (const struct tap *tap = taps_next(t, NULL); tap; tap = taps_next(t, tap))
        n++;
    return n;
}

START_TEST(taps_stand_in_the_order_in_which_they_came)
{
    struct taps t = begin();
    struct chan *a = flow_new(), *b = flow_new();
    const struct tap *tap;

    ck_assert_ptr_null(taps_next(&t, NULL));
    ck_assert_int_eq(taps_add(&t, NULL, a, CHAN_CLOSE_IT), CHAN_OK);
    ck_assert_int_eq(taps_add(&t, "news", b, CHAN_LEAVE_IT), CHAN_OK);
    tap = taps_next(&t, NULL);
    ck_assert(tap->to == a && !tap->topic && tap->end == CHAN_CLOSE_IT);
    tap = taps_next(&t, tap);
    ck_assert(tap->to == b && tap->end == CHAN_LEAVE_IT);
    ck_assert_str_eq(tap->topic, "news");
    ck_assert_ptr_null(taps_next(&t, tap));
    taps_release(&t);
    chan_drop(a);
    chan_drop(b);
}
END_TEST

START_TEST(the_same_tap_again_has_only_another_end)
{
    struct taps t = begin();
    struct chan *a = flow_new();

    taps_add(&t, "news", a, CHAN_CLOSE_IT);
    taps_add(&t, "news", a, CHAN_LEAVE_IT);
    ck_assert_uint_eq(count(&t), 1);
    ck_assert_int_eq(taps_next(&t, NULL)->end, CHAN_LEAVE_IT);
    taps_add(&t, "weather", a, CHAN_LEAVE_IT);
    ck_assert_uint_eq(count(&t), 2);
    taps_release(&t);
    chan_drop(a);
}
END_TEST

START_TEST(what_was_removed_stays_until_it_is_swept)
{
    struct taps t = begin();
    struct chan *a = flow_new();
    const struct tap *tap;

    taps_add(&t, NULL, a, CHAN_CLOSE_IT);
    tap = taps_next(&t, NULL);
    taps_remove(&t, "news", a);
    ck_assert(!tap_is_gone(&t, tap));
    taps_remove(&t, NULL, a);
    ck_assert(tap_is_gone(&t, tap));
    taps_remove(&t, NULL, a);
    taps_add(&t, NULL, a, CHAN_CLOSE_IT);
    ck_assert_uint_eq(count(&t), 2);
    taps_sweep(&t);
    ck_assert_uint_eq(count(&t), 1);
    tap_leave(&t, taps_next(&t, NULL));
    taps_sweep(&t);
    ck_assert_uint_eq(count(&t), 0);
    taps_release(&t);
    flow_is_quiet(a);
    chan_drop(a);
}
END_TEST

START_TEST(a_bell_rings_at_each_change)
{
    struct taps t = begin();
    struct chan *a = flow_new(), *bells[3];

    bells[0] = taps_bell(&t);
    taps_add(&t, NULL, a, CHAN_CLOSE_IT);
    ck_assert(bell_has_rung(bells[0]));
    bells[1] = taps_bell(&t);
    taps_add(&t, NULL, a, CHAN_LEAVE_IT); /* nothing to hurry for */
    ck_assert(!bell_has_rung(bells[1]));
    taps_remove(&t, NULL, a);
    ck_assert(bell_has_rung(bells[1]));
    bells[2] = taps_bell(&t);
    ck_assert(!bell_has_rung(bells[2]));
    taps_fix(&t);
    ck_assert(bell_has_rung(bells[2]));
    ck_assert_ptr_null(taps_bell(&t));
    for (int i = 0; i < 3; i++)
        chan_drop(bells[i]);
    taps_release(&t);
    chan_drop(a);
}
END_TEST

START_TEST(to_close_closes_those_that_are_to_be)
{
    struct taps t = begin();
    struct chan *a = flow_new(), *b = flow_new(), *c = flow_new();

    taps_add(&t, NULL, a, CHAN_CLOSE_IT);
    taps_add(&t, NULL, b, CHAN_LEAVE_IT);
    taps_add(&t, NULL, c, CHAN_CLOSE_IT);
    taps_remove(&t, NULL, c);
    taps_close(&t);
    flow_is_closed(a);
    flow_is_quiet(b);
    flow_is_quiet(c);
    ck_assert_uint_eq(count(&t), 0);
    ck_assert_int_eq(taps_add(&t, NULL, a, CHAN_CLOSE_IT), CHAN_CLOSED);
    ck_assert_uint_eq(count(&t), 0);
    taps_release(&t);
    chan_drop(a);
    chan_drop(b);
    chan_drop(c);
}
END_TEST

START_TEST(out_of_memory_nothing_is_added_and_all_can_be_removed)
{
    struct taps t = begin();
    struct chan *a = flow_new(), *bell;
    enum chan_status status = CHAN_NO_MEMORY;

    for (long n = 0; status != CHAN_OK; n++) {
        ck_assert_int_eq(status, CHAN_NO_MEMORY);
        ck_assert_uint_eq(count(&t), 0);
        starve_after(n);
        status = taps_add(&t, "news", a, CHAN_CLOSE_IT);
        starve_end();
    }
    bell = taps_bell(&t);
    starve_after(0);
    taps_remove(&t, "news", a);
    taps_sweep(&t);
    starve_end();
    ck_assert(bell_has_rung(bell));
    ck_assert_uint_eq(count(&t), 0);
    chan_drop(bell);
    taps_release(&t);
    chan_drop(a);
}
END_TEST

START_TEST(without_memory_there_is_no_list)
{
    struct taps t;
    bool made;

    starve_after(0);
    made = taps_init(&t);
    starve_end();
    ck_assert(!made);
}
END_TEST

UNIT_MAIN("taps", taps_stand_in_the_order_in_which_they_came,
          the_same_tap_again_has_only_another_end,
          what_was_removed_stays_until_it_is_swept, a_bell_rings_at_each_change,
          to_close_closes_those_that_are_to_be,
          out_of_memory_nothing_is_added_and_all_can_be_removed,
          without_memory_there_is_no_list)
