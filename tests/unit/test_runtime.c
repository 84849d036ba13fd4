/* SPDX-License-Identifier: MIT */
#include "runtime.h"

#include "carrier.h"
#include "parley.h"
#include "stack.h"
#include "starve.h"
#include "strand.h"
#include "unit.h"

START_TEST(carriers_take_turns)
{
    struct carrier *first, *second;

    ck_assert_int_eq(runtime_set_carriers(2), CHAN_OK);
    first = runtime_next_carrier();
    second = runtime_next_carrier();
    ck_assert_ptr_nonnull(first);
    ck_assert_ptr_ne(first, second);
    ck_assert_ptr_eq(runtime_next_carrier(), first);
    ck_assert_ptr_eq(runtime_next_carrier(), second);
}
END_TEST

START_TEST(without_other_settings_there_is_one_carrier_and_64_kib_of_stack)
{
    struct carrier *only = runtime_next_carrier();

    ck_assert_ptr_eq(runtime_next_carrier(), only);
    ck_assert_uint_eq(runtime_stacks()->size, 65536);
}
END_TEST

START_TEST(settings_have_their_ranges)
{
    ck_assert_int_eq(runtime_set_carriers(0), CHAN_INVALID);
    ck_assert_int_eq(runtime_set_carriers(1025), CHAN_INVALID);
    ck_assert_int_eq(runtime_set_carriers(1024), CHAN_OK);
    ck_assert_int_eq(runtime_set_stack(16383), CHAN_INVALID);
    ck_assert_int_eq(runtime_set_stack(((size_t)1 << 30) + 1), CHAN_INVALID);
    ck_assert_int_eq(runtime_set_stack(16384), CHAN_OK);
}
END_TEST

START_TEST(the_last_settings_hold_until_it_has_begun)
{
    ck_assert_int_eq(runtime_set_stack(100000), CHAN_OK);
    ck_assert_int_eq(runtime_set_stack(200000), CHAN_OK);
    ck_assert_ptr_nonnull(runtime_next_carrier());
    ck_assert_uint_ge(runtime_stacks()->size, 200000);
    ck_assert_int_eq(runtime_set_stack(300000), CHAN_INVALID);
    ck_assert_int_eq(runtime_set_carriers(2), CHAN_INVALID);
}
END_TEST

START_TEST(a_lookout_is_attended_to_without_processes)
{
    ck_assert(runtime_attend());
    ck_assert(runtime_attend());
    ck_assert_ptr_nonnull(runtime_lookout());
    ck_assert_int_eq(runtime_set_carriers(2), CHAN_INVALID);
}
END_TEST

static char *note_here(void *here)
{
    const struct strand *self = strand_self();

    *(struct here **)here = runtime_here();
    must(runtime_here()->strand == self);
    return NULL;
}

START_TEST(each_thread_has_its_own_here)
{
    struct here *of_thread, *of_process;

    ended(chan_thread(note_here, &of_thread));
    ended(chan_go(note_here, &of_process));
    ck_assert_ptr_ne(of_thread, runtime_here());
    ck_assert_ptr_ne(of_process, runtime_here());
    ck_assert_ptr_null(runtime_here()->carrier);
}
END_TEST

START_TEST(a_beginning_without_memory_is_tried_again)
{
    struct carrier *c;

    runtime_market(); /* what is there from the first call on */
    starve_after(0);
    c = runtime_next_carrier();
    ck_assert_int_gt(starve_end(), 0);
    ck_assert_ptr_null(c);
    ck_assert_int_eq(runtime_set_carriers(2), CHAN_OK); /* it has not begun */
    ck_assert_ptr_nonnull(runtime_next_carrier());
}
END_TEST

UNIT_MAIN("runtime", carriers_take_turns,
          without_other_settings_there_is_one_carrier_and_64_kib_of_stack,
          settings_have_their_ranges, the_last_settings_hold_until_it_has_begun,
          a_lookout_is_attended_to_without_processes, each_thread_has_its_own_here,
          a_beginning_without_memory_is_tried_again)
