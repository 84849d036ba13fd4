/* SPDX-License-Identifier: MIT */
#include "thread.h"

#include <pthread.h>
#include <signal.h>
#include "latch.h"
#include "unit.h"

struct note {
    struct latch latch;
    sigset_t mask;
    pthread_t self;
};

static void *take_note(void *arg)
{
    struct note *n = arg;

    n->self = pthread_self();
    pthread_sigmask(SIG_SETMASK, NULL, &n->mask);
    latch_wake(&n->latch);
    return NULL;
}

/* What a thread found that was started while `blocked` was. */
static struct note note_of_a_thread(int blocked)
{
    struct note n;
    sigset_t mask;

    sigemptyset(&mask);
    sigaddset(&mask, blocked);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    latch_init(&n.latch);
    ck_assert(thread_start(take_note, &n));
    latch_wait(&n.latch, INT64_MAX);
    latch_release(&n.latch);
    return n;
}

START_TEST(it_is_another_thread_that_runs)
{
    ck_assert(!pthread_equal(note_of_a_thread(SIGUSR2).self, pthread_self()));
}
END_TEST

START_TEST(signals_are_not_for_it_but_faults_are)
{
    static const int others[] = {SIGINT,  SIGTERM, SIGCHLD, SIGALRM,
                                 SIGPIPE, SIGUSR1, SIGHUP};
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    struct note n = note_of_a_thread(SIGUSR2);

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        ck_assert(sigismember(&n.mask, others[i]));
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        ck_assert(!sigismember(&n.mask, faults[i]));
}
END_TEST

START_TEST(who_starts_it_keeps_its_signals)
{
    sigset_t after;

    note_of_a_thread(SIGUSR2);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    ck_assert(sigismember(&after, SIGUSR2));
    ck_assert(!sigismember(&after, SIGUSR1) && !sigismember(&after, SIGINT));
}
END_TEST

UNIT_MAIN("thread", it_is_another_thread_that_runs, signals_are_not_for_it_but_faults_are,
          who_starts_it_keeps_its_signals)
