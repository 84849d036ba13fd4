/* SPDX-License-Identifier: MIT */
#include "roster.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include "token.h"

struct roster {
    atomic_uint holders;
    size_t count, room;
    struct user users[];
};

/* ---- texts ---- */

static void texts_free(char **texts, size_t count)
{
    for (size_t i = 0; texts && i < count; i++)
        free(texts[i]);
    free((void *)texts);
}

/* Copies of all of them; an empty list is one, too. NULL: no memory. */
static char **texts_copy(char *const *texts, size_t count)
{
    char **copies = calloc(count + 1, sizeof(char *));

    for (size_t i = 0; copies && i < count; i++) {
        copies[i] = strdup(texts[i]);
        if (!copies[i]) {
            texts_free(copies, count);
            return NULL;
        }
    }
    return copies;
}

/* ---- users ---- */

static void user_release(struct user *u)
{
    for (size_t i = 0; u->rules && i < u->rule_count; i++)
        texts_free(u->rules[i].globs, u->rules[i].glob_count);
    free(u->rules);
    texts_free(u->certificates, u->certificate_count);
    free(u->digests);
    free(u->name);
    *u = (struct user){0};
}

static bool copy_rules(struct user *to, const struct user *from)
{
    to->rules = calloc(from->rule_count + 1, sizeof *to->rules);
    if (!to->rules)
        return false;
    for (; to->rule_count < from->rule_count; to->rule_count++) {
        const struct rule *rule = &from->rules[to->rule_count];
        char **globs = texts_copy(rule->globs, rule->glob_count);

        if (!globs)
            return false;
        to->rules[to->rule_count] = *rule;
        to->rules[to->rule_count].globs = globs;
    }
    return true;
}

static bool copy_means(struct user *to, const struct user *from)
{
    to->digests = calloc(from->digest_count + 1, sizeof *to->digests);
    to->certificates = texts_copy(from->certificates, from->certificate_count);
    if (!to->digests || !to->certificates)
        return false;
    to->certificate_count = from->certificate_count;
    to->digest_count = from->digest_count;
    if (from->digest_count > 0)
        memcpy(to->digests, from->digests, from->digest_count * sizeof *to->digests);
    return true;
}

struct roster *roster_new(size_t room)
{
    struct roster *r = calloc(1, sizeof *r + room * sizeof r->users[0]);

    if (!r)
        return NULL;
    atomic_init(&r->holders, 1);
    r->room = room;
    return r;
}

struct roster *roster_hold(struct roster *r)
{
    atomic_fetch_add_explicit(&r->holders, 1, memory_order_relaxed);
    return r;
}

void roster_drop(struct roster *r)
{
    if (!r || atomic_fetch_sub_explicit(&r->holders, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < r->count; i++)
        user_release(&r->users[i]);
    free(r);
}

bool roster_add(struct roster *r, const struct user *user)
{
    struct user *copy = &r->users[r->count];

    assert(r->count < r->room);
    *copy = (struct user){
        .uid = user->uid,
        .gid = user->gid,
        .limits = user->limits,
        .tenant = user->tenant,
        .name = strdup(user->name),
    };
    if (!copy->name || !copy_means(copy, user) || !copy_rules(copy, user)) {
        user_release(copy);
        return false;
    }
    r->count++;
    return true;
}

/* ---- looking ---- */

size_t roster_count(const struct roster *r)
{
    return r->count;
}

const struct user *roster_user(const struct roster *r, size_t i)
{
    assert(i < r->count);
    return &r->users[i];
}

const struct user *roster_find(const struct roster *r, struct slice name)
{
    for (size_t i = 0; i < r->count; i++)
        if (slice_is(name, r->users[i].name))
            return &r->users[i];
    return NULL;
}

const struct user *roster_of_token(const struct roster *r,
                                   const unsigned char hash[DIGEST_BYTES])
{
    const struct user *found = NULL;

    for (size_t i = 0; i < r->count; i++) {
        const struct user *u = &r->users[i];

        for (size_t j = 0; j < u->digest_count; j++)
            if (u->digests[j].kind == DIGEST_TOKEN &&
                token_same(u->digests[j].bytes, hash))
                found = u;
    }
    return found;
}

static const struct digest *user_secret(const struct user *u)
{
    for (size_t i = 0; i < u->digest_count; i++)
        if (u->digests[i].kind == DIGEST_SECRET)
            return &u->digests[i];
    return NULL;
}

const struct digest *roster_secret_of(const struct roster *r, struct slice name,
                                      const struct user **ret_user)
{
    const struct digest *found = NULL;

    *ret_user = NULL;
    for (size_t i = 0; i < r->count; i++) {
        const struct digest *secret = user_secret(&r->users[i]);
        bool is_it = secret && slice_is(name, r->users[i].name);

        if (is_it)
            *ret_user = &r->users[i];
        if (is_it || (secret && !found))
            found = secret;
    }
    return found;
}

const struct user *roster_of_digest(const struct roster *r, const char *text)
{
    for (size_t i = 0; i < r->count; i++)
        for (size_t j = 0; j < r->users[i].digest_count; j++)
            if (strcmp(r->users[i].digests[j].text, text) == 0)
                return &r->users[i];
    return NULL;
}

static bool is_one_of(int64_t id, const uint32_t *ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (id == ids[i])
            return true;
    return false;
}

const struct user *roster_of_process(const struct roster *r, uint32_t uid,
                                     const uint32_t *gids, size_t gid_count)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->users[i].uid == uid)
            return &r->users[i];
    for (size_t i = 0; i < r->count; i++)
        if (is_one_of(r->users[i].gid, gids, gid_count))
            return &r->users[i];
    return NULL;
}

const struct user *roster_of_certificate(const struct roster *r, const char *name)
{
    for (size_t i = 0; i < r->count; i++)
        for (size_t j = 0; j < r->users[i].certificate_count; j++)
            if (strcmp(r->users[i].certificates[j], name) == 0)
                return &r->users[i];
    return NULL;
}
