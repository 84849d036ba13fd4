/* SPDX-License-Identifier: MIT */
/*
 * notify.h - the two things that systemd and a service tell each other: sd_notify(3)'s
 * datagrams to $NOTIFY_SOCKET, and the sockets of sd_listen_fds(3). Without systemd they
 * do nothing; libsystemd is not needed. Main thread.
 */
#ifndef SERVER_NOTIFY_H
#define SERVER_NOTIFY_H

#include <stdint.h>

/* Tells the service manager, if there is one: "READY=1", "STOPPING=1", … */
void notify_send(const char *state);

/* The same for a reload, which needs the time at which it began. */
void notify_reloading(int64_t now_ns);

/* How often "WATCHDOG=1" is expected, in ns: half of $WATCHDOG_USEC; 0: it is not. */
int64_t notify_watchdog_ns(void);

/* How many listening sockets were handed to this process; they begin at NOTIFY_FD. */
enum { NOTIFY_FD = 3 };
int notify_listen_fds(void);

#endif
