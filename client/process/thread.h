/* SPDX-License-Identifier: MIT */
/*
 * thread.h - threads that the library starts. Nobody joins them, and signals are none of
 * their business but those of faults: all others go to the program's own threads.
 */
#ifndef CLIENT_PROCESS_THREAD_H
#define CLIENT_PROCESS_THREAD_H

#include <signal.h>
#include <stdbool.h>

typedef void *thread_fn(void *arg);

/* Runs fn on a new thread; false: that can't be had. Any thread. */
bool thread_start(thread_fn *fn, void *arg);

/* What is blocked in them, for whatever else keeps signals of its own. */
void thread_signals(sigset_t *ret_blocked);

#endif
