/* SPDX-License-Identifier: MIT */
/*
 * model.h - what a broker should do, said as plainly as it can be said.
 *
 * Written from sections 4 to 6 of PROTOCOL.md and from nothing else. There are no lines
 * at channels and no rings of values: all that is parked stands in one array in the order
 * in which it parked, all that is buffered in another in the order in which it came, and
 * every question is answered by looking at all of it.
 *
 * Where the protocol leaves a choice (which of several ready clauses, which of several
 * limits to name, which of two deadlines at the same time comes first), the model is
 * shown what the broker did and follows it if that is among what is allowed; if not, it
 * does something that is, and the difference shows.
 */
#ifndef SIM_MODEL_H
#define SIM_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "alt.h"
#include "broker.h"

enum {
    MODEL_NAMES = 400,
    MODEL_CLAUSES = 5,
    MODEL_PARKED = 4096,
    MODEL_HELD = 4096,
    MODEL_REPLIES = MODEL_PARKED + 1,
    MODEL_NO_NAME = -1,
};

/* A value is known by its number, and by nothing else. */
struct model_value {
    uint32_t number; /* 0: none */
    uint32_t len;
    uint32_t name; /* of the channel that it is put on */
};

struct model_clause {
    enum side side;
    uint32_t name;
    struct model_value value; /* of a put */
};

struct model_request {
    uint32_t number; /* never 0; no two have the same */
    uint32_t peer;
    bool tagged, named, priority;
    int64_t wait_ns, deadline;
    uint32_t count;
    struct model_clause clauses[MODEL_CLAUSES];
};

/* How a request ended. */
struct model_reply {
    uint32_t number;
    enum err err;
    uint32_t index; /* the clause, of ERR_OK, ERR_CLOSED and of a ready one refused */
    uint32_t value; /* the number of what a take got, else 0 */
    int name;       /* of the channel that the reply must name, or MODEL_NO_NAME */
    bool dropped;
};

struct model_channel {
    bool known, opened, closed;
    struct channel_settings settings;
    int64_t deadline; /* open: it closes; closed: it is forgotten; INT64_MAX: neither */
    uint64_t puts, takes, dropped;
};

struct model {
    struct broker_settings settings;
    const char *const *names; /* of the channels; borrowed */
    uint32_t name_count;
    bool may_lack_memory; /* ERR_NO_MEMORY is an answer: nothing has happened then */
    int64_t outside;
    struct model_channel channels[MODEL_NAMES];
    struct model_request parked[MODEL_PARKED]; /* in the order of parking */
    struct model_value held[MODEL_HELD];       /* buffered, in the order of coming */
    struct model_reply replies[MODEL_REPLIES]; /* of the last operation, in order */
    size_t parked_count, held_count, reply_count;
};

/* What the broker did: the replies of the operation. */
struct model_seen {
    const struct model_reply *replies;
    size_t count;
};

/* Begins anew. The settings' templates are borrowed. */
void model_init(struct model *m, const char *const *names, uint32_t name_count,
                const struct broker_settings *s);
void model_configure(struct model *m, const struct broker_settings *s);

/* The operations. Each fills `replies`. */
void model_start(struct model *m, const struct model_request *rq, int64_t now_ns,
                 struct model_seen seen);
enum err model_open(struct model *m, uint32_t name, const struct broker_open *open,
                    int64_t now_ns, bool *ret_created);
enum err model_close(struct model *m, uint32_t name, int64_t now_ns);
void model_delete(struct model *m, uint32_t name, int64_t now_ns);
enum err model_cancel(struct model *m, const struct model_request *rq, int64_t now_ns);
void model_leave(struct model *m, uint32_t peer, int64_t now_ns);
void model_expire(struct model *m, int64_t now_ns, struct model_seen seen);

/* Looking. */
bool model_stat(const struct model *m, uint32_t name, struct channel_stat *ret);
struct broker_stat model_totals(const struct model *m);
int64_t model_deadline(const struct model *m);

/* Whether a glob of `*` and plain characters matches. */
bool model_matches(const char *glob, const char *name);

#endif
