/* SPDX-License-Identifier: MIT */
/*
 * allowance.h - what the system allows the process: descriptors, and core dumps. Main
 * thread.
 */
#ifndef SERVER_ALLOWANCE_H
#define SERVER_ALLOWANCE_H

#include <stdbool.h>
#include <stdint.h>

/* Descriptors that are not connections: listeners, event loops, files of a moment. */
enum { ALLOWANCE_OTHERS = 64 };

/*
 * As many descriptors as the hard limit allows; that one is the administrator's. Whether
 * they are enough for so many connections; *ret is how many there are.
 */
bool allowance_raise(int64_t connections, uint64_t *ret);

/*
 * No core dumps from now on, neither to a file nor to a program that collects them: they
 * would hold tokens and keys. The hard limit stays as it is.
 */
void allowance_keep_memory(void);

#endif
