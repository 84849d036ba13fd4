/* SPDX-License-Identifier: MIT */
/*
 * tls.h - the client's end of TLS over a connected socket. Only tls.c knows OpenSSL.
 *
 * There is no way around it: without a good certificate of the host that was asked for
 * there is no connection, and nothing is ever sent in plain. Nothing blocks, whether the
 * socket does or not, but for a tls_receive that is told to. Not thread-safe.
 */
#ifndef CLIENT_TLS_H
#define CLIENT_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct tls;

enum { TLS_WHY_MAX = 400, TLS_ROOM_MIN = 20 * 1024 };

struct tls_settings {
    const char *host;        /* whose certificate it must be: a name or an address */
    const char *ca;          /* PEM file of authorities; NULL: those of the system */
    const char *certificate; /* PEM file of what we show, with its chain; NULL: nothing */
    const char *key;         /* PEM file of its key; NULL: it is in the same file */
    bool accept_1_2;         /* TLS 1.2, too, and not 1.3 alone */
};

/*
 * Over the socket, which stays the caller's, and must outlive it. NULL: ret_why says what
 * is wrong, naming the file if it is one. The settings are not needed any longer.
 */
struct tls *tls_new(int fd, const struct tls_settings *settings,
                    char ret_why[TLS_WHY_MAX]);

void tls_free(struct tls *t); /* NULL is fine */

/*
 * The handshake: 0 when it is done, -1 and errno else: EAGAIN, to go on when the socket
 * is ready for tls_events; or EPROTO and what it was otherwise, see tls_why.
 */
int tls_connect(struct tls *t);

/*
 * As recv(2), with MSG_DONTWAIT or 0 as flags, into at least TLS_ROOM_MIN bytes. It
 * leaves nothing behind that poll(2) does not tell of: everything that has been read and
 * can be decrypted is there when it returns. After EAGAIN wait for tls_events. 0 only if
 * the other side has said that nothing more will come: a connection that breaks off is
 * ECONNRESET. A client whose certificate is refused may learn of it here, as EPROTO.
 */
ssize_t tls_receive(struct tls *t, char *out, size_t room, int flags);

/* Whether the next tls_receive would bring nothing but the end, or an error. */
bool tls_is_over(const struct tls *t);

/*
 * As send(2) with MSG_DONTWAIT; what was not sent must be offered again, first. What had
 * arrived can still be received when it fails.
 */
ssize_t tls_send(struct tls *t, const char *bytes, size_t len);

/* POLLIN or POLLOUT: what the last call that ended with EAGAIN waits for. */
short tls_events(const struct tls *t);

/* Says that nothing more will be sent. False: the socket does not take that yet. */
bool tls_finish(struct tls *t);

/*
 * Why a call failed, as a sentence without full stop: "certificate verify failed:
 * hostname mismatch"; "" if none did but tls_send. Lives as long as it.
 */
const char *tls_why(const struct tls *t);

#endif
