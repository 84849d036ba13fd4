/* SPDX-License-Identifier: MIT */
#include "process.h"

#include "carrier.h"
#include "parley.h"
#include "unit.h"

/* ---- where it lies ---- */

static char *nothing(void *arg)
{
    return arg;
}

START_TEST(a_process_lies_at_the_upper_end_of_its_stack)
{
    struct carrier *carrier = runtime_next_carrier();
    struct stacks *stacks = runtime_stacks();
    struct process *p;
    struct task task;

    ck_assert(task_init(&task, nothing, NULL));
    p = process_new(carrier, stacks, &task);
    ck_assert_ptr_nonnull(p);
    ck_assert_uint_eq((uintptr_t)p % 64, 0);
    ck_assert((char *)p > p->low && (char *)(p + 1) <= p->low + stacks->size);
    ck_assert_uint_lt(stacks->size - (size_t)((char *)p - p->low), 8192);
    ck_assert(strand_is_process(&p->strand) && p->carrier == carrier);
    ck_assert(p->task.fn == nothing && p->task.result == task.result);
    process_free(p);
    task_release(&task);
    ck_assert_uint_eq(stacks->kept_count, 1);
}
END_TEST

START_TEST(without_a_stack_there_is_no_process)
{
    struct stacks stacks;
    struct task task = {nothing, NULL, NULL};

    stacks_init(&stacks, (size_t)1 << 52);
    ck_assert_ptr_null(process_new(runtime_next_carrier(), &stacks, &task));
    stacks_release(&stacks);
}
END_TEST

/* ---- what it runs on ---- */

/* Uses so much stack, and finds all of it as it was behind a wait. */
static char *use_stack(void *bytes)
{
    const size_t size = *(size_t *)bytes;
    volatile char deep[size];

    memset((char *)deep, 7, size);
    chan_yield();
    for (size_t i = 0; i < size; i += 512)
        must(deep[i] == 7);
    return NULL;
}

static void use_stacks(size_t bytes)
{
    struct chan *a = chan_go(use_stack, &bytes), *b = chan_go(use_stack, &bytes);

    ended(a);
    ended(b);
}

START_TEST(most_of_the_stack_is_for_the_function)
{
    use_stacks(40000);
}
END_TEST

START_TEST(a_larger_stack_can_be_had)
{
    ck_assert_int_eq(chan_stack(1 << 20), CHAN_OK);
    use_stacks(1000000);
}
END_TEST

/* ---- what it leaves ---- */

static char *take_one(void *ch)
{
    return strdup(hear(ch));
}

/* Each that ends leaves its stack to one that comes; its outcome's memory is freed. */
START_TEST(processes_that_come_and_go_need_no_more_than_there_are_at_once)
{
    enum { ROUNDS = 300, AT_ONCE = 5 };
    struct chan *ch = chan_local(CHAN_NONE, 0), *results[AT_ONCE];

    for (int i = 0; i < ROUNDS; i++) {
        for (int j = 0; j < AT_ONCE; j++)
            results[j] = chan_go(take_one, ch);
        for (int j = 0; j < AT_ONCE; j++)
            say(ch, "[\"of some length, so that it has to be kept somewhere\"]");
        for (int j = 0; j < AT_ONCE; j++) {
            hear(results[j]);
            ended(results[j]);
        }
    }
    chan_drop(ch);
    pthread_mutex_lock(&runtime_stacks()->lock);
    ck_assert_uint_le(runtime_stacks()->kept_count, AT_ONCE + 1);
    pthread_mutex_unlock(&runtime_stacks()->lock);
}
END_TEST

UNIT_MAIN("process", a_process_lies_at_the_upper_end_of_its_stack,
          without_a_stack_there_is_no_process, most_of_the_stack_is_for_the_function,
          a_larger_stack_can_be_had,
          processes_that_come_and_go_need_no_more_than_there_are_at_once)
