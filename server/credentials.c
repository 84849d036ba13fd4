/* SPDX-License-Identifier: MIT */
#include "credentials.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

static_assert(sizeof(gid_t) == sizeof(uint32_t), "groups are as the roster has them");

enum { GROUPS_USUAL = 32 };

/*
 * The process's groups behind its own, which `groups` has already; how many they are, or
 * more than there is room for. 0: the system does not tell.
 */
static size_t read_groups(int fd, uint32_t *groups, size_t room)
{
    socklen_t len = (socklen_t)(room * sizeof *groups);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) < 0 && errno != ERANGE)
        return 0;
    return len / sizeof *groups;
}

static const struct user *user_of(int fd, const struct ucred *peer, uint32_t *groups,
                                  size_t room, const struct roster *roster)
{
    size_t count = read_groups(fd, groups + 1, room - 1);

    groups[0] = peer->gid;
    if (count > room - 1)
        count = 0; /* they are more than at first: its own group it is */
    return roster_of_process(roster, peer->uid, groups, 1 + count);
}

const struct user *credentials_user(int fd, const struct roster *roster)
{
    uint32_t usual[GROUPS_USUAL], *groups;
    struct ucred peer;
    socklen_t len = sizeof peer;
    const struct user *user;
    size_t count;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 || peer.uid == (uid_t)-1)
        return NULL;
    count = read_groups(fd, usual, GROUPS_USUAL);
    if (count < GROUPS_USUAL)
        return user_of(fd, &peer, usual, GROUPS_USUAL, roster);
    groups = calloc(count + 1, sizeof *groups);
    if (!groups)
        return NULL;
    user = user_of(fd, &peer, groups, count + 1, roster);
    free(groups);
    return user;
}
