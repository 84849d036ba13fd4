/* SPDX-License-Identifier: MIT */
/*
 * listener.h - where clients come in: sockets that we open, or that systemd hands to us.
 *
 * Accepts on the main thread and hands each connection to a callback, which owns it then.
 * When it cannot accept for want of descriptors or memory, it tries again every 100 ms,
 * and says once that it does, and once when it is over. However many wait, it accepts a
 * few at a time, so that signals are heard. Main thread.
 */
#ifndef SERVER_LISTENER_H
#define SERVER_LISTENER_H

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include "arrival.h"
#include "config.h"
#include "uri.h"

struct listener;

/* The callee owns the socket, and holds the keys if it keeps them. */
typedef void listener_accepted(const struct accepted *accepted, void *arg);

/*
 * Opens the socket, accepts nothing yet. `how` says what the configuration has to say
 * about it, lives as long as the listener, and may be NULL. A Unix socket file that
 * nobody answers on is replaced (sockfile.h). NULL: errno says why.
 */
struct listener *listener_open(const struct uri *uri, const struct config_listen *how);

/*
 * Takes a socket that listens already. NULL: errno says why, and fd is still the
 * caller's.
 */
struct listener *listener_adopt(int fd);

/* Has an adopted one do what the configuration says of its address; as listener_open. */
void listener_set_up(struct listener *l, const struct config_listen *how);

/* Connections to come are encrypted with these keys, which it takes. */
void listener_set_keys(struct listener *l, struct secure_keys *keys);

/*
 * How soon a client over TCP that is idle, and whose machine does not answer, is found to
 * be gone: in about so many seconds, 1 to 32,767; 0: never. Counts for connections that
 * come afterwards.
 */
void listener_keep_alive(struct listener *l, int64_t keepalive_s);

/* Starts to accept. False: errno says why; EINVAL if it is tls:// and has no keys. */
bool listener_start(struct listener *l, struct event_base *base,
                    listener_accepted *accepted, void *arg);

/* Where it really listens, with the port it got. */
const struct uri *listener_uri(const struct listener *l);

/*
 * Gives the socket file, if there is one, to that user and group, unless the
 * configuration says whose it is. False: errno.
 */
bool listener_give(struct listener *l, uid_t user, gid_t group);

/* What listener_open was told, or a listener without anything special. */
const struct config_listen *listener_how(const struct listener *l);

/*
 * Accepts no more, closes the socket, and removes the socket file if it is ours. NULL
 * is fine.
 */
void listener_free(struct listener *l);

#endif
