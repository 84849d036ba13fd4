/* SPDX-License-Identifier: MIT */
#include "task.h"

#include "parley.h"
#include "starve.h"
#include "unit.h"

static char *double_it(void *arg)
{
    char *result = malloc(16);

    snprintf(result, 16, "%d", 2 * *(int *)arg);
    return result;
}

static char *nothing(void *arg)
{
    *(int *)arg = 1;
    return NULL;
}

static char *no_json(void *arg)
{
    (void)arg;
    return strdup("not JSON");
}

START_TEST(a_result_is_put_and_then_the_channel_is_closed)
{
    int number = 21;
    struct chan *result;
    struct task t;

    ck_assert(task_init(&t, double_it, &number));
    result = chan_hold(t.result);
    ck_assert_int_eq(take_now(result), CHAN_TIMEOUT);
    task_run(&t);
    ck_assert(hears(result, "42"));
    ck_assert_int_eq(take_now(result), CHAN_CLOSED);
    chan_drop(result);
}
END_TEST

START_TEST(without_a_result_the_channel_is_just_closed)
{
    int ran = 0;
    struct chan *result;
    struct task t;

    ck_assert(task_init(&t, nothing, &ran));
    result = chan_hold(t.result);
    task_run(&t);
    ck_assert_int_eq(ran, 1);
    ck_assert_int_eq(take_now(result), CHAN_CLOSED);
    chan_drop(result);
}
END_TEST

START_TEST(a_result_that_is_no_json_is_none)
{
    struct chan *result;
    struct task t;

    ck_assert(task_init(&t, no_json, NULL));
    result = chan_hold(t.result);
    task_run(&t);
    ck_assert_int_eq(take_now(result), CHAN_CLOSED);
    chan_drop(result);
}
END_TEST

START_TEST(nobody_needs_to_care_for_the_result)
{
    int number = 1;
    struct task t;

    ck_assert(task_init(&t, double_it, &number));
    task_run(&t);
    ck_assert_int_eq(runtime_market()->exchange.bytes, 0);
}
END_TEST

START_TEST(a_task_that_is_not_run_leaves_nothing)
{
    struct task t;

    ck_assert(task_init(&t, double_it, NULL));
    task_release(&t);
}
END_TEST

START_TEST(a_task_without_memory_says_so)
{
    bool made = false;

    chan_yield(); /* who never called has nowhere to keep the outcome */
    for (long n = 0; !made; n++) {
        struct task t;

        starve_after(n);
        made = task_init(&t, double_it, NULL);
        ck_assert_int_eq(starve_end() > 0, !made);
        ck_assert_int_eq(chan_last()->status, made ? CHAN_OK : CHAN_NO_MEMORY);
        if (made)
            task_release(&t);
    }
}
END_TEST

UNIT_MAIN("task", a_result_is_put_and_then_the_channel_is_closed,
          without_a_result_the_channel_is_just_closed, a_result_that_is_no_json_is_none,
          nobody_needs_to_care_for_the_result, a_task_that_is_not_run_leaves_nothing,
          a_task_without_memory_says_so)
