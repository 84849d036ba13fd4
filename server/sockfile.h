/* SPDX-License-Identifier: MIT */
/*
 * sockfile.h - the file of a Unix socket: made with its owner and mode, replaced where it
 * is a left-over, and removed if it is still ours.
 *
 * While it looks at a file and replaces it, a daemon holds a lock, PATH.lock, which is
 * gone afterwards: of two that start at the same time, one finds the other's socket. What
 * is no socket, or one that somebody answers on, is never touched. Main thread, before
 * there are others (it sets the umask for a moment).
 */
#ifndef SERVER_SOCKFILE_H
#define SERVER_SOCKFILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct sockfile_wish {
    int64_t mode;              /* -1: as the umask says */
    const char *owner, *group; /* names or numbers; NULL: as it comes */
};

/* Which file it is. */
struct sockfile {
    dev_t device;
    ino_t inode; /* 0: none of ours */
};

/*
 * A socket that listens at the path, non-blocking; -1: errno says why, EADDRINUSE if
 * somebody answers there or the file is no socket.
 */
int sockfile_open(const char *path, const struct sockfile_wish *wish, int backlog,
                  struct sockfile *ret);

/*
 * Gives the file away, if it is still that one; -1: the owner or the group stays. False:
 * errno.
 */
bool sockfile_give(const char *path, const struct sockfile *file, uid_t user,
                   gid_t group);

/*
 * Removes the file if it is that one. If it may not, it says so, and the file stays: the
 * next start replaces it.
 */
void sockfile_remove(const char *path, const struct sockfile *file);

#endif
