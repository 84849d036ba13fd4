/* SPDX-License-Identifier: MIT */
#include "op.h"
#include "member.h"

#define B(member)   MEMBER_BIT(MEMBER_##member)
#define COMMON      (B(OP) | B(ID))
#define MAY_PUT     (COMMON | B(CHAN) | B(VALUE) | B(TIMEOUT_MS))
#define MAY_TAKE    (COMMON | B(CHAN) | B(TIMEOUT_MS))
#define MAY_ALTS    (COMMON | B(OPS) | B(TIMEOUT_MS) | B(PRIORITY))
#define MAY_OPEN    (COMMON | B(CHAN) | B(BUFFER) | B(CLOSE_AFTER_MS) | B(MAX_PARKED))
#define MAY_LIST    (COMMON | B(PREFIX) | B(AFTER) | B(LIMIT))
#define MAY_HELLO   (COMMON | B(TOKEN) | B(CLIENT) | B(PROTOCOL))
#define CLAUSE_TAKE (B(OP) | B(CHAN))
#define CLAUSE_PUT  (CLAUSE_TAKE | B(VALUE))

static const struct op_row ops[OP_COUNT] = {
    [OP_PUT] = {"put", 3, MAY_PUT, B(CHAN) | B(VALUE)},
    [OP_TAKE] = {"take", 4, MAY_TAKE, B(CHAN)},
    [OP_ALTS] = {"alts", 4, MAY_ALTS, B(OPS)},
    [OP_OPEN] = {"open", 4, MAY_OPEN, B(CHAN)},
    [OP_CLOSE] = {"close", 5, COMMON | B(CHAN), B(CHAN)},
    [OP_DELETE] = {"delete", 6, COMMON | B(CHAN), B(CHAN)},
    [OP_CANCEL] = {"cancel", 6, COMMON | B(TARGET), B(TARGET)},
    [OP_LIST] = {"list", 4, MAY_LIST, 0},
    [OP_STAT] = {"stat", 4, COMMON | B(CHAN), 0},
    [OP_HELLO] = {"hello", 5, MAY_HELLO, 0},
    [OP_PING] = {"ping", 4, COMMON, 0},
};

static const struct op_row clause_ops[] = {
    [OP_PUT] = {"put", 3, CLAUSE_PUT, CLAUSE_PUT},
    [OP_TAKE] = {"take", 4, CLAUSE_TAKE, CLAUSE_TAKE},
};

const struct op_row *op_row(enum op op)
{
    return &ops[op];
}

const struct op_row *op_clause_row(enum op op)
{
    return &clause_ops[op];
}

const char *op_name(enum op op)
{
    return ops[op].name;
}

enum op op_of_name(struct slice name)
{
    enum op op = OP_PUT;

    while (op < OP_COUNT &&
           (ops[op].len != name.len || !member_same(ops[op].name, name.bytes, name.len)))
        op++;
    return op;
}
