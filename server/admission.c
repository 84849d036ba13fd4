/* SPDX-License-Identifier: MIT */
#include "admission.h"

#include <pthread.h>
#include <stdlib.h>
#include "tenant.h"

struct admission {
    pthread_mutex_t lock;
    struct roster *roster; /* under the lock */
    struct list tenants;   /* main thread */
    struct verifier *verifier;
};

struct admission *admission_new(void)
{
    struct admission *a = calloc(1, sizeof *a);

    if (!a)
        return NULL;
    a->verifier = verifier_new();
    if (!a->verifier) {
        free(a);
        return NULL;
    }
    list_init(&a->tenants);
    pthread_mutex_init(&a->lock, NULL);
    return a;
}

void admission_stop(struct admission *a)
{
    verifier_stop(a->verifier);
}

void admission_free(struct admission *a)
{
    if (!a)
        return;
    verifier_free(a->verifier);
    roster_drop(a->roster);
    tenants_free(&a->tenants);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

/* ---- from the configuration ---- */

static bool add_user(struct roster *r, const struct config_user *from,
                     struct digest *digests, struct rule *rules, struct tenant *tenant)
{
    const struct user user = {
        .name = from->name,
        .digests = digests,
        .digest_count = from->tokens.count,
        .certificates = from->certificates.items,
        .certificate_count = from->certificates.count,
        .uid = from->uid,
        .gid = from->gid,
        .rules = rules,
        .rule_count = from->rules.count,
        .limits = {from->connections, from->parked, from->buffered_bytes,
                   from->requests_per_s},
        .tenant = tenant,
    };

    for (size_t i = 0; i < from->tokens.count; i++)
        if (!digest_parse(from->tokens.items[i], &digests[i]))
            return false;
    for (size_t i = 0; i < from->rules.count; i++) {
        const struct config_rule *rule = &from->rules.items[i];

        rules[i] = (struct rule){
            .rights = rule->allow | rule->deny,
            .allows = rule->allow != 0,
            .globs = rule->channels.items,
            .glob_count = rule->channels.count,
        };
    }
    return roster_add(r, &user);
}

static bool enrol_user(struct admission *a, struct roster *r,
                       const struct config_user *user)
{
    struct digest *digests = calloc(user->tokens.count + 1, sizeof *digests);
    struct rule *rules = calloc(user->rules.count + 1, sizeof *rules);
    struct tenant *tenant = tenant_get(&a->tenants, user->name);
    bool ok = digests && rules && tenant && add_user(r, user, digests, rules, tenant);

    free(digests);
    free(rules);
    return ok;
}

static struct roster *roster_of(struct admission *a, const struct config_users *users)
{
    struct roster *r = roster_new(users->count);

    for (size_t i = 0; r && i < users->count; i++)
        if (!enrol_user(a, r, &users->items[i])) {
            roster_drop(r);
            return NULL;
        }
    return r;
}

bool admission_draft(struct admission *a, const struct config_users *users,
                     struct roster **ret)
{
    struct roster *roster = users->count > 0 ? roster_of(a, users) : NULL;

    if (users->count > 0 && !roster)
        return false;
    *ret = roster;
    return true;
}

void admission_enact(struct admission *a, struct roster *roster)
{
    struct roster *old;

    for (size_t i = 0; roster && i < roster_count(roster); i++) {
        const struct user *user = roster_user(roster, i);

        tenant_configure(user->tenant, &user->limits);
    }
    pthread_mutex_lock(&a->lock);
    old = a->roster;
    a->roster = roster;
    pthread_mutex_unlock(&a->lock);
    roster_drop(old);
}

bool admission_enrol(struct admission *a, const struct config_users *users)
{
    struct roster *roster;

    if (!admission_draft(a, users, &roster))
        return false;
    admission_enact(a, roster);
    return true;
}

/* ---- for workers ---- */

struct roster *admission_roster(struct admission *a)
{
    struct roster *roster;

    pthread_mutex_lock(&a->lock);
    roster = a->roster ? roster_hold(a->roster) : NULL;
    pthread_mutex_unlock(&a->lock);
    return roster;
}

struct verifier *admission_verifier(struct admission *a)
{
    return a->verifier;
}
