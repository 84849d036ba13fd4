/* SPDX-License-Identifier: MIT */
/*
 * chan_event.h - a chan_client in a loop of libevent 2.
 *
 *     struct chan_event e;
 *     chan_event_init(&e, base, client);      connected or not
 *     …
 *     chan_event_update(&e);      after chan_start… and any other call outside of the
 * loop … chan_event_release(&e);     before the client and the base are freed
 *
 * Within a chan_done nothing is to be done: the client is looked after behind it. The
 * struct is the caller's and stays where it is. What is started leaves with the next turn
 * of the loop.
 */
#ifndef CHAN_EVENT_H
#define CHAN_EVENT_H

#include <chan.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <poll.h>

struct chan_event {
    struct chan_client *client;
    struct event_base *base;
    struct event event;
    int fd; /* that `event` is of; -1: it is the time alone */
    short events;
};

static inline void chan_event_update(struct chan_event *e);

static inline void chan_event_ready(evutil_socket_t fd, short what, void *data)
{
    struct chan_event *e = (struct chan_event *)data;

    (void)fd;
    (void)what;
    chan_process(e->client); /* how requests ended, their chan_dones were told */
    chan_event_update(e);
}

/* What the client waits for now. A socket that is another one with the same number does
 * not look so: between the two there was none. */
static inline void chan_event_update(struct chan_event *e)
{
    const int fd = chan_fd(e->client), ms = chan_poll_ms(e->client);
    const short events = chan_events(e->client);
    const struct timeval wait = {ms / 1000, ms % 1000 * 1000};
    const short what = (short)((events & POLLIN ? EV_READ : 0) |
                               (events & POLLOUT ? EV_WRITE : 0) | EV_PERSIST);

    if (fd != e->fd || events != e->events) {
        event_del(&e->event);
        event_assign(&e->event, e->base, fd, fd < 0 ? 0 : what, chan_event_ready, e);
        e->fd = fd;
        e->events = events;
    }
    if (ms < 0)
        event_remove_timer(&e->event); /* or the last one would go on */
    if (fd >= 0 || ms >= 0)
        event_add(&e->event, ms >= 0 ? &wait : NULL);
}

static inline void chan_event_init(struct chan_event *e, struct event_base *base,
                                   struct chan_client *client)
{
    e->client = client;
    e->base = base;
    e->fd = -1;
    e->events = 0;
    event_assign(&e->event, base, -1, 0, chan_event_ready, e);
    chan_event_update(e);
}

static inline void chan_event_release(struct chan_event *e)
{
    event_del(&e->event);
}

#endif
