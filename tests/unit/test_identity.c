/* SPDX-License-Identifier: MIT */
/*
 * What needs root is done in children that begin as root; without root those tests are
 * about what is refused. That a whole daemon drops root is in tests/e2e/test_identity.py.
 */
#include "identity.h"
#include "said.h"
#include "unit.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static bool is_root(void)
{
    return geteuid() == 0;
}

/* A user who is not root: nobody, who is there everywhere. */
static char somebody[] = "nobody";

/* What a configuration says of whom to become. */
static struct config wish(char *user, char *group)
{
    return (struct config){.user = user, .group = group};
}

/* ---- finding ---- */

START_TEST(without_a_user_there_is_nobody_to_become)
{
    const struct config config = wish(NULL, NULL);
    struct sysuser sysuser;

    memset(&sysuser, 'x', sizeof sysuser);
    ck_assert(identity_find(&config, &sysuser));
    ck_assert_str_eq(sysuser.name, "");
}
END_TEST

START_TEST(who_one_is_already_is_nobody_to_become)
{
    const struct passwd *me = getpwuid(geteuid());
    struct sysuser sysuser;
    struct config config;
    char name[64];

    ck_assert_ptr_nonnull(me);
    snprintf(name, sizeof name, "%s", me->pw_name);
    config = wish(name, NULL);
    memset(&sysuser, 'x', sizeof sysuser);
    ck_assert(identity_find(&config, &sysuser));
    ck_assert_str_eq(sysuser.name, "");
}
END_TEST

START_TEST(root_finds_the_user_and_his_group_or_another_one)
{
    struct config config = wish(somebody, NULL);
    const struct passwd *nobody;
    struct sysuser sysuser;
    char group[] = "4711";

    if (!is_root())
        return;
    nobody = getpwnam(somebody);
    ck_assert_ptr_nonnull(nobody);
    ck_assert(identity_find(&config, &sysuser));
    ck_assert_str_eq(sysuser.name, somebody);
    ck_assert_uint_eq(sysuser.uid, nobody->pw_uid);
    ck_assert_uint_eq(sysuser.gid, nobody->pw_gid);
    config = wish(somebody, group);
    ck_assert(identity_find(&config, &sysuser));
    ck_assert_uint_eq(sysuser.gid, 4711);
}
END_TEST

/* Becomes somebody else without identity.h, for good. */
static void drop_root(void)
{
    if (is_root())
        ck_assert(setgroups(0, NULL) == 0 && setresgid(65534, 65534, 65534) == 0 &&
                  setresuid(4712, 4712, 4712) == 0);
}

START_TEST(who_is_not_root_can_become_nobody_else_and_is_told_so)
{
    const struct config config = wish(somebody, NULL);
    struct sysuser sysuser = {.name = "untouched"};
    struct said said;
    char *text;
    bool found;

    drop_root();
    said_begin(&said, STDERR_FILENO);
    found = identity_find(&config, &sysuser);
    text = said_end(&said);
    ck_assert(!found);
    ck_assert_ptr_nonnull(strstr(text, "cannot become the user nobody: only root can"));
    ck_assert_str_eq(sysuser.name, "untouched");
    free(text);
}
END_TEST

START_TEST(a_user_who_has_gone_is_an_error)
{
    char name[] = "nobody-at-all";
    const struct config config = wish(name, NULL);
    struct sysuser sysuser;
    struct said said;
    char *text;
    bool found;

    said_begin(&said, STDERR_FILENO);
    found = identity_find(&config, &sysuser);
    text = said_end(&said);
    ck_assert(!found);
    ck_assert_ptr_nonnull(strstr(text, "cannot become the user nobody-at-all"));
    free(text);
}
END_TEST

/* ---- becoming ---- */

/* A line of /proc/self/status: what stands behind its name. */
static bool status_says(const char *name, const char *value)
{
    FILE *file = fopen("/proc/self/status", "re");
    const size_t len = strlen(name);
    char line[256];
    bool says = false;

    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, name, len) == 0)
            says = strncmp(line + len, value, strlen(value)) == 0;
    if (file)
        fclose(file);
    return says;
}

/* Whether all is gone that root has. */
static bool is_powerless(const struct sysuser *sysuser)
{
    static const char none[] = "\t0000000000000000\n";
    char ids[64];

    snprintf(ids, sizeof ids, "\t%u\t%u\t%u\t%u\n", sysuser->uid, sysuser->uid,
             sysuser->uid, sysuser->uid);
    return status_says("Uid:", ids) && status_says("CapInh:", none) &&
           status_says("CapPrm:", none) && status_says("CapEff:", none) &&
           status_says("CapAmb:", none) && status_says("NoNewPrivs:", "\t1\n");
}

/* The exit status of a child that does this. */
static int status_of(int (*child)(const struct sysuser *), const struct sysuser *sysuser)
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(child(sysuser));
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* Root within a container may lack the right to do without others. */
static bool keeps_bounds(void)
{
    return prctl(PR_CAPBSET_DROP, 0, 0, 0, 0) < 0;
}

static int becomes(const struct sysuser *sysuser)
{
    const bool bound = keeps_bounds();
    gid_t groups[8];

    if (!identity_assume(sysuser))
        return 1;
    if (geteuid() != sysuser->uid || getegid() != sysuser->gid)
        return 2;
    if (getgroups(8, groups) != 1 || groups[0] != sysuser->gid)
        return 3; /* root's are gone */
    if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0 || setgroups(0, NULL) == 0)
        return 4;
    if (!bound && !status_says("CapBnd:", "\t0000000000000000\n"))
        return 5;
    return is_powerless(sysuser) ? 0 : 6;
}

START_TEST(root_becomes_somebody_else_for_good)
{
    struct sysuser sysuser = {.name = "nobody", .uid = 4712, .gid = 4713};

    if (is_root())
        ck_assert_int_eq(status_of(becomes, &sysuser), 0);
}
END_TEST

static int is_refused(const struct sysuser *sysuser)
{
    drop_root();
    return identity_assume(sysuser) ? 1 : 0;
}

START_TEST(it_is_an_error_if_that_is_not_permitted)
{
    const struct sysuser sysuser = {.name = "nobody", .uid = 4714, .gid = 4713};

    ck_assert_int_eq(status_of(is_refused, &sysuser), 0);
}
END_TEST

/* What an identity_assume says that changes nothing. */
static char *said_of_nobody(void)
{
    const struct sysuser nobody = {.name = ""};
    const uid_t before = geteuid();
    struct said said;
    bool ok;

    said_begin(&said, STDERR_FILENO);
    ok = identity_assume(&nobody);
    ck_assert_uint_eq(geteuid(), before);
    ck_assert(ok);
    return said_end(&said);
}

START_TEST(root_who_stays_is_warned)
{
    char *text = said_of_nobody();

    ck_assert_int_eq(strstr(text, "running as root") != NULL, is_root());
    ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
    free(text);
}
END_TEST

START_TEST(others_who_stay_are_not_told_anything)
{
    char *text;

    drop_root();
    text = said_of_nobody();
    ck_assert_str_eq(text, "");
    free(text);
}
END_TEST

UNIT_MAIN("identity", without_a_user_there_is_nobody_to_become,
          who_one_is_already_is_nobody_to_become,
          root_finds_the_user_and_his_group_or_another_one,
          who_is_not_root_can_become_nobody_else_and_is_told_so,
          a_user_who_has_gone_is_an_error, root_becomes_somebody_else_for_good,
          it_is_an_error_if_that_is_not_permitted, root_who_stays_is_warned,
          others_who_stay_are_not_told_anything)
