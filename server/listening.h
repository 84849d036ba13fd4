/* SPDX-License-Identifier: MIT */
/*
 * listening.h - all the places where the daemon listens. Main thread.
 *
 * They are the sockets that systemd hands over if there are any, else those of -l, else
 * those of the configuration. Whichever it is, `listen` in the configuration says what
 * else there is to know about a place: an element counts for -l if its URI is the same,
 * and for a socket of systemd if its address is the same, or else its port. So a socket
 * of systemd has TLS if `listen` has tls:// for its port.
 */
#ifndef SERVER_LISTENING_H
#define SERVER_LISTENING_H

#include "listener.h"
#include "options.h"

struct listening { /* {0}: none */
    struct listener **items;
    size_t count;
};

/*
 * Opens them all. False: it has been logged why one of them can't be; close what there
 * is. The configuration must live until then.
 */
bool listening_open(struct listening *all, const struct config *config,
                    const struct options *options);

/* Gives away the socket files whose owner the configuration does not name. */
void listening_give(struct listening *all, uid_t user, gid_t group);

/* Starts to accept, and logs where. False: errno. */
bool listening_start(struct listening *all, struct event_base *base,
                     listener_accepted *accepted, void *arg);

/* As listener_keep_alive, for all of them. */
void listening_keep_alive(const struct listening *all, int64_t keepalive_s);

/*
 * Reads the certificates, keys and authorities of those with TLS again. Where that fails
 * it is logged why, and the old ones stay.
 */
void listening_renew_keys(struct listening *all);

/* Closes and forgets them. */
void listening_close(struct listening *all);

#endif
