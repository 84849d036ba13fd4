/* SPDX-License-Identifier: MIT */
/*
 * transport.h - what a session is connected by: a socket, plain or with TLS on it.
 *
 * Of the two kinds, one costs a test for NULL: there is no call between a session and the
 * kernel that a plain socket would not need.
 *
 * All calls mean what those of the system do: -1 and errno, EAGAIN for later, and what is
 * sent may be less than what was given. With TLS they need session.lock, and after EAGAIN
 * the next bytes to be sent must be those that were not.
 */
#ifndef SERVER_TRANSPORT_H
#define SERVER_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>
#include "address.h"
#include "secure.h"

struct iovec;

struct transport {
    struct secure_link *link; /* NULL: plain */
    int fd;                   /* non-blocking; -1: closed */
    /*
     * Who is at the other end; behind a proxy, who that says it is. ADDRESS_UNIX is who
     * connected to a Unix socket of ours, and nobody behind a proxy is that.
     */
    struct address from;
};

/* Whether it has TLS on it. */
static inline bool transport_is_secure(const struct transport *t)
{
    return t->link != NULL;
}

/* room: more than SECURE_RECORD. */
static inline ssize_t transport_receive(struct transport *t, char *out, size_t room)
{
    return t->link ? secure_receive(t->link, out, room) : read(t->fd, out, room);
}

static inline ssize_t transport_send(struct transport *t, const char *bytes, size_t len)
{
    return t->link ? secure_send(t->link, bytes, len)
                   : send(t->fd, bytes, len, MSG_NOSIGNAL);
}

/* Sends several pieces, none of them empty, as one; they are written to. */
ssize_t transport_send_pieces(struct transport *t, struct iovec *pieces, size_t count);

/* Whether the peer has said within what was received that nothing more will come. */
static inline bool transport_is_over(const struct transport *t)
{
    return t->link && secure_is_over(t->link);
}

/*
 * The names in the certificate that the peer showed, which was checked; none if it showed
 * none. False: no memory.
 */
bool transport_peer_names(const struct transport *t, struct secure_names *ret);

/* What was sent and has not arrived is given up when it is closed: the peer sees a reset.
 */
void transport_give_up(const struct transport *t);

/* Says good-bye, if that is usual, and closes. */
void transport_close(struct transport *t);

#endif
