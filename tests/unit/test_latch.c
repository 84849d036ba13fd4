/* SPDX-License-Identifier: MIT */
#include "latch.h"

#include "deadline.h"
#include "unit.h"

enum { ROUNDS = 2000 };

START_TEST(a_wake_up_that_came_before_ends_one_wait)
{
    struct latch l;
    int64_t began_ns;

    latch_init(&l);
    latch_wake(&l);
    latch_wake(&l); /* of several, one is left */
    latch_wait(&l, INT64_MAX);
    began_ns = deadline_now_ns();
    latch_wait(&l, began_ns + 2000000);
    ck_assert_int_ge(deadline_now_ns() - began_ns, 2000000);
    latch_release(&l);
}
END_TEST

START_TEST(the_past_is_not_waited_for)
{
    struct latch l;

    latch_init(&l);
    latch_wait(&l, 0);
    latch_wait(&l, deadline_now_ns());
    latch_release(&l);
}
END_TEST

/* Two who answer each other: if a wake-up were lost, both would wait for ever. */
struct pair {
    struct latch here, there;
};

static void *answer(void *arg)
{
    struct pair *p = arg;

    for (int i = 0; i < ROUNDS; i++) {
        latch_wait(&p->there, INT64_MAX);
        latch_wake(&p->here);
    }
    return NULL;
}

START_TEST(no_wake_up_gets_lost_between_threads)
{
    struct pair p;
    pthread_t other;

    latch_init(&p.here);
    latch_init(&p.there);
    ck_assert_int_eq(pthread_create(&other, NULL, answer, &p), 0);
    for (int i = 0; i < ROUNDS; i++) {
        latch_wake(&p.there);
        latch_wait(&p.here, i % 2 ? INT64_MAX : deadline_after_ms(60000));
    }
    pthread_join(other, NULL);
    latch_release(&p.here);
    latch_release(&p.there);
}
END_TEST

/* Who was woken may release it, while the other may still be about to return. */
static void *wake(void *latch)
{
    latch_wake(latch);
    return NULL;
}

START_TEST(who_was_woken_may_release_it_at_once)
{
    for (int i = 0; i < 200; i++) {
        struct latch *l = malloc(sizeof *l);
        pthread_t other;

        latch_init(l);
        ck_assert_int_eq(pthread_create(&other, NULL, wake, l), 0);
        latch_wait(l, INT64_MAX);
        latch_release(l);
        free(l);
        pthread_join(other, NULL);
    }
}
END_TEST

UNIT_MAIN("latch", a_wake_up_that_came_before_ends_one_wait, the_past_is_not_waited_for,
          no_wake_up_gets_lost_between_threads, who_was_woken_may_release_it_at_once)
