/* SPDX-License-Identifier: MIT */
/*
 * delivery.h - what becomes of bytes that the kernel has taken for a client.
 *
 * The kernel ends a connection whose peer is gone by itself only when nothing is on its
 * way (SO_KEEPALIVE), or after a quarter of an hour. TCP_USER_TIMEOUT is no help: it also
 * ends a peer that lives and answers, but has no room as long as its program is busy with
 * what it has; and keepalive waits for it, too. So whoever has sent something looks at
 * the connection now and then, and holds what it sees against what it saw before.
 */
#ifndef SERVER_DELIVERY_H
#define SERVER_DELIVERY_H

#include <stdint.h>

enum delivery_state {
    DELIVERY_DONE, /* all has arrived where the peer can take it */
    DELIVERY_UNDER_WAY,
    DELIVERY_STALLED, /* the peer's machine answers, but has taken nothing for so long */
    DELIVERY_LOST     /* the peer's machine has not answered for so long */
};

/* What was seen last; {0}: nothing yet. */
struct delivery {
    uint32_t taken; /* what changes when the peer takes something: see delivery.c */
    uint32_t since; /* when that, or nothing to send, was seen first */
};

/*
 * Looks at a socket. went: how much has been sent since there was more to send than the
 * socket would take; -1: there is not. now: in tenths of a second, by any clock that does
 * not go back, from 1. The limits are in seconds, 0 for never. Within the machine nobody
 * is lost, and what the socket has taken is done.
 */
enum delivery_state delivery_look(struct delivery *d, int fd, int64_t went, uint32_t now,
                                  int64_t lost_s, int64_t stalled_s);

#endif
