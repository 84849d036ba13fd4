/* SPDX-License-Identifier: MIT */
#include "lookout.h"

#include <poll.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "deadline.h"
#include "latch.h"
#include "unit.h"

/* A watch at one end of a pair of sockets, which notes what it is told. */
struct guard {
    struct watch watch;
    struct lookout *lookout;
    struct guard *other; /* for those who do something to it */
    int far, calls;
    short revents;
    struct latch *inside, *go_on;
};

static struct guard *guard_of(struct watch *w)
{
    return (struct guard *)w;
}

static void note(struct watch *w, short revents)
{
    guard_of(w)->calls++;
    guard_of(w)->revents = revents;
}

static void guard_init(struct guard *g, struct lookout *lo,
                       void (*ready)(struct watch *w, short revents))
{
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    *g = (struct guard){.lookout = lo, .far = ends[1]};
    g->watch.fd = ends[0];
    g->watch.events = POLLIN;
    g->watch.deadline_ns = INT64_MAX;
    g->watch.ready = ready;
}

static void guard_release(struct guard *g)
{
    close(g->watch.fd);
    close(g->far);
}

static void ring(struct guard *g)
{
    ck_assert_int_eq(write(g->far, "x", 1), 1);
}

static void begin(struct lookout *lo)
{
    lookout_init(lo);
    ck_assert(lookout_open(lo));
    ck_assert(lookout_open(lo)); /* it is already */
}

/* ---- being told ---- */

START_TEST(a_watch_is_told_as_long_as_there_is_something)
{
    struct lookout lo;
    struct guard g;
    char byte;

    begin(&lo);
    guard_init(&g, &lo, note);
    ck_assert(lookout_add(&lo, &g.watch));
    lookout_poll(&lo, INT64_MIN);
    ck_assert_int_eq(g.calls, 0);
    ring(&g);
    lookout_poll(&lo, INT64_MAX);
    lookout_poll(&lo, INT64_MIN);
    ck_assert_int_eq(g.calls, 2);
    ck_assert_int_eq(g.revents, POLLIN);
    ck_assert_int_eq(read(g.watch.fd, &byte, 1), 1);
    lookout_poll(&lo, INT64_MIN);
    ck_assert_int_eq(g.calls, 2);
    lookout_remove(&lo, &g.watch);
    guard_release(&g);
    lookout_release(&lo);
}
END_TEST

START_TEST(a_watch_is_told_of_the_end_whatever_it_waits_for)
{
    struct lookout lo;
    struct guard g;

    begin(&lo);
    guard_init(&g, &lo, note);
    g.watch.events = 0;
    ck_assert(lookout_add(&lo, &g.watch));
    shutdown(g.far, SHUT_RDWR);
    lookout_poll(&lo, INT64_MAX);
    ck_assert_int_eq(g.revents & POLLHUP, POLLHUP);
    lookout_remove(&lo, &g.watch);
    guard_release(&g);
    lookout_release(&lo);
}
END_TEST

START_TEST(a_watch_is_told_of_other_events_when_they_are_asked_for)
{
    struct lookout lo;
    struct guard g;

    begin(&lo);
    guard_init(&g, &lo, note);
    ck_assert(lookout_add(&lo, &g.watch));
    lookout_change(&lo, &g.watch, POLLIN | POLLOUT, INT64_MAX);
    lookout_poll(&lo, INT64_MAX);
    ck_assert_int_eq(g.revents, POLLOUT);
    lookout_change(&lo, &g.watch, POLLIN, INT64_MAX);
    lookout_poll(&lo, INT64_MIN);
    ck_assert_int_eq(g.calls, 1);
    lookout_remove(&lo, &g.watch);
    guard_release(&g);
    lookout_release(&lo);
}
END_TEST

static void note_once(struct watch *w, short revents)
{
    note(w, revents);
    lookout_change(guard_of(w)->lookout, w, w->events, INT64_MAX);
}

START_TEST(a_watch_is_told_of_its_deadline)
{
    const int64_t began_ns = deadline_now_ns();
    struct lookout lo;
    struct guard g;

    begin(&lo);
    guard_init(&g, &lo, note_once);
    g.watch.deadline_ns = began_ns + 2000000;
    ck_assert(lookout_add(&lo, &g.watch));
    while (g.calls == 0)
        lookout_poll(&lo, INT64_MAX);
    ck_assert_int_ge(deadline_now_ns() - began_ns, 2000000);
    ck_assert_int_eq(g.revents, 0);
    lookout_change(&lo, &g.watch, POLLIN, 0); /* which is past */
    lookout_poll(&lo, INT64_MIN);
    ck_assert_int_eq(g.calls, 2);
    lookout_remove(&lo, &g.watch);
    guard_release(&g);
    lookout_release(&lo);
}
END_TEST

START_TEST(a_watch_may_be_of_the_time_alone)
{
    struct watch w = {.fd = -1, .deadline_ns = 0, .ready = note_once};
    struct lookout lo;
    struct guard g;

    begin(&lo);
    g = (struct guard){.watch = w, .lookout = &lo};
    ck_assert(lookout_add(&lo, &g.watch));
    lookout_poll(&lo, INT64_MAX);
    ck_assert_int_eq(g.calls, 1);
    lookout_remove(&lo, &g.watch);
    lookout_release(&lo);
}
END_TEST

START_TEST(a_poll_ends_in_time)
{
    const int64_t began_ns = deadline_now_ns();
    struct lookout lo;

    begin(&lo);
    lookout_poll(&lo, INT64_MIN);
    lookout_poll(&lo, began_ns + 2000000);
    ck_assert_int_ge(deadline_now_ns() - began_ns, 2000000);
    lookout_release(&lo);
}
END_TEST

START_TEST(what_cannot_be_watched_is_not_added)
{
    struct watch w = {.fd = 1000, .events = POLLIN, .deadline_ns = 0, .ready = note};
    struct lookout lo;

    begin(&lo);
    ck_assert(!lookout_add(&lo, &w));
    lookout_poll(&lo, INT64_MIN);
    lookout_release(&lo);
}
END_TEST

/* ---- removing ---- */

START_TEST(a_watch_that_was_removed_is_told_nothing)
{
    struct lookout lo;
    struct guard g;

    begin(&lo);
    guard_init(&g, &lo, note);
    ck_assert(lookout_add(&lo, &g.watch));
    ring(&g);
    lookout_remove(&lo, &g.watch);
    lookout_poll(&lo, INT64_MIN);
    ck_assert_int_eq(g.calls, 0);
    guard_release(&g);
    lookout_release(&lo);
}
END_TEST

static void remove_both(struct watch *w, short revents)
{
    struct guard *g = guard_of(w);

    note(w, revents);
    lookout_remove(g->lookout, w);
    lookout_remove(g->lookout, &g->other->watch);
    memset(&w->link, 0, sizeof w->link); /* nobody looks at it any more */
    memset(&g->other->watch.link, 0, sizeof w->link);
}

/* Both are due in the same poll: who comes first is the only one to be told. */
START_TEST(a_watch_may_remove_itself_and_others_when_it_is_told)
{
    struct guard a, b;
    struct lookout lo;

    begin(&lo);
    guard_init(&a, &lo, remove_both);
    guard_init(&b, &lo, remove_both);
    a.other = &b;
    b.other = &a;
    ck_assert(lookout_add(&lo, &a.watch) && lookout_add(&lo, &b.watch));
    ring(&a);
    ring(&b);
    lookout_poll(&lo, INT64_MAX);
    lookout_poll(&lo, INT64_MIN);
    ck_assert_int_eq(a.calls + b.calls, 1);
    guard_release(&a);
    guard_release(&b);
    lookout_release(&lo);
}
END_TEST

static void stay_inside(struct watch *w, short revents)
{
    struct guard *g = guard_of(w);

    latch_wake(g->inside);
    latch_wait(g->go_on, INT64_MAX);
    note(w, revents);
}

static void *poll_once(void *lookout)
{
    lookout_poll(lookout, INT64_MAX);
    return NULL;
}

static void *let_go_on(void *latch)
{
    latch_wake(latch);
    return NULL;
}

/* The removal returns when the other thread is through with the watch, not before. */
START_TEST(a_removal_waits_for_the_call_that_is_running)
{
    struct latch inside, go_on;
    struct lookout lo;
    struct guard g;
    pthread_t poller, helper;

    begin(&lo);
    latch_init(&inside);
    latch_init(&go_on);
    guard_init(&g, &lo, stay_inside);
    g.inside = &inside;
    g.go_on = &go_on;
    ck_assert(lookout_add(&lo, &g.watch));
    ring(&g);
    ck_assert_int_eq(pthread_create(&poller, NULL, poll_once, &lo), 0);
    latch_wait(&inside, INT64_MAX);
    ck_assert_int_eq(pthread_create(&helper, NULL, let_go_on, &go_on), 0);
    lookout_remove(&lo, &g.watch);
    ck_assert_int_eq(g.calls, 1);
    pthread_join(poller, NULL);
    pthread_join(helper, NULL);
    guard_release(&g);
    latch_release(&inside);
    latch_release(&go_on);
    lookout_release(&lo);
}
END_TEST

static atomic_bool stop;

static void *poll_until_stopped(void *lookout)
{
    while (!atomic_load(&stop))
        lookout_poll(lookout, INT64_MAX);
    return NULL;
}

/* Keeps the poller, who knows already that there is something, from saying so. */
static void ring_and_keep_waiting(struct lookout *lo, struct guard *g)
{
    pthread_mutex_lock(&lo->lock);
    ring(g);
    while (*(volatile int *)&lo->lock.__data.__lock != 2) /* glibc's: somebody waits */
        sched_yield();
    pthread_mutex_unlock(&lo->lock);
}

/* Mostly who removes comes first, and the poller must not look at what is no more. */
START_TEST(a_removal_may_come_between_the_kernel_and_the_call)
{
    struct lookout lo;
    pthread_t poller;

    begin(&lo);
    ck_assert_int_eq(pthread_create(&poller, NULL, poll_until_stopped, &lo), 0);
    for (int i = 0; i < 200; i++) {
        struct guard *g = malloc(sizeof *g);

        guard_init(g, &lo, note);
        ck_assert(lookout_add(&lo, &g->watch));
        ring_and_keep_waiting(&lo, g);
        lookout_remove(&lo, &g->watch);
        guard_release(g);
        memset(g, 0xff, sizeof *g);
        free(g);
    }
    atomic_store(&stop, true);
    lookout_poke(&lo);
    pthread_join(poller, NULL);
    lookout_release(&lo);
}
END_TEST

/* ---- waking who polls ---- */

static void await_sleep(struct lookout *lo)
{
    bool asleep = false;

    while (!asleep) {
        pthread_mutex_lock(&lo->lock);
        asleep = lo->asleep_until_ns != INT64_MIN;
        pthread_mutex_unlock(&lo->lock);
    }
}

START_TEST(a_poke_ends_a_poll_and_one_that_comes_early_the_next)
{
    struct lookout lo;
    pthread_t poller;

    begin(&lo);
    lookout_poke(&lo);
    lookout_poll(&lo, INT64_MAX);
    ck_assert_int_eq(pthread_create(&poller, NULL, poll_once, &lo), 0);
    await_sleep(&lo);
    lookout_poke(&lo);
    pthread_join(poller, NULL);
    lookout_release(&lo);
}
END_TEST

START_TEST(an_earlier_deadline_ends_a_poll)
{
    struct lookout lo;
    struct guard g;
    pthread_t poller;

    begin(&lo);
    guard_init(&g, &lo, note);
    ck_assert(lookout_add(&lo, &g.watch));
    ck_assert_int_eq(pthread_create(&poller, NULL, poll_once, &lo), 0);
    await_sleep(&lo);
    lookout_change(&lo, &g.watch, POLLIN, deadline_now_ns());
    pthread_join(poller, NULL);
    ck_assert_int_eq(g.calls, 1);
    lookout_remove(&lo, &g.watch);
    guard_release(&g);
    lookout_release(&lo);
}
END_TEST

/* ---- whose turn it is ---- */

START_TEST(one_at_a_time_has_the_lookout)
{
    struct lookout lo;
    struct guard g;

    begin(&lo);
    guard_init(&g, &lo, note);
    ck_assert(!lookout_is_alone(&lo)); /* there is nothing to look out for */
    ck_assert(lookout_add(&lo, &g.watch));
    ck_assert(lookout_is_alone(&lo));
    ck_assert(lookout_claim(&lo));
    ck_assert(!lookout_is_alone(&lo));
    ck_assert(!lookout_claim(&lo));
    lookout_leave(&lo);
    ck_assert(lookout_is_alone(&lo));
    ck_assert(lookout_claim(&lo));
    lookout_remove(&lo, &g.watch);
    guard_release(&g);
    lookout_release(&lo);
}
END_TEST

START_TEST(without_descriptors_it_does_not_open)
{
    struct rlimit before, none;
    struct lookout lo;

    lookout_init(&lo);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 3;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    ck_assert(!lookout_open(&lo));
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
    ck_assert(lookout_open(&lo)); /* as soon as there are some */
    lookout_release(&lo);
}
END_TEST

UNIT_MAIN("lookout", a_watch_is_told_as_long_as_there_is_something,
          a_watch_is_told_of_the_end_whatever_it_waits_for,
          a_watch_is_told_of_other_events_when_they_are_asked_for,
          a_watch_is_told_of_its_deadline, a_watch_may_be_of_the_time_alone,
          a_poll_ends_in_time, what_cannot_be_watched_is_not_added,
          a_watch_that_was_removed_is_told_nothing,
          a_watch_may_remove_itself_and_others_when_it_is_told,
          a_removal_waits_for_the_call_that_is_running,
          a_removal_may_come_between_the_kernel_and_the_call,
          a_poke_ends_a_poll_and_one_that_comes_early_the_next,
          an_earlier_deadline_ends_a_poll, one_at_a_time_has_the_lookout,
          without_descriptors_it_does_not_open)
