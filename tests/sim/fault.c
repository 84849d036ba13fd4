/* SPDX-License-Identifier: MIT */
#include "fault.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static struct {
    uint64_t first, last; /* which fail */
    uint64_t counted, failed;
    int64_t live;
    bool watching;
} fault;

void fault_plan(uint64_t nth, uint64_t more)
{
    fault.first = nth;
    fault.last = nth ? nth + more : 0;
    fault.counted = fault.failed = 0;
}

void fault_begin(void)
{
    fault.watching = true;
}

void fault_end(void)
{
    fault.watching = false;
}

uint64_t fault_counted(void)
{
    return fault.counted;
}

uint64_t fault_failed(void)
{
    return fault.failed;
}

int64_t fault_live(void)
{
    return fault.live;
}

static bool fails(void)
{
    if (!fault.watching)
        return false;
    fault.counted++;
    if (fault.counted < fault.first || fault.counted > fault.last)
        return false;
    fault.failed++;
    return true;
}

static void *counted(void *p)
{
    fault.live += p != NULL;
    return p;
}

/* ---- what the linker puts in place of the heap's functions ---- */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *text);
void __real_free(void *p);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *text);
void __wrap_free(void *p);

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *p, size_t size)
{
    if (fails())
        return NULL;
    return p ? __real_realloc(p, size) : counted(__real_realloc(p, size));
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : counted(__real_strdup(text));
}

void __wrap_free(void *p)
{
    fault.live -= p != NULL;
    __real_free(p);
}
