/* SPDX-License-Identifier: MIT */
/*
 * resident.h - what the process takes of the machine's memory, as the system counts it.
 *
 * What was allocated (weight.h) says less: pages of which little is in use are taken all
 * the same. A build with a sanitizer takes a multiple on purpose, of which nothing can be
 * concluded. Any thread.
 */
#ifndef SERVER_RESIDENT_H
#define SERVER_RESIDENT_H

#include <stdint.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RESIDENT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define RESIDENT_SANITIZED 1
#endif
#endif
#ifndef RESIDENT_SANITIZED
#define RESIDENT_SANITIZED 0
#endif

/* So many bytes; 0: the system does not tell. */
int64_t resident_bytes(void);

#endif
