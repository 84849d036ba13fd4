/* SPDX-License-Identifier: MIT */
/*
 * warrant.h - which rights a request needs: one table of operations.
 *
 * Any thread, per memo.
 */
#ifndef SERVER_WARRANT_H
#define SERVER_WARRANT_H

#include "memo.h"
#include "roster.h"
#include "ticket.h"

/*
 * Refuses a ticket for which the user has not got the rights, with a message that names
 * operation and channel. A hello is told who it is, and a list who may not see all
 * channels, by t->user.
 */
void warrant_check(struct memo *memo, const struct user *user, struct ticket *t);

#endif
