/* SPDX-License-Identifier: MIT */
/*
 * shadow.h - what sanitizers must be told about stacks that they did not see made:
 * AddressSanitizer which stack is in use, ThreadSanitizer which flow of control, and
 * LeakSanitizer that a stack may hold the only pointer to something. Without them there
 * is nothing to it: that is the version here, and the manual of the others.
 *
 * All is inlined: ThreadSanitizer counts entries into and exits from functions, and a
 * function may not be entered on one stack and left on another.
 */
#ifndef CLIENT_PROCESS_SHADOW_H
#define CLIENT_PROCESS_SHADOW_H

#include <stddef.h>
#include <ucontext.h>

#ifdef __SANITIZE_ADDRESS__
#define SHADOW_ADDRESS
#endif
#ifdef __SANITIZE_THREAD__
#define SHADOW_THREAD
#endif
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define SHADOW_ADDRESS
#endif
#if __has_feature(thread_sanitizer)
#define SHADOW_THREAD
#endif
#endif

#define SHADOW_INLINE static inline __attribute__((always_inline))

#if defined(SHADOW_ADDRESS)
#include "shadow_address.h"
#elif defined(SHADOW_THREAD)
#include "shadow_thread.h"
#else

struct shadow {
    char nothing;
};

/* A stack that is to be run on, from its lowest byte; free: it will not be again. */
SHADOW_INLINE void shadow_make(struct shadow *s, void *low, size_t size)
{
    (void)s, (void)low, (void)size;
}

SHADOW_INLINE void shadow_free(struct shadow *s)
{
    (void)s;
}

/* The stack of the calling thread. */
SHADOW_INLINE void shadow_of_thread(struct shadow *s)
{
    (void)s;
}

/* Right before a switch; end: `from` is never switched to again. */
SHADOW_INLINE void shadow_leave(struct shadow *from, struct shadow *to)
{
    (void)from;
    (void)to;
}

SHADOW_INLINE void shadow_end(struct shadow *to)
{
    (void)to;
}

/* Right behind a switch, on the stack switched to. */
SHADOW_INLINE void shadow_arrive(struct shadow *s)
{
    (void)s;
}

/* swapcontext. */
SHADOW_INLINE void shadow_swap(ucontext_t *from, ucontext_t *to)
{
    swapcontext(from, to);
}

#endif

#endif
