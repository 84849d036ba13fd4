/* SPDX-License-Identifier: MIT */
#include "sysuser.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RECORD_BYTES = 16 * 1024 };

/* Digits are the number itself; false: that is no number. */
static bool number_of(const char *text, unsigned *ret)
{
    char *end;
    unsigned long n;

    errno = 0;
    n = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || n >= UINT32_MAX)
        return false;
    *ret = (unsigned)n;
    return true;
}

bool sysuser_find(const char *text, struct sysuser *ret)
{
    struct passwd entry, *found = NULL;
    char record[RECORD_BYTES];
    unsigned number;

    if (number_of(text, &number))
        getpwuid_r(number, &entry, record, sizeof record, &found);
    else
        getpwnam_r(text, &entry, record, sizeof record, &found);
    if (!found || strlen(found->pw_name) >= SYSUSER_TEXT_MAX)
        return false;
    snprintf(ret->name, sizeof ret->name, "%s", found->pw_name);
    ret->uid = found->pw_uid;
    ret->gid = found->pw_gid;
    return true;
}

bool sysuser_uid(const char *text, uid_t *ret)
{
    struct sysuser sysuser;

    if (number_of(text, ret))
        return true;
    if (!sysuser_find(text, &sysuser))
        return false;
    *ret = sysuser.uid;
    return true;
}

bool sysuser_gid(const char *text, gid_t *ret)
{
    struct group entry, *found = NULL;
    char record[RECORD_BYTES];

    if (number_of(text, ret))
        return true;
    getgrnam_r(text, &entry, record, sizeof record, &found);
    if (!found)
        return false;
    *ret = found->gr_gid;
    return true;
}
