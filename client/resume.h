/* SPDX-License-Identifier: MIT */
/*
 * resume.h - calls that outlive their connection: which those are, and how they are asked
 * again. Never what might be done twice: takes and opens, and what was never sent. All
 * with client.lock held.
 */
#ifndef CLIENT_RESUME_H
#define CLIENT_RESUME_H

#include <stdbool.h>
#include "client.h"

/* A call that is kept as a line until there is a connection. */
void resume_add(struct chan_client *c, struct call *call);

/* The connection is lost: keeps what may be asked again in c->calls, as lines. */
void resume_keep(struct chan_client *c);

/* Ends what was not kept, with CHAN_LOST and why; once there is no connection any more.
 */
void resume_end_others(struct chan_client *c, const char *why);

/* There is a connection: writes all that was kept, with what is left of its wait. */
void resume_ask(struct chan_client *c);

/* Ends kept calls that have waited as long as they may, or were stopped. */
void resume_expire(struct chan_client *c);

/*
 * A server that ends cancels what is parked on it, just as a delete does. Of calls that
 * may be asked again it is found out what it was, with a ping: no answer, and they are
 * kept. Whether the call, which is outstanding, is one of those; it stays, then.
 */
bool resume_doubt(struct chan_client *c, struct call *call);

#endif
