/* SPDX-License-Identifier: MIT */
#include "stack.h"

#include <sys/mman.h>
#include <unistd.h>

void stacks_init(struct stacks *s, size_t size)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);

    pthread_mutex_init(&s->lock, NULL);
    s->page = page;
    s->size = (size + page - 1) / page * page;
    s->kept_count = 0;
    s->kept_most = STACKS_KEPT_BYTES / s->size;
    if (s->kept_most > STACKS_KEPT_MAX)
        s->kept_most = STACKS_KEPT_MAX;
}

static char *stack_map(const struct stacks *s)
{
    char *guard = mmap(NULL, s->page + s->size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

    if (guard == MAP_FAILED)
        return NULL;
    if (mprotect(guard, s->page, PROT_NONE)) {
        munmap(guard, s->page + s->size);
        return NULL;
    }
    return guard + s->page;
}

static void stack_unmap(const struct stacks *s, char *low)
{
    munmap(low - s->page, s->page + s->size);
}

void stacks_release(struct stacks *s)
{
    while (s->kept_count > 0)
        stack_unmap(s, s->kept[--s->kept_count]);
    pthread_mutex_destroy(&s->lock);
}

char *stacks_get(struct stacks *s)
{
    char *low = NULL;

    pthread_mutex_lock(&s->lock);
    if (s->kept_count > 0)
        low = s->kept[--s->kept_count];
    pthread_mutex_unlock(&s->lock);
    return low ? low : stack_map(s);
}

void stacks_put(struct stacks *s, char *low)
{
    pthread_mutex_lock(&s->lock);
    if (s->kept_count < s->kept_most) {
        s->kept[s->kept_count++] = low;
        low = NULL;
    }
    pthread_mutex_unlock(&s->lock);
    if (low)
        stack_unmap(s, low);
}
