/* SPDX-License-Identifier: MIT */
/*
 * process.h - what a process has used: CPU time and memory. Linux.
 */
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * CPU time of all its threads, ended ones too, in nanoseconds. It is the clock behind the
 * utime and stime of /proc/PID/stat, without rounding to their ticks. pid 0 is this
 * process. Dies if there is no such process.
 */
int64_t process_cpu_ns(pid_t pid);

/* Resident memory in bytes. Dies if there is no such process. */
int64_t process_rss_bytes(pid_t pid);

/* Whether it is there and not a zombie. */
bool process_is_alive(pid_t pid);

/*
 * Returns when the process has been at rest for a while: it has done all that it was
 * given. Dies if that takes more than ten seconds.
 */
void process_settle(pid_t pid);

#endif
