/* SPDX-License-Identifier: MIT */
/*
 * rule.h - who may do what: a list of rules, of which the first that fits counts.
 *
 * A rule allows or denies some rights on the channels that its globs match, or, without
 * globs, on all of them. What no rule speaks of is denied. `admin` concerns no channel:
 * only a rule for all channels decides it. Plain data; any thread.
 */
#ifndef ACCESS_RULE_H
#define ACCESS_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "right.h"
#include "slice.h"

struct rule {
    uint32_t rights; /* a set, not empty */
    bool allows;     /* else it denies them */
    char **globs;
    size_t glob_count; /* 0: all channels */
};

/* All that is allowed on a channel of that name; `admin` is never in it. */
uint32_t rules_on(const struct rule *rules, size_t count, struct slice name);

/* Whether `admin` is allowed. */
bool rules_give_admin(const struct rule *rules, size_t count);

/* Whether a right is allowed on every channel there may be: then none must be asked. */
bool rules_give_all(const struct rule *rules, size_t count, enum right right);

/* Whether a right is allowed on any channel at all. */
bool rules_give_some(const struct rule *rules, size_t count, enum right right);

/*
 * Where to go on looking, in byte order, for a channel with the right, when there is none
 * at or around `name`. True: no name before *ret_from that comes after `name` has it; and
 * if that has no bytes, no name at all. False: the very next one may have it.
 */
bool rules_skip(const struct rule *rules, size_t count, enum right right,
                struct slice name, struct slice *ret_from);

#endif
