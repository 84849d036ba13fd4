/* SPDX-License-Identifier: MIT */
/*
 * secure.h - TLS on the daemon's side: the keys of a listener, and the link of one
 * connection that uses them. The only file of the daemon that knows OpenSSL.
 *
 * Keys never change and are counted: a reload makes others, for links to come, and those
 * there are keep theirs. TLS 1.3, or 1.2 with forward secrecy if asked for; without
 * renegotiation, compression and early data. Tickets for resumption are given only where
 * no certificates are asked of clients: who has to show one shows it every time.
 *
 * Keys may be used by any thread, a link by one at a time (session.lock).
 */
#ifndef SERVER_SECURE_H
#define SERVER_SECURE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct config_listen;
struct secure_keys;
struct secure_link;

enum {
    SECURE_WHY_MAX = 400,
    SECURE_RECORD = 16384 /* most bytes that come at once, be it later than expected */
};

/*
 * Reads certificate, key and client_ca. NULL: ret_why says which file is wrong, and how.
 * Held once, by the caller.
 */
struct secure_keys *secure_load(const struct config_listen *listen,
                                char ret_why[SECURE_WHY_MAX]);

struct secure_keys *
secure_hold(struct secure_keys *keys);      /* returns keys; NULL is fine */
void secure_drop(struct secure_keys *keys); /* the last one frees; NULL is fine */

/* A link over a connected socket, which stays the caller's. NULL: no memory. */
struct secure_link *secure_link_new(struct secure_keys *keys, int fd);

/* Tells the peer that nothing more will come, if it can be told. */
void secure_link_end(struct secure_link *l);

void secure_link_free(struct secure_link *l); /* NULL is fine */

enum secure_step { SECURE_DONE, SECURE_READ, SECURE_WRITE, SECURE_FAILED };

/*
 * Goes on with the handshake as far as the socket allows. READ, WRITE: to be called again
 * when the socket can be read or written. FAILED: *ret_why says why, as text of the
 * link's that lives as long as the link.
 */
enum secure_step secure_shake(struct secure_link *l, const char **ret_why);

/*
 * As recv(2) and send(2): what is to be decrypted is read with one recv(2), the result
 * may be EAGAIN though bytes came. All that was read is decrypted: when the socket is
 * empty, so is the link. room: more than SECURE_RECORD.
 */
ssize_t secure_receive(struct secure_link *l, char *out, size_t room);

/* After EAGAIN the next call must begin with the bytes that were not sent. */
ssize_t secure_send(struct secure_link *l, const char *bytes, size_t len);

/* Whether the peer has said that nothing more will come. */
bool secure_is_over(const struct secure_link *l);

/* What a checked certificate calls its owner. */
struct secure_names {
    char **items;
    size_t count;
};

/*
 * The peer's names: its subject as RFC 4514 writes it ("CN=printer,O=Example"), then its
 * alternative names, as "DNS:…", "email:…", "URI:…" or "IP:…". None if it showed no
 * certificate. False: no memory.
 */
bool secure_names(struct secure_link *l, struct secure_names *ret);
void secure_names_release(struct secure_names *names);

#endif
