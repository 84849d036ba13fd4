/* SPDX-License-Identifier: MIT */
#include "notify.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void notify_send(const char *state)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    size_t len = path ? strlen(path) : 0;
    int fd;

    if (len == 0 || len >= sizeof to.sun_path || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(to.sun_path, path, len);
    if (path[0] == '@') /* an abstract socket */
        to.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&to,
           (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
    close(fd);
}

void notify_reloading(int64_t now_ns)
{
    char state[80];

    snprintf(state, sizeof state, "RELOADING=1\nMONOTONIC_USEC=%" PRId64, now_ns / 1000);
    notify_send(state);
}

/*
 * A number from the environment, if the variable beside it names this process or
 * nobody.
 */
static int64_t env_number(const char *name, const char *pid_name)
{
    const char *text = getenv(name), *pid = getenv(pid_name);
    char *end;
    long long n;

    if (!text || (pid && strtol(pid, NULL, 10) != (long)getpid()))
        return 0;
    n = strtoll(text, &end, 10);
    return *text && !*end && n > 0 ? n : 0;
}

int64_t notify_watchdog_ns(void)
{
    int64_t usec = env_number("WATCHDOG_USEC", "WATCHDOG_PID");

    return usec > INT64_MAX / 500 ? 0 : usec * 500;
}

int notify_listen_fds(void)
{
    int64_t n = getenv("LISTEN_PID") ? env_number("LISTEN_FDS", "LISTEN_PID") : 0;

    return n > 1000 ? 0 : (int)n;
}
