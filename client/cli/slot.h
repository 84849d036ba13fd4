/* SPDX-License-Identifier: MIT */
/*
 * slot.h - one of the N commands that `chan work` runs at once: takes a value, runs CMD
 * on it, puts or prints what that wrote, and begins anew.
 *
 * A slot takes a value only when it can run CMD on it at once: what the slots hold is
 * being worked on, and all else is left for others. A value in hand that will not be done
 * is named on standard error.
 */
#ifndef CLI_SLOT_H
#define CLI_SLOT_H

#include <stdbool.h>
#include <stdint.h>
#include <chan.h>
#include "bytes.h"
#include "child.h"
#include "complain.h"
#include "link.h"
#include "notation.h"

enum work_phase {
    WORK_GOING,
    WORK_CLOSED, /* nothing more can be taken; what was, is done */
    WORK_STOPPED /* nor is anything begun: it could not be put */
};

/* What all slots of a command share. */
struct work {
    struct link *link;
    const char *in, *out; /* out NULL: what CMD wrote is printed */
    char *const *command; /* ended with NULL */
    enum notation notation;
    enum work_phase phase;
    bool in_closed;        /* and so OUT is to be closed, when all is done */
    enum exit_status exit; /* the first reason not to exit with 0 */
};

enum slot_state {
    SLOT_IDLE,
    SLOT_TAKING,  /* its take is outstanding */
    SLOT_UNTAKEN, /* that has failed; why is in `status` and `message` */
    SLOT_TAKEN,   /* a value is in hand, from here on */
    SLOT_RUNNING, /* CMD */
    SLOT_PUTTING, /* its put is outstanding */
    SLOT_UNPUT,   /* that has failed */
};

struct slot {
    struct work *work;
    enum slot_state state;
    uint64_t id;        /* of the outstanding request */
    struct bytes value; /* JSON */
    struct bytes input; /* of CMD */
    struct child child;
    enum chan_status status;
    char message[256];
};

/* An idle one is {.work = work, .child = CHILD_NONE}. */
void slot_release(struct slot *slot);

/* Goes on as far as it can without waiting. */
void slot_advance(struct slot *slot);

/* Ends the take that is outstanding, if there is one: a value may have come, though. */
void slot_recall(struct slot *slot);

/* The end: names the value in hand, if there is one. */
void slot_abandon(struct slot *slot, const char *why);

#endif
