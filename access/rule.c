/* SPDX-License-Identifier: MIT */
#include "rule.h"

#include <string.h>
#include "glob.h"

static bool rule_is_for_all(const struct rule *rule)
{
    for (size_t i = 0; i < rule->glob_count; i++)
        if (strcmp(rule->globs[i], "*") == 0)
            return true;
    return rule->glob_count == 0;
}

static bool rule_is_for(const struct rule *rule, struct slice name)
{
    for (size_t i = 0; i < rule->glob_count; i++)
        if (glob_fits(rule->globs[i], name))
            return true;
    return rule->glob_count == 0;
}

uint32_t rules_on(const struct rule *rules, size_t count, struct slice name)
{
    uint32_t open = RIGHTS_ALL & ~RIGHT_BIT(RIGHT_ADMIN), allowed = 0;

    for (size_t i = 0; i < count && open; i++) {
        if (!(rules[i].rights & open) || !rule_is_for(&rules[i], name))
            continue;
        if (rules[i].allows)
            allowed |= rules[i].rights & open;
        open &= ~rules[i].rights;
    }
    return allowed;
}

bool rules_give_all(const struct rule *rules, size_t count, enum right right)
{
    for (size_t i = 0; i < count; i++) {
        if (!(rules[i].rights & RIGHT_BIT(right)))
            continue;
        if (!rules[i].allows)
            return false;
        if (rule_is_for_all(&rules[i]))
            return true;
    }
    return false;
}

bool rules_give_some(const struct rule *rules, size_t count, enum right right)
{
    for (size_t i = 0; i < count; i++) {
        if (!(rules[i].rights & RIGHT_BIT(right)))
            continue;
        if (rules[i].allows)
            return true;
        if (rule_is_for_all(&rules[i]))
            return false;
    }
    return false;
}

bool rules_give_admin(const struct rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if ((rules[i].rights & RIGHT_BIT(RIGHT_ADMIN)) && rule_is_for_all(&rules[i]))
            return rules[i].allows;
    return false;
}

static int order(struct slice a, struct slice b)
{
    const size_t shorter = a.len < b.len ? a.len : b.len;
    const int first = shorter ? memcmp(a.bytes, b.bytes, shorter) : 0;

    return first ? first : (a.len > b.len) - (a.len < b.len);
}

/* What all names begin with that the glob fits. */
static struct slice stem_of(const char *glob)
{
    return slice_of(glob, strcspn(glob, "*?"));
}

static bool begins_with(struct slice name, struct slice stem)
{
    return name.len >= stem.len && memcmp(name.bytes, stem.bytes, stem.len) == 0;
}

/* The same for one rule, which may bring *from nearer. */
static bool rule_skip(const struct rule *rule, struct slice name, struct slice *from)
{
    for (size_t i = 0; i < rule->glob_count; i++) {
        const struct slice stem = stem_of(rule->globs[i]);

        if (stem.len == 0 || begins_with(name, stem))
            return false;
        if (order(stem, name) > 0 && (!from->bytes || order(stem, *from) < 0))
            *from = stem;
    }
    return rule->glob_count > 0;
}

bool rules_skip(const struct rule *rules, size_t count, enum right right,
                struct slice name, struct slice *ret_from)
{
    struct slice from = {0};

    for (size_t i = 0; i < count; i++)
        if (rules[i].allows && (rules[i].rights & RIGHT_BIT(right)) &&
            !rule_skip(&rules[i], name, &from))
            return false;
    *ret_from = from;
    return true;
}
