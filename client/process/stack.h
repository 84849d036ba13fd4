/* SPDX-License-Identifier: MIT */
/*
 * stack.h - memory for the stacks of processes. Below each lies a page that nobody may
 * touch: who runs out of stack is stopped by the kernel rather than write elsewhere. Only
 * pages that have been touched count.
 *
 * Stacks given back are kept for those to come, up to a bound. Any thread.
 */
#ifndef CLIENT_PROCESS_STACK_H
#define CLIENT_PROCESS_STACK_H

#include <pthread.h>
#include <stddef.h>

enum { STACKS_KEPT_MAX = 256, STACKS_KEPT_BYTES = 16 << 20 };

struct stacks {
    pthread_mutex_t lock;
    size_t size, page;            /* of a stack, whole pages; of the guard */
    char *kept[STACKS_KEPT_MAX];  /* their lowest bytes */
    size_t kept_count, kept_most; /* how many there are, and may be */
};

/* Of so many bytes each, at least. */
void stacks_init(struct stacks *s, size_t size);
void stacks_release(struct stacks *s);

/* The lowest of stacks->size bytes, above a guard page; NULL: out of memory. */
char *stacks_get(struct stacks *s);
void stacks_put(struct stacks *s, char *low);

#endif
