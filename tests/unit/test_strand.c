/* SPDX-License-Identifier: MIT */
#include "strand.h"

#include <stdatomic.h>
#include "deadline.h"
#include "parley.h"
#include "starve.h"
#include "unit.h"

/* ---- who is who ---- */

static char *note_self(void *arg)
{
    *(struct strand **)arg = strand_self();
    must(strand_self() == strand_self());
    return NULL;
}

START_TEST(a_thread_is_a_strand_and_each_another)
{
    struct strand *other = NULL;

    ended(chan_thread(note_self, &other));
    ck_assert_ptr_nonnull(other);
    ck_assert_ptr_ne(other, strand_self());
    ck_assert(!strand_is_process(strand_self()));
}
END_TEST

struct two {
    struct strand *outer, *inner;
};

static char *note_both(void *arg)
{
    struct two *two = arg;

    two->outer = strand_self();
    must(strand_is_process(two->outer));
    ended(chan_go(note_self, &two->inner));
    must(two->outer == strand_self());
    return NULL;
}

START_TEST(a_process_is_a_strand_and_each_another)
{
    struct two two = {NULL, NULL};

    ended(chan_go(note_both, &two));
    ck_assert_ptr_nonnull(two.outer);
    ck_assert_ptr_nonnull(two.inner);
    ck_assert_ptr_ne(two.outer, two.inner);
}
END_TEST

static char *fail_a_call(void *arg)
{
    (void)arg;
    must(chan_close(NULL) == CHAN_INVALID);
    chan_yield();
    must(chan_close(NULL) == CHAN_INVALID);
    must(chan_last()->status == CHAN_INVALID);
    return NULL;
}

static void keep_apart(void)
{
    struct chan *other = chan_go(fail_a_call, NULL);

    for (int i = 0; i < 3; i++) {
        chan_yield();
        ck_assert_int_eq(chan_last()->status, CHAN_OK);
    }
    ended(other);
}

START_TEST(each_keeps_the_end_of_its_own_last_call)
{
    as_process(keep_apart);
    ended(chan_thread(fail_a_call, NULL));
    ck_assert_int_eq(chan_last()->status, CHAN_CLOSED); /* of ended */
}
END_TEST

/* ---- waiting ---- */

static void wait_and_wake(void)
{
    const int64_t began_ns = deadline_now_ns();
    struct strand *self = strand_self();

    strand_wake(self);
    strand_wake(self);
    strand_wait(self, INT64_MAX);
    ck_assert_int_lt(deadline_now_ns() - began_ns, INT64_C(60000000000));
    strand_wait(self, began_ns); /* the past */
    strand_wait(self, deadline_now_ns() + 2000000);
    ck_assert_int_ge(deadline_now_ns() - began_ns, 2000000);
}

START_TEST(a_thread_waits_for_a_wake_up_or_the_time)
{
    wait_and_wake();
}
END_TEST

START_TEST(a_process_waits_for_a_wake_up_or_the_time)
{
    as_process(wait_and_wake);
}
END_TEST

/* Two who wake each other in turns; nobody leaves while it may still be woken. */
struct game {
    struct strand *players[2];
    atomic_int turn, seated, done;
};

enum { TURNS = 3000 };

static void play(struct game *g, int self)
{
    g->players[self] = strand_self();
    atomic_fetch_add(&g->seated, 1);
    while (atomic_load(&g->seated) < 2)
        chan_yield();
    for (int turn = self; turn < TURNS; turn += 2) {
        while (atomic_load(&g->turn) != turn)
            strand_wait(g->players[self], INT64_MAX);
        atomic_store(&g->turn, turn + 1);
        strand_wake(g->players[1 - self]);
    }
    atomic_fetch_add(&g->done, 1);
    while (atomic_load(&g->done) < 2)
        chan_yield();
}

static char *play_first(void *arg)
{
    play(arg, 0);
    return NULL;
}

static char *play_second(void *arg)
{
    play(arg, 1);
    return NULL;
}

typedef struct chan *start_fn(chan_fn *fn, void *arg);

static void hold_game(start_fn *first, start_fn *second)
{
    struct game g = {{NULL, NULL}, 0, 0, 0};
    struct chan *a = first(play_first, &g), *b = second(play_second, &g);

    ended(a);
    ended(b);
    ck_assert_int_eq(atomic_load(&g.turn), TURNS);
}

START_TEST(no_wake_up_gets_lost_between_whomsoever)
{
    ck_assert_int_eq(chan_threads(2), CHAN_OK); /* processes of two threads */
    hold_game(chan_go, chan_go);
    hold_game(chan_go, chan_thread);
    hold_game(chan_thread, chan_go);
    hold_game(chan_thread, chan_thread);
}
END_TEST

START_TEST(no_wake_up_gets_lost_between_processes_of_a_thread)
{
    hold_game(chan_go, chan_go);
}
END_TEST

/* ---- the end of a thread ---- */

static void call_once_more(void *arg)
{
    (void)arg;
    must(chan_close(NULL) == CHAN_INVALID);
    must(chan_last()->status == CHAN_INVALID);
}

static void *end_with(void *key)
{
    must(chan_yield() == CHAN_OK);
    must(pthread_setspecific(*(pthread_key_t *)key, key) == 0);
    return NULL;
}

/* Keys are destroyed in the order in which they were made: the library's own first. */
START_TEST(a_thread_that_ends_may_still_call)
{
    pthread_key_t key;
    pthread_t thread;

    ck_assert_int_eq(chan_yield(), CHAN_OK);
    ck_assert_int_eq(pthread_key_create(&key, call_once_more), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, end_with, &key), 0);
    pthread_join(thread, NULL);
    pthread_key_delete(key);
}
END_TEST

/* ---- no memory ---- */

static void *starve(void *arg)
{
    struct strand *self;
    enum chan_status status;

    (void)arg;
    starve_after(0);
    self = strand_self();
    status = chan_last()->status;
    must(starve_end() > 0);
    must(!self && status == CHAN_NO_MEMORY);
    must(strand_self() && chan_last()->status == CHAN_OK);
    return NULL;
}

START_TEST(a_thread_without_memory_has_no_strand_but_is_told)
{
    pthread_t thread;

    must(pthread_create(&thread, NULL, starve, NULL) == 0); /* Check would starve too */
    pthread_join(thread, NULL);
}
END_TEST

UNIT_MAIN("strand", a_thread_is_a_strand_and_each_another,
          a_process_is_a_strand_and_each_another, each_keeps_the_end_of_its_own_last_call,
          a_thread_waits_for_a_wake_up_or_the_time,
          a_process_waits_for_a_wake_up_or_the_time,
          no_wake_up_gets_lost_between_whomsoever,
          no_wake_up_gets_lost_between_processes_of_a_thread,
          a_thread_that_ends_may_still_call,
          a_thread_without_memory_has_no_strand_but_is_told)
