/* SPDX-License-Identifier: MIT */
#include "tenant.h"

#include <stdlib.h>
#include <string.h>

struct tenant *tenant_get(struct list *tenants, const char *name)
{
    const size_t size = strlen(name) + 1;
    struct tenant *t;

    for (struct list *l = tenants->next; l != tenants; l = l->next)
        if (strcmp(container_of(l, struct tenant, link)->name, name) == 0)
            return container_of(l, struct tenant, link);
    t = calloc(1, sizeof *t + size);
    if (!t)
        return NULL;
    memcpy(t->name, name, size);
    list_push(tenants, &t->link);
    return t;
}

void tenant_configure(struct tenant *t, const struct user_limits *limits)
{
    atomic_store_explicit(&t->account.bytes_max, limits->buffered_bytes,
                          memory_order_relaxed);
    atomic_store_explicit(&t->account.parked_max, limits->parked, memory_order_relaxed);
}

bool tenant_enter(struct tenant *t, int64_t most)
{
    int_fast64_t count = atomic_fetch_add(&t->connections, 1);

    if (most == 0 || count < most)
        return true;
    tenant_leave(t);
    return false;
}

void tenant_leave(struct tenant *t)
{
    atomic_fetch_sub(&t->connections, 1);
}

void tenants_free(struct list *tenants)
{
    struct list *link;

    while ((link = list_pop(tenants)))
        free(container_of(link, struct tenant, link));
}
