/* SPDX-License-Identifier: MIT */
/*
 * dispatch.h - from a ticket to the broker, and from a completion to a reply: one table
 * of operations. Each handler is in op_channel.c or op_info.c.
 */
#ifndef SERVER_DISPATCH_H
#define SERVER_DISPATCH_H

#include <stdint.h>
#include "alt.h"
#include "backlog.h"
#include "gather.h"
#include "hub.h"
#include "text.h"
#include "ticket.h"

/* What replies tell of the daemon. */
struct dispatch_info {
    const struct limits *limits;
    const struct metrics *metrics;
};

/* Runs one ticket; when it has completed it is on the done list. Holds hub.lock. */
void dispatch_run(struct hub *hub, struct turn *turn, struct ticket *t, int64_t now_ns);

/* Appends the reply to what completed. Holds no lock of the hub. */
void dispatch_answer(struct text *out, struct completion *c,
                     const struct dispatch_info *info);

/*
 * The same, where a long value is only borrowed: so c must not be released before out has
 * been cleared.
 */
void dispatch_gather(struct gather *out, struct completion *c,
                     const struct dispatch_info *info);

/* The same, where a value that somebody keeps is held. */
void dispatch_keep(struct backlog *out, struct completion *c,
                   const struct dispatch_info *info);

/*
 * Gives back a completion that was answered, or that nobody wants to be told of. The turn
 * notes how much memory that was, and what of it the broker can use again.
 */
void dispatch_release(struct completion *c, struct turn *turn);

/* ---- handlers ---- */

/* What a handler needs besides its ticket. */
struct errand {
    struct hub *hub;
    struct turn *turn;
    int64_t now_ns;
};

/* RUN_DONE: t->done says how it ended, and is to be put on the list. */
enum run { RUN_DONE, RUN_STARTED };

enum run op_offer(const struct errand *e, struct ticket *t); /* put, take */
enum run op_alts(const struct errand *e, struct ticket *t);
enum run op_open(const struct errand *e, struct ticket *t);
enum run op_close(const struct errand *e, struct ticket *t);
enum run op_delete(const struct errand *e, struct ticket *t);
enum run op_cancel(const struct errand *e, struct ticket *t);
enum run op_leave(const struct errand *e, struct ticket *t);
enum run op_list(const struct errand *e, struct ticket *t);
enum run op_stat(const struct errand *e, struct ticket *t);
enum run op_hello(const struct errand *e, struct ticket *t);
enum run op_ping(const struct errand *e, struct ticket *t);

/* Appends the reply to a success. */
void answer_ok(struct text *out, struct completion *c, const struct dispatch_info *info);
void answer_put(struct text *out, struct completion *c, const struct dispatch_info *info);
void answer_take(struct text *out, struct completion *c,
                 const struct dispatch_info *info);
void answer_alts(struct text *out, struct completion *c,
                 const struct dispatch_info *info);
void answer_open(struct text *out, struct completion *c,
                 const struct dispatch_info *info);
void answer_list(struct text *out, struct completion *c,
                 const struct dispatch_info *info);
void answer_stat(struct text *out, struct completion *c,
                 const struct dispatch_info *info);
void answer_hello(struct text *out, struct completion *c,
                  const struct dispatch_info *info);

#endif
