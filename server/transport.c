/* SPDX-License-Identifier: MIT */
#include "transport.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

/* What goes out as one record. */
struct packet {
    char bytes[SECURE_RECORD];
    size_t len;
};

/* Fills the packet from the pieces, which it shortens by that. */
static void packet_fill(struct packet *p, struct iovec **pieces, const struct iovec *end)
{
    p->len = 0;
    while (*pieces < end && p->len < sizeof p->bytes) {
        struct iovec *piece = *pieces;
        const size_t room = sizeof p->bytes - p->len;
        const size_t n = piece->iov_len < room ? piece->iov_len : room;

        memcpy(p->bytes + p->len, piece->iov_base, n);
        p->len += n;
        piece->iov_base = (char *)piece->iov_base + n;
        piece->iov_len -= n;
        if (piece->iov_len == 0)
            ++*pieces;
    }
}

/* Encrypting copies anyway: a record for each piece would cost more than another copy. */
static ssize_t send_packets(struct secure_link *l, struct iovec *pieces, size_t count)
{
    const struct iovec *end = pieces + count;
    struct packet packet;
    size_t sent = 0;
    ssize_t n;

    do {
        packet_fill(&packet, &pieces, end);
        n = secure_send(l, packet.bytes, packet.len);
        if (n > 0)
            sent += (size_t)n;
    } while (n == (ssize_t)packet.len && pieces < end);
    return sent > 0 ? (ssize_t)sent : n;
}

ssize_t transport_send_pieces(struct transport *t, struct iovec *pieces, size_t count)
{
    const struct msghdr message = {.msg_iov = pieces, .msg_iovlen = count};

    return t->link ? send_packets(t->link, pieces, count)
                   : sendmsg(t->fd, &message, MSG_NOSIGNAL);
}

bool transport_peer_names(const struct transport *t, struct secure_names *ret)
{
    if (t->link)
        return secure_names(t->link, ret);
    *ret = (struct secure_names){0};
    return true;
}

void transport_give_up(const struct transport *t)
{
    const struct linger at_once = {.l_onoff = 1};

    setsockopt(t->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void transport_close(struct transport *t)
{
    if (t->link)
        secure_link_end(t->link);
    secure_link_free(t->link);
    close(t->fd);
    t->link = NULL;
    t->fd = -1;
}
