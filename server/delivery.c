/* SPDX-License-Identifier: MIT */
#include "delivery.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdbool.h>
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

/* How long nothing that is to be delivered has been. */
static int64_t stalled_ns(struct delivery *d, const struct tcp_info *info, int64_t now_ns)
{
    if (d->since_ns == 0 || d->taken != info->tcpi_bytes_acked)
        d->since_ns = now_ns;
    d->taken = info->tcpi_bytes_acked;
    return now_ns - d->since_ns;
}

static bool is_over(int64_t passed_ns, int64_t limit_s)
{
    return limit_s > 0 && passed_ns >= limit_s * NS_PER_S;
}

enum delivery_state delivery_look(struct delivery *d, int fd, int64_t now_ns,
                                  int64_t lost_s, int64_t stalled_s)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    int64_t passed_ns;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0 ||
        (info.tcpi_unacked == 0 && info.tcpi_notsent_bytes == 0)) {
        d->since_ns = 0;
        return DELIVERY_DONE;
    }
    passed_ns = stalled_ns(d, &info, now_ns);
    if (is_over(passed_ns, lost_s) && is_unanswered(&info) &&
        info.tcpi_last_ack_recv >= lost_s * MS_PER_S)
        return DELIVERY_LOST;
    return is_over(passed_ns, stalled_s) ? DELIVERY_STALLED : DELIVERY_UNDER_WAY;
}
