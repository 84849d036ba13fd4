/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "deadline.h"
#include "dial.h"
#include "keep.h"
#include "outcome.h"
#include "strand.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void client_lock(struct chan_client *c)
{
    pthread_mutex_lock(&c->lock);
}

void client_unlock(struct chan_client *c)
{
    pthread_mutex_unlock(&c->lock);
}

struct chan_client *chan_client_new(void)
{
    struct chan_client *c = calloc(1, sizeof *c);

    if (!c)
        return NULL;
    pthread_mutex_init(&c->lock, NULL);
    c->conn.fd = c->dialling = c->kick = -1;
    list_init(&c->sleepers);
    strcpy(c->lost_why, "not connected");
    return c;
}

static void forget_server(struct chan_client *c)
{
    places_release(&c->places);
    free(c->hello.client);
    free(c->hello.token);
    memset(&c->hello, 0, sizeof c->hello);
}

void chan_client_free(struct chan_client *c)
{
    if (!c)
        return;
    chan_disconnect(c);
    forget_server(c);
    keep_free(c);
    if (c->kick >= 0)
        close(c->kick);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* With the lock held, and `connecting`, for it is let go meanwhile. */
static void disconnect(struct chan_client *c)
{
    client_unwatch(c);
    client_lose(c, CHAN_LOST, "not connected");
}

void chan_disconnect(struct chan_client *c)
{
    client_lock(c);
    if (!c->busy && !c->connecting) {
        c->connecting = true;
        disconnect(c);
        c->connecting = false;
    }
    client_unlock(c);
}

/* ---- connecting ---- */

/* All that it takes; for another thread, where the caller is a process. */
struct dialogue {
    char *uri; /* a copy: the caller's may be of its last outcome */
    int64_t deadline_ns;
    enum chan_status status;
    struct places places;
    struct text why;
    int fd;
};

static char *find_and_dial(void *arg)
{
    struct dialogue *d = arg;

    d->status = places_find(d->uri, &d->why, &d->places);
    if (d->status == CHAN_OK)
        d->status = dial(&d->places, d->deadline_ns, &d->why, &d->fd);
    return NULL;
}

/* The process parks until the thread is done with what is on its stack. */
static void dial_in_thread(struct dialogue *d)
{
    struct chan *done = chan_thread(find_and_dial, d);
    const char *value;

    if (!done) {
        d->status = CHAN_NO_MEMORY;
        return;
    }
    while (chan_take(done, CHAN_FOREVER, &value, NULL) != CHAN_CLOSED)
        chan_yield();
    chan_drop(done);
}

/* Makes what was dialled the connection. */
static enum chan_status adopt(struct chan_client *c, struct dialogue *d)
{
    forget_server(c);
    c->places = d->places;
    d->places = (struct places){0};
    if (!conn_init(&c->conn, d->fd))
        return CHAN_NO_MEMORY;
    d->fd = -1;
    c->state = CLIENT_UP;
    c->leaving = false;
    keep_note_success(c);
    return CHAN_OK;
}

static enum chan_status dialogue_end(struct dialogue *d)
{
    enum chan_status status = d->status;
    const char *why;

    if (d->fd >= 0)
        close(d->fd);
    free(d->uri);
    places_release(&d->places);
    text_lit(&d->why, "\0");
    why = status == CHAN_OK || d->why.broken || !*d->why.bytes ? NULL : d->why.bytes;
    status = outcome_of_call(status, why);
    text_release(&d->why);
    return status;
}

enum chan_status chan_connect(struct chan_client *c, const char *uri, int64_t timeout_ms)
{
    struct strand *self = strand_self();
    struct dialogue d = {.deadline_ns = deadline_after_ms(timeout_ms), .fd = -1};
    const char *fault;

    if (!self)
        return CHAN_NO_MEMORY;
    client_lock(c);
    fault = c->connecting ? "the client is connecting" : client_block_fault(c, self);
    if (fault) {
        client_unlock(c);
        return outcome_of_call(CHAN_INVALID, fault);
    }
    c->connecting = true;
    disconnect(c);
    client_unlock(c);
    d.uri = uri ? strdup(uri) : NULL;
    if (!d.uri) {
        d.status = uri ? CHAN_NO_MEMORY : CHAN_INVALID;
        text_add_slice(&d.why, slice_text(uri ? "" : "no URI"));
    } else if (strand_is_process(self)) {
        dial_in_thread(&d);
    } else {
        find_and_dial(&d);
    }
    client_lock(c);
    if (d.status == CHAN_OK)
        d.status = adopt(c, &d);
    c->connecting = false;
    client_unlock(c);
    return dialogue_end(&d);
}
