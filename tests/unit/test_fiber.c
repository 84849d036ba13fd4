/* SPDX-License-Identifier: MIT */
#include "fiber.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include "stack.h"
#include "unit.h"

enum { SIZE = 65536, ROUNDS = 1000 };

struct ring {
    struct stacks stacks;
    struct fiber thread, fibers[3];
    char *lows[3];
    char trace[64];
    int left;
};

static void ring_begin(struct ring *r)
{
    memset(r, 0, sizeof *r);
    stacks_init(&r->stacks, SIZE);
    fiber_init_thread(&r->thread);
}

static void ring_add(struct ring *r, int i, fiber_fn *fn)
{
    r->lows[i] = stacks_get(&r->stacks);
    ck_assert_ptr_nonnull(r->lows[i]);
    fiber_init(&r->fibers[i], r->lows[i], r->stacks.size, 0, fn, r);
}

static void ring_end(struct ring *r)
{
    for (int i = 0; i < 3; i++) {
        if (!r->lows[i])
            continue;
        fiber_release(&r->fibers[i]);
        stacks_put(&r->stacks, r->lows[i]);
    }
    stacks_release(&r->stacks);
}

static void note(struct ring *r, const char *what)
{
    strcat(r->trace, what);
}

/* ---- there and back ---- */

static void say_one_two(void *arg)
{
    struct ring *r = arg;

    note(r, "1");
    fiber_switch(&r->fibers[0], &r->thread);
    note(r, "2");
    fiber_end(&r->thread);
}

START_TEST(a_fiber_runs_when_it_is_switched_to_and_goes_on_where_it_was)
{
    struct ring r;

    ring_begin(&r);
    ring_add(&r, 0, say_one_two);
    ck_assert_str_eq(r.trace, "");
    fiber_switch(&r.thread, &r.fibers[0]);
    note(&r, "a");
    fiber_switch(&r.thread, &r.fibers[0]);
    note(&r, "b");
    ck_assert_str_eq(r.trace, "1a2b");
    ring_end(&r);
}
END_TEST

/* ---- from one to the other ---- */

static void to_second(void *arg)
{
    struct ring *r = arg;

    note(r, "first ");
    fiber_switch(&r->fibers[0], &r->fibers[1]);
    note(r, "first again");
    fiber_end(&r->thread);
}

static void to_first(void *arg)
{
    struct ring *r = arg;

    note(r, "second ");
    fiber_end(&r->fibers[0]);
}

START_TEST(fibers_switch_to_each_other_without_the_thread)
{
    struct ring r;

    ring_begin(&r);
    ring_add(&r, 0, to_second);
    ring_add(&r, 1, to_first);
    fiber_switch(&r.thread, &r.fibers[0]);
    ck_assert_str_eq(r.trace, "first second first again");
    ring_end(&r);
}
END_TEST

/* ---- each has its own ---- */

/* Fills most of its stack with its number, and finds it there whenever it comes back. */
static void keep_numbers(struct ring *r, int self)
{
    volatile unsigned char numbers[SIZE / 2];

    memset((void *)numbers, self + 1, sizeof numbers);
    while (r->left > 0) {
        r->left--;
        fiber_switch(&r->fibers[self], &r->fibers[(self + 1) % 3]);
        for (size_t i = 0; i < sizeof numbers; i += 64)
            if (numbers[i] != self + 1)
                abort();
    }
    fiber_end(self == 2 ? &r->thread : &r->fibers[self + 1]);
}

static void keep_first(void *arg)
{
    keep_numbers(arg, 0);
}

static void keep_second(void *arg)
{
    keep_numbers(arg, 1);
}

static void keep_third(void *arg)
{
    keep_numbers(arg, 2);
}

START_TEST(each_fiber_has_a_stack_of_its_own)
{
    struct ring r;

    ring_begin(&r);
    ring_add(&r, 0, keep_first);
    ring_add(&r, 1, keep_second);
    ring_add(&r, 2, keep_third);
    r.left = 3 * ROUNDS;
    fiber_switch(&r.thread, &r.fibers[0]);
    ck_assert_int_eq(r.left, 0);
    ring_end(&r);
}
END_TEST

/* ---- again and again ---- */

static void end_at_once(void *arg)
{
    struct ring *r = arg;

    r->left--;
    fiber_end(&r->thread);
}

START_TEST(a_stack_serves_one_fiber_after_the_other)
{
    struct ring r;

    ring_begin(&r);
    r.left = ROUNDS;
    for (int i = 0; i < ROUNDS; i++) {
        ring_add(&r, 0, end_at_once);
        fiber_switch(&r.thread, &r.fibers[0]);
        fiber_release(&r.fibers[0]);
        stacks_put(&r.stacks, r.lows[0]);
        r.lows[0] = NULL;
    }
    ck_assert_int_eq(r.left, 0);
    ck_assert_uint_eq(r.stacks.kept_count, 1);
    ring_end(&r);
}
END_TEST

static void *ring_of_a_thread(void *arg)
{
    struct ring r;

    (void)arg;
    ring_begin(&r);
    ring_add(&r, 0, say_one_two);
    for (int i = 0; i < 2; i++)
        fiber_switch(&r.thread, &r.fibers[0]);
    if (strcmp(r.trace, "12") != 0)
        abort();
    ring_end(&r);
    return NULL;
}

START_TEST(threads_have_their_fibers_at_the_same_time)
{
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, ring_of_a_thread, NULL), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}
END_TEST

/* ---- signals ---- */

static void look_at_signals(void *arg)
{
    struct ring *r = arg;
    sigset_t mask;

    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    note(r, sigismember(&mask, SIGTERM) ? "blocked" : "open");
    note(r, sigismember(&mask, SIGSEGV) ? " blocked" : " open");
    fiber_end(&r->thread);
}

/* Whoever makes a fiber has its own signals; it runs on a thread of the library's. */
START_TEST(signals_are_not_for_a_fiber_but_faults_are)
{
    struct ring r;
    sigset_t mask;

    ring_begin(&r);
    ring_add(&r, 0, look_at_signals);
    fiber_switch(&r.thread, &r.fibers[0]);
    ck_assert_str_eq(r.trace, "blocked open");
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    ck_assert(!sigismember(&mask, SIGTERM));
    ring_end(&r);
}
END_TEST

UNIT_MAIN("fiber", a_fiber_runs_when_it_is_switched_to_and_goes_on_where_it_was,
          fibers_switch_to_each_other_without_the_thread,
          each_fiber_has_a_stack_of_its_own, a_stack_serves_one_fiber_after_the_other,
          threads_have_their_fibers_at_the_same_time,
          signals_are_not_for_a_fiber_but_faults_are)
