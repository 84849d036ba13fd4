/* SPDX-License-Identifier: MIT */
/*
 * die.h - the one way in which a measurement fails: it says why, and counts for nothing.
 *
 * A generator that went on after a lost value or a refused request would report figures
 * of something else, so nothing here is worth handling. Any thread.
 */
#ifndef BENCH_DIE_H
#define BENCH_DIE_H

/* Prints "PROGRAM: …" to standard error and ends the process with status 1. */
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *format, ...);

/* The same when memory ran out: for `if (!p) die_of_memory();`. */
__attribute__((noreturn)) void die_of_memory(void);

#endif
