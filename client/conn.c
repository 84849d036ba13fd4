/* SPDX-License-Identifier: MIT */
#include "conn.h"

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

    if (conn->fd >= 0)
        close(conn->fd);
    frame_release(&conn->in);
    text_release(&conn->out);
    free(conn->room);
    *conn = (struct conn){.fd = -1, .at = end};
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

void conn_send(struct conn *conn)
{
    struct text *out = &conn->out;
    ssize_t n;

    if (conn->fd < 0)
        return;
    while (conn->sent < out->len && !conn->error) {
        n = send(conn->fd, out->bytes + conn->sent, out->len - conn->sent,
                 MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && is_passing(errno))
            return;
        if (n < 0)
            conn->error = errno;
        else
            conn->sent += (size_t)n;
    }
    if (conn->error)
        return;
    conn->at += out->len;
    text_clear(out);
    conn->sent = 0;
    if (conn->leaving)
        shutdown(conn->fd, SHUT_WR);
}

/* Whether anything came. */
static bool receive(struct conn *conn, int flags)
{
    const ssize_t n = recv(conn->fd, conn->room, ROOM_SIZE, flags);

    if (n > 0) {
        frame_feed(&conn->in, conn->room, (size_t)n);
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
    if (ahead || conn->fd < 0 || conn->down)
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

short conn_events(const struct conn *conn)
{
    const bool sends = conn->sent < conn->out.len && !conn->error;

    return (short)(POLLIN | (sends ? POLLOUT : 0));
}

const char *conn_why(const struct conn *conn, char *room, size_t size)
{
    return conn->error ? strerror_r(conn->error, room, size) : "the server closed it";
}
