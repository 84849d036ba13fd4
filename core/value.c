/* SPDX-License-Identifier: MIT */
#include "value.h"

#include <stdlib.h>
#include <string.h>

struct value *value_new(struct slice bytes)
{
    struct value *v = malloc(sizeof *v + bytes.len);

    if (!v)
        return NULL;
    atomic_init(&v->refs, 1);
    v->len = bytes.len;
    if (bytes.len > 0)
        memcpy(v->bytes, bytes.bytes, bytes.len);
    return v;
}

struct value *value_hold(struct value *v)
{
    atomic_fetch_add_explicit(&v->refs, 1, memory_order_relaxed);
    return v;
}

void value_drop(struct value *v)
{
    if (!v)
        return;
    /* The holder of the only reference is alone with it: spare the locked instruction. */
    if (atomic_load_explicit(&v->refs, memory_order_acquire) == 1 ||
        atomic_fetch_sub_explicit(&v->refs, 1, memory_order_acq_rel) == 1)
        free(v);
}
