/* SPDX-License-Identifier: MIT */
#include "client.h"
#include "deadline.h"
#include "dialogue.h"
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
    passport_wipe(c->hello.token);
    memset(&c->hello, 0, sizeof c->hello);
}

void chan_client_free(struct chan_client *c)
{
    if (!c)
        return;
    chan_disconnect(c);
    forget_server(c);
    passport_release(&c->passport);
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

/* For another thread, where the caller is a process. */
struct dialling {
    struct dialogue dialogue;
    enum chan_status status;
};

static char *hold(void *arg)
{
    struct dialling *d = arg;

    d->status = dialogue_hold(&d->dialogue);
    return NULL;
}

/* The process parks until the thread is done with what is on its stack. */
static void hold_in_thread(struct dialling *d)
{
    struct chan *done = chan_thread(hold, d);
    const char *value;

    if (!done) {
        d->status = CHAN_NO_MEMORY;
        return;
    }
    while (chan_take(done, CHAN_FOREVER, &value, NULL) != CHAN_CLOSED)
        chan_yield();
    chan_drop(done);
}

/* Makes what was reached the connection. */
static void adopt(struct chan_client *c, struct dialogue *d)
{
    forget_server(c);
    c->places = d->places;
    d->places = (struct places){0};
    conn_move(&c->conn, &d->conn);
    c->state = CLIENT_UP;
    c->leaving = false;
    keep_note_success(c);
}

/* What was added, with a NUL; NULL: nothing, or no memory for it. */
static const char *text_of(struct text *t)
{
    text_lit(t, "\0");
    return t->broken || !*t->bytes ? NULL : t->bytes;
}

static enum chan_status conclude(struct strand *self, struct dialling *d)
{
    const char *why = text_of(&d->dialogue.why);
    const struct chan_reply reply = {.status = d->status,
                                     .reason = text_of(&d->dialogue.reason),
                                     .message = why ? why : chan_status_text(d->status)};

    outcome_keep(strand_outcome(self), &reply, NULL);
    dialogue_release(&d->dialogue);
    return strand_outcome(self)->last.status;
}

/* NULL: nobody else can begin anything, and there is no connection. Or why not. */
static const char *begin(struct chan_client *c, const struct strand *self)
{
    const char *fault;

    client_lock(c);
    fault = c->connecting ? "the client is connecting" : client_block_fault(c, self);
    if (!fault) {
        c->connecting = true;
        disconnect(c);
    }
    client_unlock(c);
    return fault;
}

static void end(struct chan_client *c, struct dialling *d)
{
    client_lock(c);
    if (d->status == CHAN_OK)
        adopt(c, &d->dialogue);
    c->connecting = false;
    client_unlock(c);
}

enum chan_status chan_connect(struct chan_client *c, const char *uri, int64_t timeout_ms)
{
    struct dialling d = {.dialogue = {.passport = &c->passport,
                                      .deadline_ns = deadline_after_ms(timeout_ms),
                                      .conn = {.fd = -1}}};
    struct strand *self = strand_self();
    const char *fault;
    char *copy;

    if (!self)
        return CHAN_NO_MEMORY;
    fault = begin(c, self);
    if (fault)
        return outcome_of_call(CHAN_INVALID, fault);
    copy = uri ? strdup(uri) : NULL; /* the caller's may be of its last outcome */
    d.dialogue.uri = copy;
    if (!copy) {
        d.status = uri ? CHAN_NO_MEMORY : CHAN_INVALID;
        text_add_slice(&d.dialogue.why, slice_text(uri ? NULL : "no URI"));
    } else if (strand_is_process(self)) {
        hold_in_thread(&d);
    } else {
        hold(&d);
    }
    end(c, &d);
    free(copy);
    return conclude(self, &d);
}
