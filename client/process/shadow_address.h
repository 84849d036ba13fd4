/* SPDX-License-Identifier: MIT */
/*
 * shadow_address.h - shadow.h for AddressSanitizer and LeakSanitizer; from there only.
 */
#ifndef CLIENT_PROCESS_SHADOW_ADDRESS_H
#define CLIENT_PROCESS_SHADOW_ADDRESS_H

#include <pthread.h>
#include <stdbool.h>
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>

struct shadow {
    void *low, *fake;
    size_t size;
};

SHADOW_INLINE void shadow_make(struct shadow *s, void *low, size_t size)
{
    *s = (struct shadow){.low = low, .size = size};
    __lsan_register_root_region(low, size);
}

SHADOW_INLINE void shadow_free(struct shadow *s)
{
    __lsan_unregister_root_region(s->low, s->size);
    __asan_unpoison_memory_region(s->low, s->size);
}

SHADOW_INLINE void shadow_of_thread(struct shadow *s)
{
    pthread_attr_t attr;

    *s = (struct shadow){0};
    if (pthread_getattr_np(pthread_self(), &attr))
        return;
    pthread_attr_getstack(&attr, &s->low, &s->size);
    pthread_attr_destroy(&attr);
}

SHADOW_INLINE void shadow_leave(struct shadow *from, struct shadow *to)
{
    __sanitizer_start_switch_fiber(&from->fake, to->low, to->size);
}

SHADOW_INLINE void shadow_end(struct shadow *to)
{
    __sanitizer_start_switch_fiber(NULL, to->low, to->size);
}

SHADOW_INLINE void shadow_arrive(struct shadow *s)
{
    __sanitizer_finish_switch_fiber(s->fake, NULL, NULL);
}

/* Its swapcontext would warn on the program's stderr of what is seen to here. */
static inline void shadow_swap(ucontext_t *from, ucontext_t *to)
{
    volatile bool back = false;

    getcontext(from);
    if (back)
        return;
    back = true;
    setcontext(to);
}

#endif
