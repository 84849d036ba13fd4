/* SPDX-License-Identifier: MIT */
/*
 * listener.h - where clients come in: sockets that we open, or that systemd hands to us.
 *
 * Accepts on the main thread and hands each connection to a callback, which owns it then.
 * When the process is out of descriptors a listener pauses for a moment, and says so
 * once. Main thread.
 */
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H

#include <event2/event.h>
#include <stdbool.h>
#include "uri.h"

struct listener;

/* A connected, non-blocking socket; the callee owns it. */
typedef void listener_accepted(int fd, void *arg);

/*
 * Opens the socket, accepts nothing yet. A Unix socket file that nobody answers on is
 * replaced. NULL: errno says why.
 */
struct listener *listener_open(const struct uri *uri);

/*
 * Takes a socket that listens already. NULL: errno says why, and fd is still the
 * caller's.
 */
struct listener *listener_adopt(int fd);

/* Starts to accept. False: no memory. */
bool listener_start(struct listener *l, struct event_base *base,
                    listener_accepted *accepted, void *arg);

/* Where it really listens, with the port it got. */
const struct uri *listener_uri(const struct listener *l);

/*
 * Accepts no more, closes the socket, and removes the socket file if it is ours. NULL
 * is fine.
 */
void listener_free(struct listener *l);

#endif
