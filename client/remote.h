/* SPDX-License-Identifier: MIT */
/*
 * remote.h - a channel of a server: a handle with a client and a name. Nothing of it
 * changes; any thread.
 */
#ifndef CLIENT_REMOTE_H
#define CLIENT_REMOTE_H

#include "chan.h"
#include "handle.h"
#include "slice.h"

struct remote {
    struct chan chan; /* whose place is the client */
    size_t name_len, quoted_len;
    char name[]; /* with a NUL; then the same as a JSON string */
};

/* NULL: it is a local channel, or none. */
struct remote *remote_of(struct chan *ch);

struct chan_client *remote_client(const struct remote *r);
struct slice remote_name(const struct remote *r);
struct slice remote_quoted(const struct remote *r);

/* What can be done with remote channels: for handle.h (transfer.c, manage.c). */
enum chan_status remote_run(const struct chan_clause *clauses, size_t count,
                            enum chan_order order, int64_t wait_ms);
enum chan_status remote_close(struct chan *ch);

#endif
