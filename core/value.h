/* SPDX-License-Identifier: MIT */
/*
 * value.h - immutable, counted bytes: a value that is buffered or parked. Never parsed.
 *
 * The count is atomic, and it alone: a value may be dropped by whoever drains a completed
 * alt, without the lock under which the value was taken.
 */
#ifndef CORE_VALUE_H
#define CORE_VALUE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include "slice.h"
#include "weight.h"

struct account;

struct value {
    atomic_uint refs;
    size_t len;
    struct account *payer; /* on whose account its bytes are; NULL: nobody's */
    char bytes[];
};

/* A copy of the bytes, with one reference, the caller's; NULL if out of memory. */
struct value *value_new(struct slice bytes);

/*
 * Puts it on an account until it is freed, NULL is nobody's; or takes it off again. While
 * it has one reference.
 */
void value_charge(struct value *v, struct account *payer);
void value_discharge(struct value *v);

/* One more reference; returns v. */
struct value *value_hold(struct value *v);

/* What it takes of the memory. */
static inline int64_t value_weight(const struct value *v)
{
    return weight_of(sizeof *v + v->len);
}

/*
 * Gives a reference back; the last one frees. How much memory that gave back; 0: none.
 * NULL is fine.
 */
int64_t value_drop(struct value *v);

static inline struct slice value_slice(const struct value *v)
{
    return slice_of(v->bytes, v->len);
}

#endif
