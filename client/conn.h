/* SPDX-License-Identifier: MIT */
/*
 * conn.h - a connected socket, the lines that arrive on it and the text that leaves.
 *
 * Nothing here blocks, but for conn_await. What is to be sent is written into `out`
 * (conn_out) and leaves with conn_send; conn_receive reads once, and conn_line then hands
 * out the lines, until it says FRAME_MORE: before that nothing more may be received. A
 * connection that broke is `down`; what had arrived before can still be read. It may be
 * over TLS, which begins with a handshake (conn_shake), and nothing is sent before that
 * is done. Not thread-safe.
 */
#ifndef CLIENT_CONN_H
#define CLIENT_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "frame.h"
#include "text.h"

struct tls;

struct conn {
    int fd;          /* -1: none */
    struct tls *tls; /* NULL: plain */
    bool shaking;    /* hands; see conn_shake */
    bool down, leaving;
    bool left;  /* this direction is closed */
    bool heard; /* something has come */
    int error;  /* why it is down: an errno; 0: the other end closed it */
    struct frame in;
    char *room; /* what conn_receive reads into; borrowed by `in` */
    bool ahead; /* conn_await has read, for the next conn_receive */
    struct text out;
    size_t sent; /* of out */
    uint64_t at; /* the place of out's first byte: see conn_place */
};

/* Takes fd, which is connected, on success only; false: no memory. The conn was
 * {.fd = -1}, or released. */
bool conn_init(struct conn *conn, int fd);

/* Closes and frees; a connection of {.fd = -1} afterwards, whose places follow those of
 * before. Fine on such a one. */
void conn_release(struct conn *conn);

/* From here on over TLS; takes tls, which is for its socket and still has to shake hands.
 */
void conn_secure(struct conn *conn, struct tls *tls);

/* Goes on with the handshake, without waiting. CONN_FAILED: it is down. */
enum conn_step { CONN_DONE, CONN_GOES_ON, CONN_FAILED };
enum conn_step conn_shake(struct conn *conn);

/* What `from` has of a connection is that of `to`, which has none; its places follow
 * those of before. */
void conn_move(struct conn *to, struct conn *from);

/* Where the next request is to be added, connected or not. Good until conn_send. */
struct text *conn_out(struct conn *conn);

/* The place where the next request will begin, in all that was ever added; and the first
 * place of which nothing was sent. */
uint64_t conn_place(const struct conn *conn);
uint64_t conn_sent(const struct conn *conn);

/* Sends what the socket takes. A failure is only noted, for what the other end said
 * before it closed comes first: conn_receive takes the connection down behind it. */
void conn_send(struct conn *conn);

/* Makes unreadable what was sent and is still in its memory. */
void conn_wipe(struct conn *conn);

/* Reads what has arrived, at most once; sets `down` at the end of the stream. Whether
 * anything came. */
bool conn_receive(struct conn *conn);

/* Waits until something has arrived, for the next conn_receive; or for a signal. The
 * only function here that blocks. */
void conn_await(struct conn *conn);

/* The next line; it is writable, and good until conn_receive. */
enum frame_step conn_line(struct conn *conn, char **ret_line, size_t *ret_len);

/* No more will be added: closes this direction once all is sent. */
void conn_leave(struct conn *conn);

/* Why it is down, in words, which may be in room. */
const char *conn_why(const struct conn *conn, char *room, size_t size);

/* The events of poll(2) that are worth a conn_send or conn_receive. */
short conn_events(const struct conn *conn);

#endif
