/* SPDX-License-Identifier: MIT */
#include "carrier.h"

#include "deadline.h"
#include "parley.h"
#include "process.h"
#include "unit.h"

/* ---- whose turn it is ---- */

static char trace[256];

static char *trace_thrice(void *name)
{
    for (int i = 0; i < 3; i++) {
        strcat(trace, name);
        chan_yield();
    }
    return NULL;
}

static void take_turns(void)
{
    char a[] = "a", b[] = "b", c[] = "c";
    struct chan *results[] = {chan_go(trace_thrice, a), chan_go(trace_thrice, b),
                              chan_go(trace_thrice, c)};

    for (int i = 0; i < 3; i++)
        ended(results[i]);
    ck_assert_str_eq(trace, "abcabcabc");
}

START_TEST(processes_take_turns_in_order)
{
    as_process(take_turns);
}
END_TEST

static void go_on_alone(void)
{
    for (int i = 0; i < 1000; i++)
        ck_assert_int_eq(chan_yield(), CHAN_OK);
}

START_TEST(who_is_alone_has_all_the_turns)
{
    as_process(go_on_alone);
}
END_TEST

static char *who_runs(void *carrier)
{
    for (int i = 0; i < 100; i++) {
        must(runtime_here()->carrier == carrier);
        must(strand_self()->process->carrier == carrier);
        if (i % 10 == 0)
            chan_sleep(1);
        else
            chan_yield();
    }
    return NULL;
}

static char *who_runs_here(void *arg)
{
    (void)arg;
    return who_runs(runtime_here()->carrier);
}

START_TEST(a_process_stays_with_its_carrier)
{
    struct chan *results[9];

    ck_assert_int_eq(chan_threads(3), CHAN_OK);
    for (int i = 0; i < 9; i++)
        results[i] = chan_go(who_runs_here, NULL);
    for (int i = 0; i < 9; i++)
        ended(results[i]);
}
END_TEST

/* ---- time ---- */

struct nap {
    int64_t until_ns;
    const char *name;
};

static char *take_a_nap(void *arg)
{
    const struct nap *nap = arg;

    strand_wait(strand_self(), nap->until_ns);
    must(deadline_now_ns() >= nap->until_ns);
    strcat(trace, nap->name);
    return NULL;
}

/* All lie down before their carrier looks at the clock again. */
static void nap_in_order(void)
{
    const int64_t now_ns = deadline_now_ns();
    struct nap naps[] = {{now_ns + 3000000, "c"}, {now_ns + 2000000, "b"}, {now_ns, "a"}};
    struct chan *results[3];

    for (int i = 0; i < 3; i++)
        results[i] = chan_go(take_a_nap, &naps[i]);
    for (int i = 0; i < 3; i++)
        ended(results[i]);
    ck_assert_str_eq(trace, "abc");
}

START_TEST(who_sleeps_less_wakes_first)
{
    as_process(nap_in_order);
}
END_TEST

static bool slept;

static char *sleep_once(void *arg)
{
    (void)arg;
    chan_sleep(1);
    slept = true;
    return NULL;
}

static void stay_busy_until_it_slept(void)
{
    struct chan *other = chan_go(sleep_once, NULL);

    while (!slept)
        chan_yield();
    ended(other);
}

START_TEST(the_time_is_kept_though_processes_can_always_run)
{
    as_process(stay_busy_until_it_slept);
}
END_TEST

static char *wait_in_vain(void *ch)
{
    const char *value;

    must(chan_take(ch, 1, &value, NULL) == CHAN_TIMEOUT);
    slept = true;
    return NULL;
}

static void stay_busy_until_it_timed_out(void)
{
    struct chan *ch = chan_local(CHAN_NONE, 0), *other = chan_go(wait_in_vain, ch);

    while (!slept)
        chan_yield();
    ended(other);
    chan_drop(ch);
}

START_TEST(a_wait_ends_in_time_though_processes_can_always_run)
{
    as_process(stay_busy_until_it_timed_out);
}
END_TEST

/* ---- mail ---- */

struct letters {
    struct strand *to;
    atomic_int seated, sent, read;
};

enum { LETTERS = 500 };

static char *read_letters(void *arg)
{
    struct letters *l = arg;

    l->to = strand_self();
    atomic_store(&l->seated, 1);
    while (atomic_load(&l->read) < LETTERS) {
        strand_wait(l->to, INT64_MAX);
        atomic_store(&l->read, atomic_load(&l->sent));
    }
    while (atomic_load(&l->seated) == 1) /* until nobody writes any more */
        chan_yield();
    return NULL;
}

START_TEST(wake_ups_of_another_thread_arrive_all_or_as_one)
{
    struct letters l = {.to = NULL};
    struct chan *reader = chan_go(read_letters, &l);

    while (!atomic_load(&l.seated))
        sched_yield();
    for (int i = 1; i <= LETTERS; i++) {
        atomic_store(&l.sent, i);
        strand_wake(l.to);
        if (i % 5 == 0)
            sched_yield();
    }
    while (atomic_load(&l.read) < LETTERS)
        sched_yield();
    atomic_store(&l.seated, 2);
    ended(reader);
}
END_TEST

/* A wake-up from another thread that comes when its process is about to end is for
 * nobody, and not for whom the stack serves next. */
static char *note_and_end(void *arg)
{
    struct letters *l = arg;

    l->to = strand_self();
    atomic_store(&l->seated, 1);
    while (atomic_load(&l->sent) == 0) /* the carrier does not look at its mail */
        ;
    return NULL;
}

static char *sleep_undisturbed(void *arg)
{
    const int64_t began_ns = deadline_now_ns();

    (void)arg;
    strand_wait(strand_self(), began_ns + 2000000);
    must(deadline_now_ns() - began_ns >= 2000000);
    return NULL;
}

START_TEST(a_wake_up_that_came_too_late_is_for_nobody)
{
    for (int i = 0; i < 50; i++) {
        struct letters l = {.to = NULL};
        struct chan *first = chan_go(note_and_end, &l),
                    *second = chan_go(sleep_undisturbed, NULL);

        while (!atomic_load(&l.seated))
            sched_yield();
        strand_wake(l.to);
        atomic_store(&l.sent, 1);
        ended(first);
        ended(second);
    }
}
END_TEST

/* ---- calls ---- */

static char *count_calls(void *calls)
{
    struct chan *ch = chan_local(CHAN_SLIDING, 1);

    for (;;) {
        must(put_now(ch, "1") == CHAN_OK);
        if (++*(int *)calls == 100000)
            break;
    }
    chan_drop(ch);
    return NULL;
}

/* While the one makes its many calls, the other has a turn every so many. */
static void share_the_calls(void)
{
    int calls = 0, turns = 0, before;
    struct chan *other = chan_go(count_calls, &calls);

    do {
        before = calls;
        chan_yield();
        ck_assert_int_le(calls - before, 200);
        turns++;
    } while (calls < 100000);
    ck_assert_int_ge(turns, 500);
    ended(other);
}

START_TEST(who_never_has_to_wait_gets_so_many_calls_in_a_turn)
{
    as_process(share_the_calls);
}
END_TEST

UNIT_MAIN("carrier", processes_take_turns_in_order, who_is_alone_has_all_the_turns,
          a_process_stays_with_its_carrier, who_sleeps_less_wakes_first,
          the_time_is_kept_though_processes_can_always_run,
          a_wait_ends_in_time_though_processes_can_always_run,
          wake_ups_of_another_thread_arrive_all_or_as_one,
          a_wake_up_that_came_too_late_is_for_nobody,
          who_never_has_to_wait_gets_so_many_calls_in_a_turn)
