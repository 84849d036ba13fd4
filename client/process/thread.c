/* SPDX-License-Identifier: MIT */
#include "thread.h"

#include <pthread.h>
#include <stddef.h>

static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT};

void thread_signals(sigset_t *ret_blocked)
{
    sigfillset(ret_blocked);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(ret_blocked, faults[i]);
}

bool thread_start(thread_fn *fn, void *arg)
{
    sigset_t blocked, before;
    pthread_t thread;
    bool started;

    thread_signals(&blocked);
    pthread_sigmask(SIG_SETMASK, &blocked, &before); /* which a new thread inherits */
    started = pthread_create(&thread, NULL, fn, arg) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started)
        pthread_detach(thread);
    return started;
}
