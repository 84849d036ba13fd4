/* SPDX-License-Identifier: MIT */
/*
 * roster.h - all users there are: who they are recognised by, and what they may do.
 *
 * A roster is filled once and never changes after that; a reload of the configuration
 * makes another. It is counted: users and all that belongs to them live as long as
 * somebody holds their roster. Filling is for one thread; all else is for any.
 */
#ifndef ACCESS_ROSTER_H
#define ACCESS_ROSTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "digest.h"
#include "rule.h"
#include "slice.h"

struct tenant;

enum { ROSTER_NOBODY = -1 };

/* 0: no limit of its own. */
struct user_limits {
    int64_t connections;
    int64_t parked;
    int64_t buffered_bytes;
    int64_t requests_per_s;
};

struct user {
    char *name;
    struct digest *digests; /* any one will do; at most one of a secret */
    size_t digest_count;
    char **certificates; /* subjects, or alternative names, as text */
    size_t certificate_count;
    int64_t uid, gid; /* of who is at the other end of a Unix socket; or ROSTER_NOBODY */
    struct rule *rules;
    size_t rule_count;
    struct user_limits limits;
    struct tenant *tenant; /* the caller's: what it counts for the user; not looked at */
};

struct roster;

/* An empty roster with room for so many users, held once. NULL: no memory. */
struct roster *roster_new(size_t room);

struct roster *roster_hold(struct roster *r); /* returns r */
void roster_drop(struct roster *r);           /* the last one frees; NULL is fine */

/*
 * Adds a copy of the user, with all that it refers to but the tenant. Names and digests
 * differ from those of the users before. False: no memory, nothing changed.
 */
bool roster_add(struct roster *r, const struct user *user);

size_t roster_count(const struct roster *r);

/* The i-th user, i < roster_count, in the order of adding. */
const struct user *roster_user(const struct roster *r, size_t i);

/* Who is called so; NULL: nobody. */
const struct user *roster_find(const struct roster *r, struct slice name);

/*
 * Whose random token has that hash (token_hash); NULL: nobody's. Looks at every digest of
 * every user, in the same time whatever the hash is.
 */
const struct user *roster_of_token(const struct roster *r,
                                   const unsigned char hash[DIGEST_BYTES]);

/*
 * The digest that the secret of the user called `name` is to be held against. Where there
 * is no such user, it is another's, so that finding out takes as long: the secret
 * counts only if *ret_user is not NULL. NULL: no user has a secret.
 */
const struct digest *roster_secret_of(const struct roster *r, struct slice name,
                                      const struct user **ret_user);

/* Whose digest, of whatever kind, is written so; NULL: nobody's. */
const struct user *roster_of_digest(const struct roster *r, const char *text);

/* Whose uid it is, else whose group is one of these, the first of several; or NULL. */
const struct user *roster_of_process(const struct roster *r, uint32_t uid,
                                     const uint32_t *gids, size_t gid_count);

/* Whose certificate has that subject or alternative name; NULL: nobody's. */
const struct user *roster_of_certificate(const struct roster *r, const char *name);

#endif
