/* SPDX-License-Identifier: MIT */
/*
 * action.h - something that can happen to a broker, drawn by dice; and the settings under
 * which it does.
 */
#ifndef SIM_ACTION_H
#define SIM_ACTION_H

#include <stdint.h>
#include <stdio.h>
#include "dice.h"
#include "ledger.h"
#include "model.h"

enum action_kind {
    ACTION_START,     /* rq: a put, a take or an alts */
    ACTION_TIME,      /* by_ns passes */
    ACTION_OPEN,      /* name, open */
    ACTION_CLOSE,     /* name */
    ACTION_DELETE,    /* name */
    ACTION_CANCEL,    /* rq.peer, rq.number */
    ACTION_LEAVE,     /* rq.peer */
    ACTION_CONFIGURE, /* settings */
    ACTION_OUTSIDE,   /* outside */
    ACTION_LIST,      /* prefix, after, limit */
    ACTION_KIND_COUNT
};

enum { ACTION_LIST_MAX = 6 };

struct action {
    enum action_kind kind;
    struct model_request rq; /* its number is the world's to set, but for a cancel */
    uint32_t name;
    struct broker_open open;
    int64_t by_ns;
    struct broker_settings settings;
    int64_t outside;
    char prefix[32], after[32];
    uint32_t limit;
};

/* Settings of limits that are easily met and templates that differ, or roomy ones. */
struct broker_settings action_settings(struct dice *d);

/* Something that may happen next. New values are entered in the ledger. */
void action_draw(struct dice *d, const struct model *m, uint32_t peers, int64_t now_ns,
                 struct ledger *l, struct action *ret);

/* One line. */
void action_print(const struct action *a, const struct model *m, FILE *out);
void action_print_request(const struct model_request *rq, const struct model *m,
                          FILE *out);

#endif
