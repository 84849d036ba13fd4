/* SPDX-License-Identifier: MIT */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 65536 };

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* The two pipes: [0] is read from, [1] is written to. */
struct pipes {
    int in[2], out[2];
};

static void close_pipes(struct pipes *p)
{
    for (int i = 0; i < 2; i++) {
        close_fd(&p->in[i]);
        close_fd(&p->out[i]);
    }
}

/* All are closed on exec; only our ends do not block, the child's are as it expects. */
static int open_pipes(struct pipes *p)
{
    int error;

    *p = (struct pipes){{-1, -1}, {-1, -1}};
    if (pipe2(p->in, O_CLOEXEC) == 0 && pipe2(p->out, O_CLOEXEC) == 0 &&
        fcntl(p->in[1], F_SETFL, O_NONBLOCK) == 0 &&
        fcntl(p->out[0], F_SETFL, O_NONBLOCK) == 0)
        return 0;
    error = errno;
    close_pipes(p);
    return error;
}

/* What this process has changed about its signals is not for the child. */
static int set_signals(posix_spawnattr_t *attr, const sigset_t *mask)
{
    sigset_t defaults;
    int error;

    sigemptyset(&defaults);
    sigaddset(&defaults, SIGPIPE);
    error = posix_spawnattr_setsigmask(attr, mask);
    if (!error)
        error = posix_spawnattr_setsigdefault(attr, &defaults);
    if (!error)
        error = posix_spawnattr_setflags(attr,
                                         POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return error;
}

static int spawn(pid_t *ret_pid, char *const argv[], const struct pipes *p,
                 const sigset_t *mask)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    int error = posix_spawn_file_actions_init(&actions);

    if (error)
        return error;
    error = posix_spawnattr_init(&attr);
    if (error) {
        posix_spawn_file_actions_destroy(&actions);
        return error;
    }
    error = set_signals(&attr, mask);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&actions, p->in[0], STDIN_FILENO);
    if (!error)
        error = posix_spawn_file_actions_adddup2(&actions, p->out[1], STDOUT_FILENO);
    if (!error)
        error = posix_spawnp(ret_pid, argv[0], &actions, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* The descriptor by which the end of a child is seen. A child that cannot be watched must
 * not go on. */
static int watch_end(pid_t pid, int *ret_fd)
{
    const int fd = pidfd_open(pid, 0);
    const int error = errno;

    if (fd >= 0) {
        *ret_fd = fd;
        return 0;
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    return error;
}

int child_start(struct child *child, char *const argv[], const char *input, size_t len,
                const sigset_t *mask)
{
    struct pipes pipes;
    pid_t pid;
    int error = open_pipes(&pipes);

    *child = CHILD_NONE;
    if (error)
        return error;
    error = spawn(&pid, argv, &pipes, mask);
    if (!error)
        error = watch_end(pid, &child->end);
    if (!error) {
        child->pid = pid;
        child->in = pipes.in[1];
        child->out = pipes.out[0];
        child->input = input;
        child->input_len = len;
        pipes.in[1] = pipes.out[0] = -1;
    }
    close_pipes(&pipes);
    return error;
}

void child_release(struct child *child)
{
    close_fd(&child->in);
    close_fd(&child->out);
    close_fd(&child->end);
    if (child->pid > 0)
        kill(child->pid, SIGTERM);
    bytes_release(&child->output);
    *child = CHILD_NONE;
}

void child_poll(const struct child *child, struct pollfd fds[CHILD_FDS])
{
    fds[0] = (struct pollfd){.fd = child->in, .events = POLLOUT};
    fds[1] = (struct pollfd){.fd = child->out, .events = POLLIN};
    fds[2] = (struct pollfd){.fd = child->end, .events = POLLIN};
}

/* A command that has closed its input does not want the rest. */
static void feed(struct child *child)
{
    const ssize_t n = write(child->in, child->input, child->input_len);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n > 0) {
        child->input += n;
        child->input_len -= (size_t)n;
    }
    if (n < 0 || child->input_len == 0)
        close_fd(&child->in);
}

static void gather(struct child *child)
{
    char *room = bytes_reserve(&child->output, CHUNK);
    ssize_t n;

    if (!room) {
        child->broken = true;
        close_fd(&child->out);
        return;
    }
    n = read(child->out, room, CHUNK);
    if (n > 0)
        child->output.len += (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        close_fd(&child->out);
}

static void reap(struct child *child)
{
    if (waitpid(child->pid, &child->wait_status, WNOHANG) <= 0)
        return;
    child->pid = 0;
    close_fd(&child->end);
}

void child_move(struct child *child, const struct pollfd fds[CHILD_FDS])
{
    if (child->in >= 0 && fds[0].revents)
        feed(child);
    if (child->out >= 0 && fds[1].revents)
        gather(child);
    if (child->end >= 0 && fds[2].revents)
        reap(child);
}

bool child_is_done(const struct child *child)
{
    return child->pid == 0 && child->out < 0;
}

const char *child_failure(const struct child *child, char *room, size_t size)
{
    const int status = child->wait_status;

    if (child->broken)
        return "out of memory for its output";
    if (WIFSIGNALED(status))
        snprintf(room, size, "killed by signal %d (%s)", WTERMSIG(status),
                 strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0)
        snprintf(room, size, "exit status %d", WEXITSTATUS(status));
    else
        return NULL;
    return room;
}

static int check_file(const char *path)
{
    return access(path, X_OK) == 0 ? 0 : errno;
}

int child_check(const char *file)
{
    const char *path = getenv("PATH");
    char name[PATH_MAX];
    int error = ENOENT;

    if (strchr(file, '/'))
        return check_file(file);
    if (!path)
        path = "/bin:/usr/bin";
    while (error && *path) {
        const size_t len = strcspn(path, ":");

        snprintf(name, sizeof name, "%.*s/%s", (int)len, len > 0 ? path : ".", file);
        error = check_file(name);
        path += len + (path[len] == ':');
    }
    return error;
}
