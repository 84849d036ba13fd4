/* SPDX-License-Identifier: MIT */
/*
 * people.h - what must hold between the users of a configuration.
 *
 * Each has a name of his own and at least one means of being recognised, which is nobody
 * else's, and at most one secret. A rule either allows or denies.
 */
#ifndef CONFIG_PEOPLE_H
#define CONFIG_PEOPLE_H

#include "config.h"
#include "tree.h"

/* The name of those who are nobody in particular: no user may have it. */
#define PEOPLE_ANONYMOUS "anonymous"

/*
 * Adds the mistakes. `list` is the key's value, or NULL; *users is what was read of it,
 * be it half-filled.
 */
void people_check(const struct tree_node *list, const struct config_users *users,
                  struct mistakes *mistakes);

#endif
