/* SPDX-License-Identifier: MIT */
#include <unistd.h>
#include "chan.h"
#include "deadline.h"
#include "parley.h"
#include "stack.h"
#include "starve.h"
#include "strand.h"
#include "unit.h"

/* ---- results ---- */

static char *square(void *arg)
{
    const int n = *(int *)arg;
    char *result = malloc(16);

    snprintf(result, 16, "%d", n * n);
    return result;
}

static char *nothing(void *arg)
{
    return arg;
}

START_TEST(a_process_yields_its_result_and_then_nothing)
{
    int n = 12;
    struct chan *result = chan_go(square, &n);

    ck_assert(hears(result, "144"));
    ended(result);
    ended(chan_go(nothing, NULL));
}
END_TEST

START_TEST(a_thread_yields_its_result_and_then_nothing)
{
    int n = 13;
    struct chan *result = chan_thread(square, &n);

    ck_assert(hears(result, "169"));
    ended(result);
    ended(chan_thread(nothing, NULL));
}
END_TEST

static char *sum_up(void *arg)
{
    int *n = arg, smaller = *n - 1, sum;
    struct chan *result;
    char *text = malloc(16);

    if (*n == 0)
        return strcpy(text, "0");
    result = (*n % 3 == 0 ? chan_thread : chan_go)(sum_up, &smaller);
    sum = *n + atoi(hear(result));
    ended(result);
    snprintf(text, 16, "%d", sum);
    return text;
}

START_TEST(processes_and_threads_make_others)
{
    int n = 40;
    struct chan *result = chan_go(sum_up, &n);

    ck_assert(hears(result, "820"));
    ended(result);
}
END_TEST

START_TEST(nobody_needs_to_wait_for_a_result)
{
    static int n = 14;

    chan_drop(chan_go(square, &n));
    ended(chan_go(nothing, NULL)); /* which runs behind the other */
}
END_TEST

START_TEST(a_function_is_needed)
{
    ck_assert_ptr_null(chan_go(NULL, NULL));
    ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
    ck_assert_str_eq(chan_message(), "there is no function");
    ck_assert_ptr_null(chan_thread(NULL, NULL));
    ck_assert_int_eq(chan_last()->status, CHAN_INVALID);
}
END_TEST

START_TEST(what_was_taken_is_still_there_when_a_process_has_been_made)
{
    struct chan *ch = chan_local(CHAN_FIXED, 1), *result;
    const char *value;

    say(ch, "[\"kept\"]");
    value = hear(ch);
    result = chan_go(nothing, NULL);
    ck_assert_int_eq(chan_last()->status, CHAN_OK);
    ck_assert_str_eq(value, "[\"kept\"]");
    ended(result);
    chan_drop(ch);
}
END_TEST

/* ---- many ---- */

static char *pass_on(void *arg)
{
    struct chan **pair = arg;
    char digits[16];

    snprintf(digits, sizeof digits, "%d", atoi(hear(pair[0])) + 1);
    say(pair[1], digits);
    return NULL;
}

/* A chain, of which each adds one. */
START_TEST(thousands_of_processes_park_at_once)
{
    enum { COUNT = PARLEY_SANITIZED ? 500 : 10000 };
    struct chan **chain = calloc(COUNT + 1, sizeof *chain);
    char expected[16];

    for (int i = 0; i <= COUNT; i++)
        chain[i] = chan_local(CHAN_NONE, 0);
    for (int i = 0; i < COUNT; i++)
        chan_drop(chan_go(pass_on, &chain[i]));
    say(chain[0], "0");
    snprintf(expected, sizeof expected, "%d", COUNT);
    ck_assert(hears(chain[COUNT], expected));
    await_parked(0);
    ended(chan_go(nothing, NULL)); /* all others have ended before it */
    for (int i = 0; i <= COUNT; i++)
        chan_drop(chain[i]);
    free(chain);
}
END_TEST

/* Bytes of memory in use, of this program. */
static long resident(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    long pages = 0;

    must(f && fscanf(f, "%*d %ld", &pages) == 1);
    fclose(f);
    return pages * sysconf(_SC_PAGESIZE);
}

static char *wait_for_the_close(void *ch)
{
    const char *value;

    must(chan_take(ch, CHAN_FOREVER, &value, NULL) == CHAN_CLOSED);
    return NULL;
}

/* That is for 20,000 to fit in 320 MB; of which a remote take needs some as well. */
START_TEST(a_parked_process_takes_eight_kib_at_most)
{
    enum { COUNT = 2000 };
    struct chan *gate = chan_local(CHAN_NONE, 0);
    long before, after;

    ended(chan_go(nothing, NULL));
    before = resident();
    for (int i = 0; i < COUNT; i++)
        chan_drop(chan_go(wait_for_the_close, gate));
    await_parked(COUNT);
    after = resident();
    if (!PARLEY_SANITIZED)
        ck_assert_int_le((after - before) / COUNT, 8192);
    chan_close(gate);
    await_parked(0);
    ended(chan_go(nothing, NULL));
    chan_drop(gate);
}
END_TEST

/* ---- sleeping and yielding ---- */

static void sleep_a_little(void)
{
    const int64_t began_ns = deadline_now_ns();

    strand_wake(strand_self()); /* which is no reason to end early */
    ck_assert_int_eq(chan_sleep(3), CHAN_OK);
    ck_assert_int_ge(deadline_now_ns() - began_ns, 3000000);
    ck_assert_int_eq(chan_sleep(0), CHAN_OK);
}

START_TEST(a_process_sleeps)
{
    as_process(sleep_a_little);
}
END_TEST

START_TEST(a_thread_sleeps)
{
    sleep_a_little();
}
END_TEST

START_TEST(a_yield_is_nothing_to_a_thread)
{
    ck_assert_int_eq(chan_yield(), CHAN_OK);
    ck_assert_int_eq(chan_last()->status, CHAN_OK);
}
END_TEST

/* ---- settings ---- */

START_TEST(settings_come_before_the_first_process)
{
    ck_assert_int_eq(chan_threads(0), CHAN_INVALID);
    ck_assert_str_eq(chan_message(),
                     "1 to 1,024 threads can be had, before the first chan_go");
    ck_assert_int_eq(chan_threads(2), CHAN_OK);
    ck_assert_int_eq(chan_stack(1), CHAN_INVALID);
    ck_assert_str_eq(chan_message(),
                     "a stack can have 2^14 to 2^30 bytes, before the first chan_go");
    ck_assert_int_eq(chan_stack(32768), CHAN_OK);
    ended(chan_thread(nothing, NULL)); /* which is none */
    ck_assert_int_eq(chan_threads(3), CHAN_OK);
    ended(chan_go(nothing, NULL));
    ck_assert_int_eq(chan_threads(3), CHAN_INVALID);
    ck_assert_int_eq(chan_stack(65536), CHAN_INVALID);
}
END_TEST

/* ---- what cannot be had ---- */

/* The thread of processes is there already: it might be the one to find no memory. */
START_TEST(out_of_memory_is_reported_and_nothing_runs)
{
    struct chan *result = NULL;

    ended(chan_go(nothing, NULL));
    for (long n = 0; !result; n++) {
        starve_after(n);
        result = chan_go(nothing, NULL);
        starve_end();
        ck_assert_int_eq(chan_last()->status, result ? CHAN_OK : CHAN_NO_MEMORY);
    }
    ended(result);
}
END_TEST

/* None is kept, and one of this size is not to be had. */
START_TEST(without_memory_for_another_stack_there_is_no_process)
{
    struct stacks *stacks = runtime_next_carrier() ? runtime_stacks() : NULL;

    ck_assert_ptr_nonnull(stacks);
    stacks->size = (size_t)1 << 52;
    ck_assert_ptr_null(chan_go(nothing, NULL));
    ck_assert_int_eq(chan_last()->status, CHAN_NO_MEMORY);
    ck_assert_str_eq(chan_message(), "no memory, or no more maps, for another stack");
    stacks->size = 65536;
    ended(chan_go(nothing, NULL));
}
END_TEST

UNIT_MAIN("go", a_process_yields_its_result_and_then_nothing,
          a_thread_yields_its_result_and_then_nothing, processes_and_threads_make_others,
          nobody_needs_to_wait_for_a_result, a_function_is_needed,
          what_was_taken_is_still_there_when_a_process_has_been_made,
          thousands_of_processes_park_at_once, a_parked_process_takes_eight_kib_at_most,
          a_process_sleeps, a_thread_sleeps, a_yield_is_nothing_to_a_thread,
          settings_come_before_the_first_process,
          out_of_memory_is_reported_and_nothing_runs,
          without_memory_for_another_stack_there_is_no_process)
