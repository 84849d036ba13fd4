/* SPDX-License-Identifier: MIT */
/*
 * chan_poll.h - a chan_client in an array for poll(2), beside whatever else is polled.
 *
 *     timeout_ms = chan_poll_fill(c, &fds[0], timeout_ms);   before every poll
 *     poll(fds, count, timeout_ms);
 *     status = chan_process(c);                              after it
 *
 * With several clients the timeout is handed from one to the next.
 */
#ifndef CHAN_POLL_H
#define CHAN_POLL_H

#include <chan.h>
#include <poll.h>

/* Writes what the client waits for; poll(2) passes over an fd of -1. Returns timeout_ms
 * (negative: none), or less, if the client has something to do earlier. */
static inline int chan_poll_fill(const struct chan_client *c, struct pollfd *ret_fd,
                                 int timeout_ms)
{
    const int ms = chan_poll_ms(c);

    ret_fd->fd = chan_fd(c);
    ret_fd->events = chan_events(c);
    ret_fd->revents = 0;
    return ms >= 0 && (timeout_ms < 0 || ms < timeout_ms) ? ms : timeout_ms;
}

#endif
