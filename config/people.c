/* SPDX-License-Identifier: MIT */
#include "people.h"

#include <string.h>
#include "digest.h"
#include "unique.h"

/* ---- one user ---- */

/* A list with something in it, or a plain value. */
static bool is_given(const struct tree_node *user, const char *key)
{
    const struct tree_node *node = tree_member(user, key);

    return node && node->kind != TREE_NULL &&
           (node->kind != TREE_LIST || node->count > 0);
}

static void check_means(struct mistakes *m, const struct tree_node *user)
{
    static const char *const keys[] = {"tokens", "certificates", "uid", "gid"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (is_given(user, keys[i]))
            return;
    tree_mistake(m, user, "needs tokens, certificates, uid or gid to be recognised by");
}

static void check_name(struct mistakes *m, const struct tree_node *user)
{
    const struct tree_node *name = tree_member(user, "name");

    if (name && name->kind == TREE_TEXT && strcmp(name->text, PEOPLE_ANONYMOUS) == 0)
        tree_mistake(m, name,
                     "must not be " PEOPLE_ANONYMOUS
                     ": everybody is, where there are no users");
}

static void check_secrets(struct mistakes *m, const struct tree_node *user,
                          const struct config_texts *tokens)
{
    const struct tree_node *list = tree_member(user, "tokens"), *node;
    struct digest digest;
    size_t secrets = 0;

    node = list && list->kind == TREE_LIST ? list->first : NULL;
    for (size_t i = 0; node && i < tokens->count; i++, node = node->next) {
        if (!tokens->items[i] || !digest_parse(tokens->items[i], &digest) ||
            digest.kind != DIGEST_SECRET)
            continue;
        if (secrets++ > 0)
            tree_mistake(m, node,
                         "is one argon2id hash too many: a user has one at most");
    }
}

static void check_rule(struct mistakes *m, const struct tree_node *rule)
{
    const struct tree_node *allow = tree_member(rule, "allow");
    const struct tree_node *deny = tree_member(rule, "deny");

    if (rule->kind != TREE_MAPPING && rule->kind != TREE_NULL)
        return;
    if (allow && deny)
        tree_key_mistake(m, deny, "stands beside allow: a rule has one of them");
    else if (!allow && !deny)
        tree_missing_mistake(m, rule, "allow", "is missing, or deny: a rule has one");
}

static void check_user(struct mistakes *m, const struct tree_node *node,
                       const struct config_user *user)
{
    const struct tree_node *rules = tree_member(node, "rules");
    const struct tree_node *rule =
        rules && rules->kind == TREE_LIST ? rules->first : NULL;

    if (node->kind != TREE_MAPPING)
        return;
    check_name(m, node);
    check_means(m, node);
    check_secrets(m, node, &user->tokens);
    for (; rule; rule = rule->next)
        check_rule(m, rule);
}

/* ---- all of them ---- */

static void add_texts(struct unique *u, const struct tree_node *list, const char *key)
{
    for (const struct tree_node *user = list->first; user; user = user->next) {
        const struct tree_node *node = tree_member(user, key);

        unique_add(u, node);
        unique_add_all(u, node);
    }
}

static void check_unique(struct mistakes *m, const struct tree_node *list)
{
    static const struct {
        const char *key, *says;
        enum unique_shows shows;
    } rows[] = {
        {"name", "is a user already", UNIQUE_SHOWN},
        {"tokens", "stands there already,", UNIQUE_HIDDEN},
        {"certificates", "stands there already,", UNIQUE_SHOWN},
        {"uid", "is a user already", UNIQUE_SHOWN},
        {"gid", "is a user already", UNIQUE_SHOWN},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct unique texts = {0};

        add_texts(&texts, list, rows[i].key);
        unique_check(&texts, rows[i].shows, rows[i].says, m);
    }
}

void people_check(const struct tree_node *list, const struct config_users *users,
                  struct mistakes *mistakes)
{
    const struct tree_node *user = list && list->kind == TREE_LIST ? list->first : NULL;

    if (!user)
        return;
    for (size_t i = 0; user && i < users->count; i++, user = user->next)
        check_user(mistakes, user, &users->items[i]);
    check_unique(mistakes, list);
}
