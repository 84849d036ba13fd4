/* SPDX-License-Identifier: MIT */
#include "delivery.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include "clock.h"

enum {
    /* So many probes of a window without room stay unanswered by a peer that is gone. */
    PROBES_LOST = 3,
    /* An answer may be on its way for so long, beside the time of a round trip. */
    ANSWER_MS = 1000,
    US_PER_MS = 1000,
    MS_PER_S = 1000
};

/*
 * Whether what was sent last should have been answered by now, and was not. A machine
 * that lives answers whatever comes, even if there is no room for it. How long ago it
 * answered something proves nothing: attempts become rare, up to two minutes apart.
 */
static bool is_unanswered(const struct tcp_info *info)
{
    if (info->tcpi_unacked == 0)
        return info->tcpi_probes >= PROBES_LOST;
    return info->tcpi_last_ack_recv > info->tcpi_last_data_sent &&
           info->tcpi_last_data_sent > ANSWER_MS + info->tcpi_rtt / US_PER_MS;
}

/* Keeps since when nothing has been taken of what is to be. */
static void note(struct delivery *d, uint32_t taken, uint32_t now)
{
    if (d->since == 0 || d->taken != taken)
        d->since = now;
    d->taken = taken;
}

static enum delivery_state done(struct delivery *d)
{
    d->since = 0;
    return DELIVERY_DONE;
}

/* Over TCP `taken` is the lower half of how many bytes the peer has acknowledged. */
static enum delivery_state look_far(struct delivery *d, const struct tcp_info *info,
                                    uint32_t now, int64_t lost_s, int64_t stalled_s)
{
    if (info->tcpi_unacked == 0 && info->tcpi_notsent_bytes == 0)
        return done(d);
    note(d, (uint32_t)info->tcpi_bytes_acked, now);
    if (clock_is_over(d->since, now, lost_s) && is_unanswered(info) &&
        info->tcpi_last_ack_recv >= lost_s * MS_PER_S)
        return DELIVERY_LOST;
    return clock_is_over(d->since, now, stalled_s) ? DELIVERY_STALLED
                                                   : DELIVERY_UNDER_WAY;
}

/*
 * Within the machine it is how much the peer has not read yet, and how much has gone: as
 * long as more is to go, there is always as much to be read.
 */
static enum delivery_state look_near(struct delivery *d, int fd, int64_t went,
                                     uint32_t now, int64_t stalled_s)
{
    int unread;

    if (ioctl(fd, SIOCOUTQ, &unread) < 0 || unread == 0)
        return done(d);
    note(d, (uint32_t)(went - unread), now);
    return clock_is_over(d->since, now, stalled_s) ? DELIVERY_STALLED
                                                   : DELIVERY_UNDER_WAY;
}

enum delivery_state delivery_look(struct delivery *d, int fd, int64_t went, uint32_t now,
                                  int64_t lost_s, int64_t stalled_s)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
        return look_far(d, &info, now, lost_s, stalled_s);
    return went < 0 ? done(d) : look_near(d, fd, went, now, stalled_s);
}
