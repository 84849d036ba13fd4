/* SPDX-License-Identifier: MIT */
/*
 * ledger.h - the books of a simulation: what has become of every value.
 *
 * Kept from the replies alone, without a model: a value is taken at most once (a
 * promise's aside) and only from the channel on which it was put, never if its put was
 * refused, and in the order in which the values of that channel were accepted; and at the
 * end, when all channels have been emptied, what was accepted and not thrown away has
 * been taken.
 */
#ifndef SIM_LEDGER_H
#define SIM_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "model.h"

struct ledger_entry {
    uint32_t name, len;
    uint32_t accepted; /* its place among all that were; 0: not (yet) */
    bool taken;
    bool refused; /* it must never be taken */
    bool shared;  /* a promise's: it may be taken often, or never */
    bool may_go;  /* without having been taken: sliding, or deleted */
};

struct ledger {
    struct ledger_entry *entries; /* by the value's number */
    size_t cap;
    uint32_t last;                    /* number given out */
    uint32_t accepted;                /* how many were */
    uint32_t taken_last[MODEL_NAMES]; /* the place of what was taken last */
    const char *fault;                /* the first entry that cannot be; NULL: none */
};

/* {0} is an empty ledger. */
void ledger_release(struct ledger *l);

/* A new value, to be put on a channel. */
struct model_value ledger_offer(struct ledger *l, uint32_t name, uint32_t len);

/* What the reply to a request says; the model is as it was before the operation. */
void ledger_book(struct ledger *l, const struct model *before,
                 const struct model_request *rq, const struct model_reply *reply);

/* Behind the replies of one operation: what was taken was accepted, and in order. */
void ledger_settle(struct ledger *l, const struct model_reply *replies, size_t count);

/* A channel was deleted. */
void ledger_delete(struct ledger *l, uint32_t name);

/* All channels are empty. */
void ledger_finish(struct ledger *l);

#endif
