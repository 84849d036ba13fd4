/* SPDX-License-Identifier: MIT */
/*
 * op.h - what a request of each operation, and a clause of an alts, is made of.
 *
 * Pure data; any thread. Private to proto; op_name is in request.h.
 */
#ifndef PROTO_OP_H
#define PROTO_OP_H

#include <stdint.h>
#include "request.h"
#include "slice.h"

/* The members are sets of MEMBER_BIT (member.h). `op` itself is not in must. */
struct op_row {
    const char *name;
    size_t len; /* of the name */
    uint32_t may, must;
};

/* OP_COUNT for an unknown name. */
enum op op_of_name(struct slice name);

/* What a request with that operation is made of. */
const struct op_row *op_row(enum op op);

/* What a clause is made of; the operation is put or take. */
const struct op_row *op_clause_row(enum op op);

#endif
