/* SPDX-License-Identifier: MIT */
/*
 * shadow_thread.h - shadow.h for ThreadSanitizer; from there only.
 */
#ifndef CLIENT_PROCESS_SHADOW_THREAD_H
#define CLIENT_PROCESS_SHADOW_THREAD_H

#include <sanitizer/tsan_interface.h>

struct shadow {
    void *fiber;
};

SHADOW_INLINE void shadow_make(struct shadow *s, void *low, size_t size)
{
    (void)low, (void)size;
    s->fiber = __tsan_create_fiber(0);
}

SHADOW_INLINE void shadow_free(struct shadow *s)
{
    __tsan_destroy_fiber(s->fiber);
}

SHADOW_INLINE void shadow_of_thread(struct shadow *s)
{
    s->fiber = __tsan_get_current_fiber();
}

SHADOW_INLINE void shadow_leave(struct shadow *from, struct shadow *to)
{
    (void)from;
    __tsan_switch_to_fiber(to->fiber, 0);
}

SHADOW_INLINE void shadow_end(struct shadow *to)
{
    __tsan_switch_to_fiber(to->fiber, 0);
}

SHADOW_INLINE void shadow_arrive(struct shadow *s)
{
    (void)s;
}

SHADOW_INLINE void shadow_swap(ucontext_t *from, ucontext_t *to)
{
    swapcontext(from, to);
}

#endif
