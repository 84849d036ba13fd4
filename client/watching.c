/* SPDX-License-Identifier: MIT */
/* A client of processes: the runtime's threads read for them. */
#include "client.h"
#include "deadline.h"

#include <poll.h>
#include <stddef.h>

/*
 * What to wait for. The first request after a turn was sent at once; those that follow
 * leave together, as soon as no process can run: that is due now, and takes no asking
 * whether there is room.
 */
static short events_of(const struct chan_client *c)
{
    return c->batching ? POLLIN : client_events(c);
}

static int64_t due_of(const struct chan_client *c)
{
    return c->batching && client_events(c) != POLLIN ? 0 : client_due_ns(c);
}

static void attach(struct chan_client *c)
{
    c->watch.fd = client_fd(c);
    c->watch.events = events_of(c);
    c->watch.deadline_ns = due_of(c);
    c->attached = watch_add(&c->watch);
}

void client_detach(struct chan_client *c)
{
    if (!c->attached)
        return;
    c->attached = false;
    watch_remove(&c->watch);
}

static void on_ready(struct watch *w, short revents)
{
    struct chan_client *c = container_of(w, struct chan_client, watch);

    (void)revents;
    client_lock(c);
    c->batching = false;
    client_turn(c);
    if (c->watch.fd != client_fd(c))
        client_detach(c);
    if (c->watched && !c->attached)
        attach(c);
    if (c->watched && !c->attached)
        client_lose(c, CHAN_NO_MEMORY, "out of memory for a watch");
    client_rewatch(c);
    client_unlock(c);
}

bool client_watch(struct chan_client *c)
{
    if (c->watched)
        return true;
    c->watch.ready = on_ready;
    attach(c);
    c->watched = c->attached;
    if (c->watched)
        client_kick(c);
    return c->watched;
}

void client_rewatch(struct chan_client *c)
{
    const short events = events_of(c);
    const int64_t due_ns = due_of(c);

    if (c->attached && (events != c->watch.events || due_ns != c->watch.deadline_ns))
        watch_change(&c->watch, events, due_ns);
}

void client_send_soon(struct chan_client *c)
{
    if (c->attached && !c->batching && c->state == CLIENT_UP) {
        conn_send(&c->conn);
        c->batching = conn_events(&c->conn) == POLLIN;
    }
    client_rewatch(c);
}

void client_unwatch(struct chan_client *c)
{
    const bool attached = c->attached;

    if (!c->watched)
        return;
    c->attached = c->watched = false;
    client_unlock(c);
    if (attached)
        watch_remove(&c->watch);
    client_lock(c);
}
