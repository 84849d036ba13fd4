/* SPDX-License-Identifier: MIT */
#include "sysuser.h"
#include "unit.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

START_TEST(a_user_is_found_by_name_and_by_number)
{
    const struct passwd *me = getpwuid(geteuid());
    struct sysuser by_name = {0}, by_number = {0};
    char name[64], number[16];
    gid_t gid;

    ck_assert_ptr_nonnull(me);
    gid = me->pw_gid;
    snprintf(name, sizeof name, "%s", me->pw_name);
    snprintf(number, sizeof number, "%u", geteuid());
    ck_assert(sysuser_find(name, &by_name));
    ck_assert(sysuser_find(number, &by_number));
    ck_assert_str_eq(by_name.name, name);
    ck_assert_str_eq(by_number.name, name);
    ck_assert_uint_eq(by_name.uid, geteuid());
    ck_assert_uint_eq(by_number.uid, geteuid());
    ck_assert_uint_eq(by_name.gid, gid);
    ck_assert_uint_eq(by_number.gid, gid);
}
END_TEST

START_TEST(who_is_not_there_is_not_found_and_nothing_is_written)
{
    static const char *const texts[] = {"nobody-at-all", "", "4294967290", "-1", "1x"};
    struct sysuser sysuser;

    memset(&sysuser, 'x', sizeof sysuser);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ck_assert_msg(!sysuser_find(texts[i], &sysuser), "%s", texts[i]);
        ck_assert_int_eq(sysuser.name[0], 'x');
    }
}
END_TEST

START_TEST(a_number_is_that_number_whether_there_is_such_a_one_or_not)
{
    uid_t uid;
    gid_t gid;

    ck_assert(sysuser_uid("4294967290", &uid));
    ck_assert_uint_eq(uid, 4294967290u);
    ck_assert(sysuser_gid("4294967290", &gid));
    ck_assert_uint_eq(gid, 4294967290u);
    ck_assert(sysuser_uid("0", &uid));
    ck_assert_uint_eq(uid, 0);
}
END_TEST

/* The largest one stands for nobody, in chown(2). */
START_TEST(what_is_neither_a_name_nor_a_number_is_nothing)
{
    static const char *const texts[] = {
        "",   "4294967295", "4294967296",           "-1",           "+1",
        " 1", "1 ",         "99999999999999999999", "nobody-at-all"};
    uid_t uid = 7;
    gid_t gid = 7;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ck_assert_msg(!sysuser_uid(texts[i], &uid), "%s", texts[i]);
        ck_assert_msg(!sysuser_gid(texts[i], &gid), "%s", texts[i]);
    }
    ck_assert_uint_eq(uid, 7);
    ck_assert_uint_eq(gid, 7);
}
END_TEST

START_TEST(names_become_numbers)
{
    const struct passwd *me = getpwuid(geteuid());
    const struct group *mine = getgrgid(getegid());
    uid_t uid;
    gid_t gid;

    ck_assert_ptr_nonnull(me);
    ck_assert_ptr_nonnull(mine);
    ck_assert(sysuser_uid(me->pw_name, &uid));
    ck_assert_uint_eq(uid, geteuid());
    ck_assert(sysuser_gid(mine->gr_name, &gid));
    ck_assert_uint_eq(gid, getegid());
}
END_TEST

UNIT_MAIN("sysuser", a_user_is_found_by_name_and_by_number,
          who_is_not_there_is_not_found_and_nothing_is_written,
          a_number_is_that_number_whether_there_is_such_a_one_or_not,
          what_is_neither_a_name_nor_a_number_is_nothing, names_become_numbers)
