/* SPDX-License-Identifier: MIT */
/* A client in the loop of a program. */
#include "ask.h"
#include "client.h"
#include "deadline.h"
#include "outcome.h"
#include "resume.h"
#include "strand.h"

#include <stdio.h>

/* Why a strand may not drive it by a loop, for now; NULL: it may, and is its owner. */
static const char *loop_fault(struct chan_client *c, struct strand *self)
{
    const bool looped = c->started > 0 || c->busy || c->looping;

    if (strand_is_process(self))
        return "a process has no loop: it calls what parks";
    if (looped && c->owner != self)
        return "the client is driven by the loop of another thread";
    if (!looped && (c->blocked > 0 || c->watched))
        return "other threads or processes are using the client";
    c->owner = self;
    return NULL;
}

static const char *turn_fault(struct chan_client *c, struct strand *self)
{
    const char *fault = loop_fault(c, self);

    return !fault && c->busy ? "not within a chan_done" : fault;
}

/* Within a chan_done the outcome stays, for it may be that of a blocking call. */
static enum chan_status conclude(struct chan_client *c, struct strand *self,
                                 enum chan_status status, const char *message)
{
    if (status == CHAN_LOST && !message)
        message = c->lost_why;
    if (status != CHAN_OK && !(c->busy && c->owner == self))
        status = outcome_end(strand_outcome(self), status, message);
    client_unlock(c);
    return status;
}

enum chan_status client_begin(struct chan_client *c, struct request_view *rq,
                              const struct asking *how, uint64_t *ret_id)
{
    struct strand *self = strand_self();
    enum chan_status status = CHAN_INVALID;
    const char *fault;
    uint64_t id;

    if (!self)
        return CHAN_NO_MEMORY;
    client_lock(c);
    fault = how->done ? loop_fault(c, self) : "no chan_done";
    if (!fault)
        status = ask_start(c, rq, how, &id);
    if (status == CHAN_OK) {
        c->started++;
        if (ret_id)
            *ret_id = id;
    }
    return conclude(c, self, status, fault);
}

enum chan_status chan_stop(struct chan_client *c, uint64_t id)
{
    struct strand *self = strand_self();
    enum chan_status status = CHAN_INVALID;
    const char *fault;
    struct call *call;

    if (!self)
        return CHAN_NO_MEMORY;
    client_lock(c);
    fault = loop_fault(c, self);
    call = calls_find(&c->calls, id);
    if (!fault)
        status = call ? ask_stop(c, call) : CHAN_NOT_PARKED;
    return conclude(c, self, status, fault);
}

/* What is kept for a connection to come ends here. */
static enum chan_status cancel_kept(struct chan_client *c, struct call *call)
{
    call->stopped = true;
    c->expiry_ns = 0;
    resume_expire(c);
    return CHAN_OK;
}

enum chan_status chan_cancel(struct chan_client *c, uint64_t id, int64_t timeout_ms)
{
    const struct asking how = {.limit_ms = timeout_ms};
    struct request_view rq = {.op = OP_CANCEL};
    struct strand *self = strand_self();
    const char *fault;
    char target[24];
    struct call *call;

    if (!self)
        return CHAN_NO_MEMORY;
    client_lock(c);
    fault = turn_fault(c, self);
    call = calls_find(&c->calls, id);
    if (fault || !call)
        return conclude(c, self, fault ? CHAN_INVALID : CHAN_NOT_PARKED, fault);
    if (c->state != CLIENT_UP)
        return conclude(c, self, cancel_kept(c, call), NULL);
    call->stopped = true;
    client_unlock(c);
    snprintf(target, sizeof target, "%llu", (unsigned long long)id);
    rq.target = slice_text(target);
    return client_call(c, &rq, &how);
}

/* ---- turns ---- */

enum chan_status chan_process(struct chan_client *c)
{
    struct strand *self = strand_self();
    enum chan_status status = CHAN_INVALID;
    const char *fault;

    if (!self)
        return CHAN_NO_MEMORY;
    client_lock(c);
    fault = turn_fault(c, self);
    if (!fault) {
        client_turn(c);
        status = c->state == CLIENT_OFF ? CHAN_LOST : CHAN_OK;
    }
    return conclude(c, self, status, fault);
}

/* False: the point came, and nothing else. */
static bool wait_for_events(struct chan_client *c, int64_t point_ns)
{
    const int64_t due_ns = client_due_ns(c);
    const int64_t until_ns = due_ns < point_ns ? due_ns : point_ns;
    struct pollfd p;
    int n;

    conn_send(&c->conn);
    p = (struct pollfd){.fd = client_fd(c), .events = client_events(c)};
    c->looping = true;
    client_unlock(c);
    n = poll(&p, 1, deadline_poll_ms(until_ns));
    client_lock(c);
    c->looping = false;
    return n != 0 || until_ns < point_ns;
}

static enum chan_status wait_and_turn(struct chan_client *c, int64_t timeout_ms)
{
    bool happened = true;

    if (c->state != CLIENT_OFF)
        happened = wait_for_events(c, deadline_after_ms(timeout_ms));
    client_turn(c);
    if (c->state == CLIENT_OFF)
        return CHAN_LOST;
    return happened ? CHAN_OK : CHAN_TIMEOUT;
}

enum chan_status chan_wait(struct chan_client *c, int64_t timeout_ms)
{
    struct strand *self = strand_self();
    enum chan_status status = CHAN_INVALID;
    const char *fault;

    if (!self)
        return CHAN_NO_MEMORY;
    client_lock(c);
    fault = turn_fault(c, self);
    if (!fault)
        status = wait_and_turn(c, timeout_ms);
    return conclude(c, self, status, fault);
}

/* ---- for a loop of one's own ---- */

/* The lock is no part of what does not change. */
static void lock(const struct chan_client *c)
{
    client_lock((struct chan_client *)c);
}

static void unlock(const struct chan_client *c)
{
    client_unlock((struct chan_client *)c);
}

size_t chan_outstanding(const struct chan_client *c)
{
    size_t count;

    lock(c);
    count = c->started;
    unlock(c);
    return count;
}

int chan_fd(const struct chan_client *c)
{
    int fd;

    lock(c);
    fd = client_fd(c);
    unlock(c);
    return fd;
}

short chan_events(const struct chan_client *c)
{
    short events;

    lock(c);
    events = client_events(c);
    unlock(c);
    return events;
}

int chan_poll_ms(const struct chan_client *c)
{
    int ms;

    lock(c);
    ms = deadline_poll_ms(client_due_ns(c));
    unlock(c);
    return ms;
}

void chan_hang_up(struct chan_client *c)
{
    client_lock(c);
    c->leaving = true;
    c->expiry_ns = 0;
    if (c->state != CLIENT_OFF)
        snprintf(c->lost_why, sizeof c->lost_why, "the client has hung up");
    conn_leave(&c->conn);
    client_kick(c);
    client_rewatch(c);
    client_unlock(c);
}
