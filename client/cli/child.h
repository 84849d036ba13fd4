/* SPDX-License-Identifier: MIT */
/*
 * child.h - a command that is run with a value on its standard input, and whose standard
 * output is gathered.
 *
 * Both pipes are non-blocking and are moved as poll(2) allows: a command may write before
 * it reads, or not read at all. SIGPIPE must be blocked, SIGCHLD not be ignored. Not for
 * several threads at once, but each may have children of its own.
 */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include "bytes.h"

struct child {
    pid_t pid;         /* 0: there is none that has not been waited for */
    int in, out;       /* our ends; -1: closed */
    int end;           /* a pidfd; -1: it was waited for */
    const char *input; /* what is left of it; borrowed */
    size_t input_len;
    struct bytes output;
    int wait_status; /* when pid is 0, as waitpid(2) gives it */
    bool broken;     /* its output could not be kept: out of memory */
};

/* No child: what child_release leaves. */
#define CHILD_NONE ((struct child){.in = -1, .out = -1, .end = -1})

/*
 * Starts argv with that input, which must stay, and with mask as its signals. 0, or an
 * errno and *child is CHILD_NONE.
 */
int child_start(struct child *child, char *const argv[], const char *input, size_t len,
                const sigset_t *mask);

/* Closes and frees; one that still runs is sent SIGTERM and left to itself. */
void child_release(struct child *child);

enum { CHILD_FDS = 3 };

/* What to poll for; -1 as fd where there is nothing. Then child_move. */
void child_poll(const struct child *child, struct pollfd fds[CHILD_FDS]);
void child_move(struct child *child, const struct pollfd fds[CHILD_FDS]);

/* Whether it has ended, and nobody can write to its output any more. */
bool child_is_done(const struct child *child);

/* Why a child that is done failed, in words ("exit status 3"); NULL: it did not. */
const char *child_failure(const struct child *child, char *room, size_t size);

/* Whether argv[0] can be found and run, as child_start would. 0, or an errno. */
int child_check(const char *file);

#endif
