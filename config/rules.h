/* SPDX-License-Identifier: MIT */
/*
 * rules.h - what must hold between the values of a configuration.
 *
 * A sized kind of buffer has a size, the others have none; no size is above
 * limits.buffer_size and no max_parked above limits.parked_per_channel, wherever in the
 * file the limits stand; no channel is opened twice; what a listener has fits its scheme,
 * and one with TLS has a certificate and a key; `user` and `group` are known to the
 * system, and not root. Between users people.h says what must hold.
 */
#ifndef CONFIG_RULES_H
#define CONFIG_RULES_H

#include "config.h"
#include "tree.h"

/*
 * Adds the mistakes. *config is what reader_read made of the tree, be it half-filled:
 * what it could not read is not complained about again.
 */
void rules_check(const struct tree_node *root, const struct config *config,
                 struct mistakes *mistakes);

#endif
