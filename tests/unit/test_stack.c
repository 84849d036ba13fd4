/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include "unit.h"

/* Asks the kernel whether the byte can be read: it may not be so for us to find out. */
static bool is_readable(const char *byte)
{
    int ends[2];
    ssize_t written;

    ck_assert_int_eq(pipe(ends), 0);
    written = write(ends[1], byte, 1);
    if (written < 0)
        ck_assert_int_eq(errno, EFAULT);
    close(ends[0]);
    close(ends[1]);
    return written == 1;
}

START_TEST(a_stack_is_of_whole_pages_and_all_of_it_can_be_used)
{
    struct stacks s;
    char *low;

    stacks_init(&s, 20001);
    ck_assert_uint_ge(s.size, 20001);
    ck_assert_uint_lt(s.size, 20001 + s.page);
    ck_assert_uint_eq(s.size % s.page, 0);
    low = stacks_get(&s);
    ck_assert_ptr_nonnull(low);
    memset(low, 1, s.size);
    stacks_put(&s, low);
    stacks_release(&s);
}
END_TEST

START_TEST(the_page_below_a_stack_is_out_of_bounds)
{
    struct stacks s;
    char *low;

    stacks_init(&s, 16384);
    low = stacks_get(&s);
    ck_assert(is_readable(low));
    ck_assert(!is_readable(low - 1));
    ck_assert(!is_readable(low - s.page));
    stacks_put(&s, low);
    low = stacks_get(&s); /* and still is when it is used again */
    ck_assert(!is_readable(low - 1));
    stacks_put(&s, low);
    stacks_release(&s);
}
END_TEST

START_TEST(a_stack_given_back_is_the_next)
{
    struct stacks s;
    char *first, *second;

    stacks_init(&s, 65536);
    first = stacks_get(&s);
    second = stacks_get(&s);
    ck_assert_ptr_ne(first, second);
    stacks_put(&s, first);
    ck_assert_ptr_eq(stacks_get(&s), first);
    stacks_put(&s, first);
    stacks_put(&s, second);
    stacks_release(&s);
}
END_TEST

/* How many are kept of `count` that are given back. */
static size_t kept_of(size_t size, size_t count)
{
    char **lows = calloc(count, sizeof *lows);
    struct stacks s;
    size_t kept = 0;

    stacks_init(&s, size);
    for (size_t i = 0; i < count; i++)
        ck_assert_ptr_nonnull(lows[i] = stacks_get(&s));
    for (size_t i = 0; i < count; i++)
        stacks_put(&s, lows[i]);
    for (size_t i = 0; i < count; i++)
        kept += is_readable(lows[i]) ? 1 : 0;
    ck_assert_uint_eq(s.kept_count, kept);
    stacks_release(&s);
    for (size_t i = 0; i < count; i++)
        ck_assert(!is_readable(lows[i]));
    free(lows);
    return kept;
}

START_TEST(so_many_stacks_are_kept_and_no_more)
{
    ck_assert_uint_eq(kept_of(16384, 20), 20);
    ck_assert_uint_eq(kept_of(16384, STACKS_KEPT_MAX + 20), STACKS_KEPT_MAX);
}
END_TEST

START_TEST(so_many_bytes_are_kept_and_no_more)
{
    ck_assert_uint_eq(kept_of(STACKS_KEPT_BYTES / 4, 10), 4);
    ck_assert_uint_eq(kept_of(STACKS_KEPT_BYTES * 2, 2), 0);
}
END_TEST

START_TEST(a_stack_that_cannot_be_had_is_null)
{
    struct stacks s;

    stacks_init(&s, (size_t)1 << 52);
    ck_assert_ptr_null(stacks_get(&s));
    stacks_release(&s);
}
END_TEST

UNIT_MAIN("stack", a_stack_is_of_whole_pages_and_all_of_it_can_be_used,
          the_page_below_a_stack_is_out_of_bounds, a_stack_given_back_is_the_next,
          so_many_stacks_are_kept_and_no_more, so_many_bytes_are_kept_and_no_more,
          a_stack_that_cannot_be_had_is_null)
