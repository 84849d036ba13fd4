/* SPDX-License-Identifier: MIT */
/*
 * slot.h - one of the N commands that `chan work` runs at once. Each is the step of a
 * pipeline of its own, with one thread: so a slow command holds up no other one, and a
 * value is taken only when CMD can run on it at once.
 *
 * A value in hand that will not be done is named on standard error.
 */
#ifndef CLI_SLOT_H
#define CLI_SLOT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <chan.h>
#include "bytes.h"
#include "complain.h"
#include "link.h"
#include "notation.h"
#include "verdict.h"
#include "vigil.h"

/* What all slots of a command share. */
struct work {
    struct link *link;
    struct vigil vigil;
    const char *in_name, *out_name; /* out NULL: what CMD wrote is printed */
    struct chan *in, *out;          /* out: then one that nothing is put to */
    struct chan *printer;           /* of one value, which who prints has taken */
    char *const *command;           /* ended with NULL */
    enum notation notation;
    atomic_bool stopped; /* nothing more is taken or begun: it could not be put */
    atomic_int exit;     /* the first reason not to exit with 0 */
    bool in_closed;      /* and so OUT is to be closed, when all is done */
    bool in_failed;      /* as was said */
};

struct slot {
    struct work *work;
    struct bytes value;   /* in hand: JSON */
    struct chan *reports; /* of its pipeline; NULL: it has ended */
};

/* False: why was said. slot_release is due anyway. */
bool slot_start(struct slot *slot, struct work *work);

/* Not while its pipeline runs. */
void slot_release(struct slot *slot);

/* The pipeline has ended, so. */
void slot_end(struct slot *slot, const struct verdict *verdict);

#endif
