/* SPDX-License-Identifier: MIT */
/*
 * tenant.h - what the daemon counts of a user: connections, what is held, the pace.
 *
 * A roster comes and goes with every reload, a tenant stays: it is found by the user's
 * name, and lives until the end, for values may outlive the user who put them. Its counts
 * are atomic, any thread; finding is for the main thread.
 */
#ifndef SERVER_TENANT_H
#define SERVER_TENANT_H

#include <stdatomic.h>
#include <stdbool.h>
#include "account.h"
#include "bucket.h"
#include "list.h"
#include "roster.h"

struct tenant {
    struct account account;
    struct bucket bucket;
    atomic_int_fast64_t connections;
    struct list link;
    char name[];
};

/* The tenant of that name in the list, made if there is none. NULL: no memory. */
struct tenant *tenant_get(struct list *tenants, const char *name);

/* Takes over the limits of a user. */
void tenant_configure(struct tenant *t, const struct user_limits *limits);

/* One more connection, of at most `most` unless that is 0. False: there is no place. */
bool tenant_enter(struct tenant *t, int64_t most);
void tenant_leave(struct tenant *t);

/* Frees all of the list, when nothing that they count is left. */
void tenants_free(struct list *tenants);

#endif
