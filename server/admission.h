/* SPDX-License-Identifier: MIT */
/*
 * admission.h - who may come in: the users of the configuration that counts now, what is
 * counted of each, and the thread that checks secrets. All workers share it.
 *
 * Workers hold a roster of their own and fetch another when they are told to: so requests
 * need no lock. The lock in here guards a pointer, and nothing is taken under it.
 */
#ifndef SERVER_ADMISSION_H
#define SERVER_ADMISSION_H

#include <stdbool.h>
#include "config.h"
#include "roster.h"
#include "verifier.h"

struct admission;

/* No users yet. NULL: no memory. */
struct admission *admission_new(void);

/* Ends the thread, when the workers have ended and before they are freed. Main thread. */
void admission_stop(struct admission *a);

/* When the hub is gone, and all values with it. NULL is fine. */
void admission_free(struct admission *a);

/*
 * Takes over the users of a configuration. False: no memory, and nothing has changed.
 * Main thread.
 */
bool admission_enrol(struct admission *a, const struct config_users *users);

/*
 * The same in two steps, of which the second one cannot fail: makes a roster, NULL
 * without users, which is the caller's until it takes effect. Main thread.
 */
bool admission_draft(struct admission *a, const struct config_users *users,
                     struct roster **ret);
void admission_enact(struct admission *a, struct roster *roster);

/* The roster, held for the caller; NULL: there are no users. Any thread. */
struct roster *admission_roster(struct admission *a);

struct verifier *admission_verifier(struct admission *a);

#endif
