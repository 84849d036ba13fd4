/* SPDX-License-Identifier: MIT */
#include "identity.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "log.h"

static bool is_somebody(const struct sysuser *sysuser)
{
    return sysuser->name[0] != '\0';
}

bool identity_find(const struct config *config, struct sysuser *ret)
{
    struct sysuser sysuser;

    if (!config->user) {
        *ret = (struct sysuser){0};
        return true;
    }
    if (!sysuser_find(config->user, &sysuser) ||
        (config->group && !sysuser_gid(config->group, &sysuser.gid))) {
        log_line(LEVEL_ERROR, "cannot become the user %s: the system does not know him",
                 config->user);
        return false;
    }
    if (geteuid() == sysuser.uid && (!config->group || getegid() == sysuser.gid))
        sysuser.name[0] = '\0'; /* he is it already */
    else if (geteuid() != 0) {
        log_line(LEVEL_ERROR,
                 "cannot become the user %s: only root can; start the daemon as root, or "
                 "without user in the configuration",
                 config->user);
        return false;
    }
    *ret = sysuser;
    return true;
}

/* Not even a program with capabilities of its own could give them back. */
static bool give_up_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};

    return syscall(SYS_capset, &header, none) == 0;
}

/* The kernel says how many there are by refusing the next. */
static void shrink_bounds(void)
{
    for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
        prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
}

static bool change(const struct sysuser *sysuser)
{
    shrink_bounds(); /* while it is allowed to: a precaution, which may fail */
    return initgroups(sysuser->name, sysuser->gid) == 0 &&
           setresgid(sysuser->gid, sysuser->gid, sysuser->gid) == 0 &&
           setresuid(sysuser->uid, sysuser->uid, sysuser->uid) == 0 &&
           give_up_capabilities();
}

/* Whether nothing of root is left, and it can't come back. */
static bool is_changed(const struct sysuser *sysuser)
{
    uid_t uid[3];
    gid_t gid[3];

    if (getresuid(&uid[0], &uid[1], &uid[2]) < 0 ||
        getresgid(&gid[0], &gid[1], &gid[2]) < 0)
        return false;
    for (int i = 0; i < 3; i++)
        if (uid[i] != sysuser->uid || gid[i] != sysuser->gid)
            return false;
    errno = EPERM; /* for the message, if one of these works */
    return setresuid(0, 0, 0) < 0 && (sysuser->gid == 0 || setresgid(0, 0, 0) < 0);
}

bool identity_assume(const struct sysuser *sysuser)
{
    const bool changes = is_somebody(sysuser);

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); /* kernels before 3.5 don't know it */
    if (!changes && geteuid() == 0)
        log_line(LEVEL_WARNING, "running as root, which needs not be: user in the "
                                "configuration says whom to become");
    if (!changes)
        return true;
    if (change(sysuser) && is_changed(sysuser)) {
        log_line(LEVEL_INFO, "running as the user %s", sysuser->name);
        return true;
    }
    log_line(LEVEL_ERROR, "cannot become the user %s: %s", sysuser->name,
             strerror(errno));
    return false;
}
