/* SPDX-License-Identifier: MIT */
#include "sockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "log.h"
#include "sysuser.h"

enum { LOCK_TRIES = 16 };

/* ---- the lock ---- */

struct lock {
    int fd;
    char path[sizeof((struct sockaddr_un *)0)->sun_path + 8];
};

/* Whether what is locked is still what the name stands for. */
static bool lock_is_named(const struct lock *lock, const struct stat *locked)
{
    struct stat named;

    return lstat(lock->path, &named) == 0 && named.st_dev == locked->st_dev &&
           named.st_ino == locked->st_ino;
}

/* One try: 1 locked, 0 it was removed meanwhile, -1 errno. */
static int lock_try(struct lock *lock)
{
    struct stat st;

    lock->fd =
        open(lock->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (lock->fd < 0)
        return -1;
    if (flock(lock->fd, LOCK_EX | LOCK_NB) < 0 || fstat(lock->fd, &st) < 0 ||
        !S_ISREG(st.st_mode) || st.st_size > 0) {
        close(lock->fd);
        errno = EADDRINUSE; /* somebody is about to listen there, or needs that file */
        return -1;
    }
    if (lock_is_named(lock, &st))
        return 1;
    close(lock->fd);
    return 0;
}

static bool lock_take(struct lock *lock, const char *path)
{
    snprintf(lock->path, sizeof lock->path, "%s.lock", path);
    for (int i = 0; i < LOCK_TRIES; i++) {
        int locked = lock_try(lock);

        if (locked != 0)
            return locked > 0;
    }
    errno = EADDRINUSE;
    return false;
}

static void lock_give(struct lock *lock)
{
    const int saved = errno;

    unlink(lock->path);
    close(lock->fd);
    errno = saved;
}

/* ---- who owns it ---- */

static bool say_nobody(const char *what, const char *name)
{
    log_line(LEVEL_ERROR, "there is no %s %s", what, name);
    errno = EINVAL;
    return false;
}

/* Nobody: stays as it is. */
static bool owner_of(const struct sockfile_wish *wish, uid_t *ret_user, gid_t *ret_group)
{
    *ret_user = (uid_t)-1;
    *ret_group = (gid_t)-1;
    if (wish->owner && !sysuser_uid(wish->owner, ret_user))
        return say_nobody("user", wish->owner);
    if (wish->group && !sysuser_gid(wish->group, ret_group))
        return say_nobody("group", wish->group);
    return true;
}

/* ---- the file ---- */

/*
 * Whether it is a left-over: a socket that nobody answers on. Whoever listens says so by
 * accepting, or by being too busy to.
 */
static bool is_stale(const struct sockaddr_un *addr)
{
    struct stat st;
    bool stale;
    int fd;

    if (lstat(addr->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return false;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    stale = connect(fd, (const struct sockaddr *)addr, sizeof *addr) < 0 &&
            errno == ECONNREFUSED;
    close(fd);
    return stale;
}

/* With exactly that mode from its first moment on. */
static bool bind_with_mode(int fd, const struct sockaddr_un *addr, int64_t mode)
{
    const mode_t before = mode < 0 ? 0 : umask(0777 & ~(mode_t)mode);
    const bool bound = bind(fd, (const struct sockaddr *)addr, sizeof *addr) == 0;

    if (mode >= 0)
        umask(before);
    return bound;
}

static bool bind_or_replace(int fd, const struct sockaddr_un *addr, int64_t mode)
{
    if (bind_with_mode(fd, addr, mode))
        return true;
    if (errno != EADDRINUSE)
        return false;
    if (is_stale(addr) && unlink(addr->sun_path) == 0)
        return bind_with_mode(fd, addr, mode);
    errno = EADDRINUSE;
    return false;
}

/* Which file the path stands for. */
static bool find_file(const char *path, struct sockfile *ret)
{
    struct stat st;

    if (lstat(path, &st) < 0)
        return false;
    *ret = (struct sockfile){st.st_dev, st.st_ino};
    return true;
}

/*
 * Root does this, in folders of others: it is that very file that is given away, whatever
 * the path comes to stand for meanwhile.
 */
bool sockfile_give(const char *path, const struct sockfile *file, uid_t user, gid_t group)
{
    int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC), saved;
    struct stat st;
    bool given;

    if (fd < 0 || fstat(fd, &st) < 0)
        return false;
    errno = ENOENT;
    given = st.st_dev == file->device && st.st_ino == file->inode &&
            fchownat(fd, "", user, group, AT_EMPTY_PATH) == 0;
    saved = errno;
    close(fd);
    errno = saved;
    return given;
}

/*
 * Nobody can connect before it listens, which is when all is as it should be. A file that
 * could not be made so does not stay.
 */
static bool finish(int fd, const struct sockaddr_un *addr, uid_t user, gid_t group,
                   int backlog, struct sockfile *ret)
{
    const bool keeps = user == (uid_t)-1 && group == (gid_t)-1;
    struct sockfile file;
    int saved;

    if (find_file(addr->sun_path, &file) &&
        (keeps || sockfile_give(addr->sun_path, &file, user, group)) &&
        listen(fd, backlog) == 0) {
        *ret = file;
        return true;
    }
    saved = errno;
    unlink(addr->sun_path);
    errno = saved;
    return false;
}

static bool open_locked(int fd, const struct sockaddr_un *addr,
                        const struct sockfile_wish *wish, int backlog,
                        struct sockfile *ret)
{
    uid_t user;
    gid_t group;

    return owner_of(wish, &user, &group) && bind_or_replace(fd, addr, wish->mode) &&
           finish(fd, addr, user, group, backlog, ret);
}

int sockfile_open(const char *path, const struct sockfile_wish *wish, int backlog,
                  struct sockfile *ret)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    struct lock lock = {.fd = -1};
    int fd, saved;

    snprintf(addr.sun_path, sizeof addr.sun_path, "%s", path);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (lock_take(&lock, path)) {
        bool opened = open_locked(fd, &addr, wish, backlog, ret);

        lock_give(&lock);
        if (opened)
            return fd;
    }
    saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

/* It became somebody else who may not write to that folder, most likely. */
static void say_left(const char *path)
{
    log_line(LEVEL_NOTICE, "the socket file %s stays: it can't be removed: %s", path,
             strerror(errno));
}

void sockfile_remove(const char *path, const struct sockfile *file)
{
    struct sockfile found;
    struct lock lock = {.fd = -1};

    if (file->inode == 0)
        return;
    if (!lock_take(&lock, path)) {
        if (errno != EADDRINUSE) /* else it is not for us any more */
            say_left(path);
        return;
    }
    if (find_file(path, &found) && found.device == file->device &&
        found.inode == file->inode && unlink(path) < 0)
        say_left(path);
    lock_give(&lock);
}
