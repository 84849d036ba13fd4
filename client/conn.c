/* SPDX-License-Identifier: MIT */
#include "conn.h"

#include <errno.h>
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
    *conn = (struct conn){.fd = fd, .room = room};
    return true;
}

void conn_release(struct conn *conn)
{
    if (conn->fd >= 0)
        close(conn->fd);
    frame_release(&conn->in);
    text_release(&conn->out);
    free(conn->room);
    *conn = (struct conn){.fd = -1};
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
        n = send(conn->fd, out->bytes + conn->sent, out->len - conn->sent, MSG_NOSIGNAL);
        if (n < 0 && is_passing(errno))
            return;
        if (n < 0)
            conn->error = errno;
        else
            conn->sent += (size_t)n;
    }
    text_clear(out);
    conn->sent = 0;
    if (conn->leaving)
        shutdown(conn->fd, SHUT_WR);
}

void conn_receive(struct conn *conn)
{
    ssize_t n;

    if (conn->fd < 0 || conn->down)
        return;
    n = recv(conn->fd, conn->room, ROOM_SIZE, 0);
    if (n > 0) {
        frame_feed(&conn->in, conn->room, (size_t)n);
    } else if (n == 0 || !is_passing(errno)) {
        conn->down = true;
        conn->error = n < 0 ? errno : conn->error;
    } else if (conn->error) {
        conn->down = true; /* it takes nothing more, and has nothing more to say */
    }
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
    return (short)(POLLIN | (conn->sent < conn->out.len ? POLLOUT : 0));
}

const char *conn_why(const struct conn *conn, char *room, size_t size)
{
    return conn->error ? strerror_r(conn->error, room, size) : "the server closed it";
}
