/* SPDX-License-Identifier: MIT */
#include "credentials.h"
#include "unit.h"

#include <grp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static struct roster *roster_of_ids(int64_t uid, int64_t gid)
{
    const struct user me = {.name = (char[]){"me"}, .uid = uid, .gid = -1};
    const struct user us = {.name = (char[]){"us"}, .uid = -1, .gid = gid};
    struct roster *r = roster_new(2);

    ck_assert(r && roster_add(r, &us) && roster_add(r, &me));
    return r;
}

static const char *name_at(int fd, int64_t uid, int64_t gid)
{
    static char name[8];
    struct roster *r = roster_of_ids(uid, gid);
    const struct user *user = credentials_user(fd, r);

    strcpy(name, user ? user->name : "nobody");
    roster_drop(r);
    return name;
}

START_TEST(the_process_at_the_other_end_is_known_by_uid_and_gid)
{
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    ck_assert_str_eq(name_at(fds[0], getuid(), -1), "me");
    ck_assert_str_eq(name_at(fds[0], -1, getgid()), "us");
    ck_assert_str_eq(name_at(fds[0], getuid(), getgid()), "me");
    ck_assert_str_eq(name_at(fds[0], getuid() + 1, getgid() + 1), "nobody");
    close(fds[0]);
    close(fds[1]);
}
END_TEST

START_TEST(other_sockets_are_nobody_s)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_str_eq(name_at(fd, (int64_t)UINT32_MAX, (int64_t)UINT32_MAX), "nobody");
    ck_assert_str_eq(name_at(fd, 0, 0), "nobody");
    close(fd);
    ck_assert_str_eq(name_at(-1, 0, 0), "nobody");
}
END_TEST

/* More groups than there usually are, the one that matters among the last. */
START_TEST(supplementary_groups_count_however_many_there_are)
{
    enum { GROUPS = 200 };
    gid_t groups[GROUPS];
    int fds[2];

    if (geteuid() != 0)
        return; /* tests/e2e/test_access.py has the same with few groups */
    for (gid_t i = 0; i < GROUPS; i++)
        groups[i] = 70000 + i;
    ck_assert_int_eq(setgroups(GROUPS, groups), 0);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    ck_assert_str_eq(name_at(fds[0], -1, 70000 + GROUPS - 1), "us");
    ck_assert_str_eq(name_at(fds[0], -1, 70000 + GROUPS), "nobody");
    ck_assert_int_eq(setgroups(3, groups), 0);
    ck_assert_str_eq(name_at(fds[0], -1, 70000 + GROUPS - 1), "us"); /* as it was then */
    close(fds[0]);
    close(fds[1]);
}
END_TEST

UNIT_MAIN("credentials", the_process_at_the_other_end_is_known_by_uid_and_gid,
          other_sockets_are_nobody_s, supplementary_groups_count_however_many_there_are)
