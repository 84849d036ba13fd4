/* SPDX-License-Identifier: MIT */
/*
 * sysuser.h - users and groups of the system, whom a configuration calls by name or
 * number.
 *
 * Asks the system's databases, which may take a while. Any thread.
 */
#ifndef CONFIG_SYSUSER_H
#define CONFIG_SYSUSER_H

#include <stdbool.h>
#include <sys/types.h>

enum { SYSUSER_TEXT_MAX = 33 };

/* A user, and the groups that become his. */
struct sysuser {
    char name[SYSUSER_TEXT_MAX]; /* for whose supplementary groups it is */
    uid_t uid;
    gid_t gid;
};

/* Finds a user whom the system knows, be it by his number. False: there is none. */
bool sysuser_find(const char *text, struct sysuser *ret);

/* Of a user or group: a number is that number, whether there is such a one or not. */
bool sysuser_uid(const char *text, uid_t *ret);
bool sysuser_gid(const char *text, gid_t *ret);

#endif
