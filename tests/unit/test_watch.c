/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <poll.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include "deadline.h"
#include "parley.h"
#include "strand.h"
#include "unit.h"

/* A watch at one end of a pair of sockets, which wakes a strand. */
struct guard {
    struct watch watch;
    struct strand *strand; /* may be NULL */
    int far;
    atomic_int calls;
};

static void tell(struct watch *w, short revents)
{
    struct guard *g = (struct guard *)w;
    char byte;

    must(revents == POLLIN && read(w->fd, &byte, 1) == 1);
    atomic_fetch_add(&g->calls, 1);
    if (g->strand)
        strand_wake(g->strand);
}

static void guard_init(struct guard *g, struct strand *strand)
{
    int ends[2];

    must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    memset(g, 0, sizeof *g);
    g->strand = strand;
    g->far = ends[1];
    g->watch = (struct watch){
        .fd = ends[0], .events = POLLIN, .deadline_ns = INT64_MAX, .ready = tell};
}

static void guard_release(struct guard *g)
{
    watch_remove(&g->watch);
    close(g->watch.fd);
    close(g->far);
}

static void ring(struct guard *g)
{
    must(write(g->far, "x", 1) == 1);
}

static void await(struct guard *g, int calls)
{
    while (atomic_load(&g->calls) < calls)
        strand_wait(g->strand, INT64_MAX);
}

/* ---- who looks after it ---- */

START_TEST(without_any_process_a_thread_of_processes_looks_after_it)
{
    struct guard g;

    guard_init(&g, strand_self());
    ck_assert(watch_add(&g.watch));
    for (int i = 1; i <= 3; i++) {
        ring(&g);
        await(&g, i);
    }
    guard_release(&g);
}
END_TEST

static void wait_for_the_watch(void)
{
    struct guard g;

    guard_init(&g, strand_self());
    ck_assert(watch_add(&g.watch));
    for (int i = 1; i <= 3; i++) {
        ring(&g);
        await(&g, i);
    }
    guard_release(&g);
}

START_TEST(a_process_waits_for_it)
{
    as_process(wait_for_the_watch);
}
END_TEST

static char *always_ready(void *arg)
{
    struct guard *g = arg;

    while (atomic_load(&g->calls) == 0)
        chan_yield();
    return NULL;
}

START_TEST(it_is_looked_after_though_processes_can_always_run)
{
    struct chan *first, *second;
    struct guard g;

    guard_init(&g, NULL);
    ck_assert(watch_add(&g.watch));
    first = chan_go(always_ready, &g);
    second = chan_go(always_ready, &g);
    ring(&g);
    ended(first);
    ended(second);
    guard_release(&g);
}
END_TEST

static char *nothing(void *arg)
{
    return arg;
}

/* Lets no other process of its thread run, and so not that thread either. */
static char *add_and_spin(void *arg)
{
    struct guard *g = arg;

    must(watch_add(&g->watch));
    ring(g);
    while (atomic_load(&g->calls) == 0)
        ;
    return NULL;
}

static char *spin(void *arg)
{
    struct guard *g = arg;

    ring(g);
    while (atomic_load(&g->calls) == 0)
        ;
    return NULL;
}

/* Whichever of the two polls when it becomes busy, the other takes over. */
START_TEST(a_busy_thread_leaves_it_to_an_idle_one)
{
    ck_assert_int_eq(chan_threads(2), CHAN_OK);
    ended(chan_go(nothing, NULL));
    ended(chan_go(nothing, NULL));
    for (int i = 0; i < 20; i++) {
        struct guard g;

        guard_init(&g, NULL);
        ended(chan_go(add_and_spin, &g));
        for (int j = 0; j < 3; j++) {
            atomic_store(&g.calls, 0);
            ended(chan_go(spin, &g));
        }
        guard_release(&g);
    }
}
END_TEST

/* ---- time ---- */

static void note_time(struct watch *w, short revents)
{
    struct guard *g = (struct guard *)w;

    must(revents == 0);
    watch_change(w, w->events, INT64_MAX);
    atomic_fetch_add(&g->calls, 1);
    strand_wake(g->strand);
}

START_TEST(a_deadline_is_kept_also_one_that_is_set_while_all_is_asleep)
{
    struct guard g;

    guard_init(&g, strand_self());
    g.watch.ready = note_time;
    ck_assert(watch_add(&g.watch));
    for (int i = 1; i <= 3; i++) {
        const int64_t at_ns = deadline_after_ms(2);

        watch_change(&g.watch, POLLIN, at_ns);
        await(&g, i);
        ck_assert_int_ge(deadline_now_ns(), at_ns);
    }
    guard_release(&g);
}
END_TEST

/* ---- what cannot be had ---- */

START_TEST(without_descriptors_there_is_no_watch)
{
    struct rlimit before, none;
    struct guard g;

    guard_init(&g, NULL);
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 3;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    ck_assert(!watch_add(&g.watch));
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
    ck_assert(watch_add(&g.watch)); /* as soon as there are some */
    guard_release(&g);
}
END_TEST

UNIT_MAIN("watch", without_any_process_a_thread_of_processes_looks_after_it,
          a_process_waits_for_it, it_is_looked_after_though_processes_can_always_run,
          a_busy_thread_leaves_it_to_an_idle_one,
          a_deadline_is_kept_also_one_that_is_set_while_all_is_asleep,
          without_descriptors_there_is_no_watch)
