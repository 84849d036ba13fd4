/* SPDX-License-Identifier: MIT */
#include "value.h"

#include <stdlib.h>
#include <string.h>
#include "account.h"

struct value *value_new(struct slice bytes)
{
    struct value *v = malloc(sizeof *v + bytes.len);

    if (!v)
        return NULL;
    atomic_init(&v->refs, 1);
    v->len = bytes.len;
    v->payer = NULL;
    if (bytes.len > 0)
        memcpy(v->bytes, bytes.bytes, bytes.len);
    return v;
}

void value_charge(struct value *v, struct account *payer)
{
    v->payer = payer;
    account_add_bytes(payer, (int64_t)v->len);
}

void value_discharge(struct value *v)
{
    account_add_bytes(v->payer, -(int64_t)v->len);
    v->payer = NULL;
}

static int64_t value_free(struct value *v)
{
    const int64_t weight = value_weight(v);

    value_discharge(v);
    free(v);
    return weight;
}

struct value *value_hold(struct value *v)
{
    atomic_fetch_add_explicit(&v->refs, 1, memory_order_relaxed);
    return v;
}

int64_t value_drop(struct value *v)
{
    if (!v)
        return 0;
    /* The holder of the only reference is alone with it: spare the locked instruction. */
    if (atomic_load_explicit(&v->refs, memory_order_acquire) == 1 ||
        atomic_fetch_sub_explicit(&v->refs, 1, memory_order_acq_rel) == 1)
        return value_free(v);
    return 0;
}
