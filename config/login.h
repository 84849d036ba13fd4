/* SPDX-License-Identifier: MIT */
/*
 * login.h - users and groups of the system, whom a configuration calls by name or number.
 *
 * Asks the system's databases, which may take a while. Any thread.
 */
#ifndef CONFIG_LOGIN_H
#define CONFIG_LOGIN_H

#include <stdbool.h>
#include <sys/types.h>

enum { LOGIN_TEXT_MAX = 33 };

/* A user, and the groups that become his. */
struct login {
    char name[LOGIN_TEXT_MAX]; /* for whose supplementary groups it is */
    uid_t uid;
    gid_t gid;
};

/* Finds a user whom the system knows, be it by his number. False: there is none. */
bool login_find(const char *text, struct login *ret);

/* Of a user or group: a number is that number, whether there is such a one or not. */
bool login_uid(const char *text, uid_t *ret);
bool login_gid(const char *text, gid_t *ret);

#endif
