/* SPDX-License-Identifier: MIT */
#include "warrant.h"

#include <stdio.h>
#include "name.h"

static void refuse(struct ticket *t, const char *op, struct slice chan, const char *name)
{
    char text[NAME_MAX_LEN + 256];

    snprintf(text, sizeof text, "not allowed: %s on %.*s by %s", op, (int)chan.len,
             chan.bytes, name);
    t->err = ticket_refuse(t, ERR_FORBIDDEN, text);
}

static bool has_right(struct memo *memo, const struct user *user, struct slice chan,
                      enum right right)
{
    return memo_rights(memo, user, chan) & RIGHT_BIT(right);
}

/* ---- those that need more, or less, than one right on one channel ---- */

static void check_clauses(struct memo *memo, const struct user *user, struct ticket *t)
{
    for (size_t i = 0; !t->err && i < t->rq.clause_count; i++) {
        const struct clause_view *c = &t->rq.clauses[i];

        if (!has_right(memo, user, c->chan, c->op == OP_PUT ? RIGHT_PUT : RIGHT_TAKE))
            refuse(t, op_name(c->op), c->chan, user->name);
    }
}

static void check_stat(struct memo *memo, const struct user *user, struct ticket *t)
{
    char text[256];

    if (t->rq.chan.bytes) {
        if (!has_right(memo, user, t->rq.chan, RIGHT_STAT))
            refuse(t, op_name(OP_STAT), t->rq.chan, user->name);
        return;
    }
    if (rules_give_admin(user->rules, user->rule_count))
        return;
    snprintf(text, sizeof text,
             "not allowed: stat of the daemon, which needs admin, by %s", user->name);
    t->err = ticket_refuse(t, ERR_FORBIDDEN, text);
}

static void check_list(struct memo *memo, const struct user *user, struct ticket *t)
{
    char text[256];

    (void)memo;
    if (!rules_give_all(user->rules, user->rule_count, RIGHT_LIST))
        t->user = user;
    if (rules_give_some(user->rules, user->rule_count, RIGHT_LIST))
        return;
    snprintf(text, sizeof text, "not allowed: list on any channel by %s", user->name);
    t->err = ticket_refuse(t, ERR_FORBIDDEN, text);
}

static void check_nothing(struct memo *memo, const struct user *user, struct ticket *t)
{
    (void)memo;
    t->user = user;
}

static const struct warrant {
    enum right right; /* on its channel, if there is no check */
    void (*check)(struct memo *memo, const struct user *user, struct ticket *t);
} warrants[OP_COUNT] = {
    [OP_PUT] = {RIGHT_PUT, NULL},
    [OP_TAKE] = {RIGHT_TAKE, NULL},
    [OP_ALTS] = {RIGHT_COUNT, check_clauses},
    [OP_OPEN] = {RIGHT_OPEN, NULL},
    [OP_CLOSE] = {RIGHT_CLOSE, NULL},
    [OP_DELETE] = {RIGHT_DELETE, NULL},
    [OP_CANCEL] = {RIGHT_COUNT, check_nothing},
    [OP_LIST] = {RIGHT_COUNT, check_list},
    [OP_STAT] = {RIGHT_COUNT, check_stat},
    [OP_HELLO] = {RIGHT_COUNT, check_nothing},
    [OP_PING] = {RIGHT_COUNT, check_nothing},
};

void warrant_check(struct memo *memo, const struct user *user, struct ticket *t)
{
    const struct warrant *w = &warrants[t->rq.op];

    if (w->check)
        w->check(memo, user, t);
    else if (!has_right(memo, user, t->rq.chan, w->right))
        refuse(t, op_name(t->rq.op), t->rq.chan, user->name);
}
