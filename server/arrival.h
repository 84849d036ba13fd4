/* SPDX-License-Identifier: MIT */
/*
 * arrival.h - a connection between its listener and its session.
 *
 * The main thread posts it to a worker. There it becomes a session at once, or when it
 * has brought what its listener asks for: a header of the PROXY protocol, and behind that
 * a TLS handshake. Both together must come within limits.handshake_s. Handshakes take
 * about a millisecond of a turn and no more; those that are left wait for the next, so a
 * thousand of them hold up nobody who is a session already.
 */
#ifndef SERVER_ARRIVAL_H
#define SERVER_ARRIVAL_H

#include <stdbool.h>
#include "address.h"

struct secure_keys;
struct worker;

/* What a listener has accepted. */
struct accepted {
    int fd;                   /* connected, non-blocking */
    struct address from;      /* who is at the other end */
    bool is_proxy;            /* that is a proxy, and begins with a header */
    struct secure_keys *keys; /* to be held by whom it is handed to; NULL: no TLS */
};

/* Hands it over. False: no memory, and the socket is still the caller's. Any thread. */
bool arrival_post(struct worker *w, const struct accepted *accepted);

/* Closes those that are no sessions yet. The worker. */
void arrival_end_all(struct worker *w);

#endif
