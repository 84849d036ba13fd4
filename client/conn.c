/* SPDX-License-Identifier: MIT */
#include "conn.h"
#include "tls.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM_SIZE = 65536 };

bool conn_init(struct conn *conn, int fd)
{
    char *room = malloc(ROOM_SIZE);

    if (!room)
        return false;
    /* It blocks where that is meant, and elsewhere MSG_DONTWAIT says that it does not. */
    fcntl(fd, F_SETFL, 0);
    conn->fd = fd;
    conn->room = room;
    return true;
}

void conn_release(struct conn *conn)
{
    const uint64_t end = conn_place(conn);

    if (conn->tls)
        tls_finish(conn->tls);
    tls_free(conn->tls);
    if (conn->fd >= 0)
        close(conn->fd);
    frame_release(&conn->in);
    text_release(&conn->out);
    free(conn->room);
    *conn = (struct conn){.fd = -1, .at = end};
}

void conn_secure(struct conn *conn, struct tls *tls)
{
    conn->tls = tls;
    conn->shaking = true;
}

enum conn_step conn_shake(struct conn *conn)
{
    if (tls_connect(conn->tls) == 0) {
        conn->shaking = false;
        return CONN_DONE;
    }
    if (errno == EAGAIN)
        return CONN_GOES_ON;
    conn->down = true;
    conn->error = errno;
    return CONN_FAILED;
}

void conn_move(struct conn *to, struct conn *from)
{
    const uint64_t end = conn_place(to);

    *to = *from;
    to->at = end;
    *from = (struct conn){.fd = -1};
}

uint64_t conn_place(const struct conn *conn)
{
    return conn->at + conn->out.len;
}

uint64_t conn_sent(const struct conn *conn)
{
    return conn->at + conn->sent;
}

/* What was sent goes once it is more than what is left, so that each byte moves at most
 * once on average. */
struct text *conn_out(struct conn *conn)
{
    struct text *out = &conn->out;
    const size_t left = out->len - conn->sent;

    if (conn->sent > left) {
        memmove(out->bytes, out->bytes + conn->sent, left);
        out->len = left;
        conn->at += conn->sent;
        conn->sent = 0;
    }
    return out;
}

static bool is_passing(int error)
{
    return error == EAGAIN || error == EINTR;
}

void conn_wipe(struct conn *conn)
{
    struct text *out = &conn->out;

    if (!out->bytes)
        return;
    explicit_bzero(out->bytes, conn->sent);
    explicit_bzero(out->bytes + out->len, out->cap - out->len);
}

static ssize_t send_some(struct conn *conn, const char *bytes, size_t len)
{
    return conn->tls ? tls_send(conn->tls, bytes, len)
                     : send(conn->fd, bytes, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void close_direction(struct conn *conn)
{
    if (conn->left || (conn->tls && !tls_finish(conn->tls)))
        return;
    conn->left = true;
    shutdown(conn->fd, SHUT_WR);
}

/* What came until then is read still; and then the server closes, if it lives. */
static void fail_to_send(struct conn *conn, int error)
{
    conn->error = error;
    shutdown(conn->fd, SHUT_WR);
}

void conn_send(struct conn *conn)
{
    struct text *out = &conn->out;
    ssize_t n;

    if (conn->fd < 0 || conn->shaking)
        return;
    while (conn->sent < out->len && !conn->error) {
        n = send_some(conn, out->bytes + conn->sent, out->len - conn->sent);
        if (n < 0 && is_passing(errno))
            return;
        if (n < 0)
            fail_to_send(conn, errno);
        else
            conn->sent += (size_t)n;
    }
    if (conn->error)
        return;
    conn->at += out->len;
    text_clear(out);
    conn->sent = 0;
    if (conn->leaving)
        close_direction(conn);
}

static void take_bytes(struct conn *conn, size_t len)
{
    conn->heard = true;
    frame_feed(&conn->in, conn->room, len);
    conn->down = conn->tls && tls_is_over(conn->tls);
}

static ssize_t receive_some(struct conn *conn, int flags)
{
    return conn->tls ? tls_receive(conn->tls, conn->room, ROOM_SIZE, flags)
                     : recv(conn->fd, conn->room, ROOM_SIZE, flags);
}

/* Whether anything came. */
static bool receive(struct conn *conn, int flags)
{
    const ssize_t n = receive_some(conn, flags);

    if (n > 0) {
        take_bytes(conn, (size_t)n);
    } else if (n == 0 || !is_passing(errno)) {
        conn->down = true;
        conn->error = n < 0 ? errno : conn->error;
    } else if (conn->error) {
        conn->down = true; /* it takes nothing more, and has nothing more to say */
    }
    return n > 0;
}

bool conn_receive(struct conn *conn)
{
    const bool ahead = conn->ahead;

    conn->ahead = false;
    if (ahead || conn->fd < 0 || conn->down || conn->shaking)
        return ahead;
    return receive(conn, MSG_DONTWAIT);
}

void conn_await(struct conn *conn)
{
    if (conn->fd >= 0 && !conn->down)
        conn->ahead = receive(conn, 0);
}

enum frame_step conn_line(struct conn *conn, char **ret_line, size_t *ret_len)
{
    /* A reply is as long as the value in it, and which values there are is the server's
     * business: no limit here but memory. */
    return frame_next(&conn->in, SIZE_MAX / 2, ret_line, ret_len);
}

void conn_leave(struct conn *conn)
{
    conn->leaving = true;
    conn_send(conn);
}

static bool has_to_send(const struct conn *conn)
{
    return conn->sent < conn->out.len || (conn->leaving && !conn->left);
}

short conn_events(const struct conn *conn)
{
    const short tls = conn->tls ? tls_events(conn->tls) : 0;
    const bool sends = has_to_send(conn) && !conn->error;

    if (conn->shaking)
        return tls;
    return (short)(POLLIN | (sends ? POLLOUT : 0) | (tls & POLLOUT));
}

/* A server that wants TLS has no words for those who come without. */
static bool may_want_tls(const struct conn *conn)
{
    int domain = AF_UNIX;
    socklen_t len = sizeof domain;

    return !conn->tls && !conn->heard && conn->error == ECONNRESET &&
           getsockopt(conn->fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 &&
           domain != AF_UNIX;
}

const char *conn_why(const struct conn *conn, char *room, size_t size)
{
    if (conn->tls && *tls_why(conn->tls))
        return tls_why(conn->tls);
    if (may_want_tls(conn))
        return "the server has reset it at the first words (does it want tls://?)";
    return conn->error ? strerror_r(conn->error, room, size) : "the server closed it";
}
