/* SPDX-License-Identifier: MIT */
/* Calls that wait for their reply, and who reads while they do. */
#include "ask.h"
#include "client.h"
#include "deadline.h"
#include "outcome.h"
#include "sleeper.h"
#include "strand.h"

#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/single_threaded.h>

const char *client_block_fault(const struct chan_client *c, const struct strand *self)
{
    const bool looped = c->started > 0 || c->busy || c->looping;

    if (looped && c->owner != self)
        return "the client is driven by the loop of another thread";
    return c->busy ? "not within a chan_done" : NULL;
}

/* ---- the reader ---- */

void client_kick(struct chan_client *c)
{
    if (c->polling && c->kick >= 0)
        eventfd_write(c->kick, 1);
}

/* What this thread has just asked for, if another one reads. */
static void tell_reader(struct chan_client *c)
{
    conn_send(&c->conn);
    if (client_events(c) & ~c->polled.events || client_due_ns(c) < c->polled_ns)
        client_kick(c);
}

/* Whether there is nothing to wait for but the next reply; so it can just be read, with
 * the lock held: where there is only one thread, nobody can ask for anything meanwhile.
 */
static bool waits_for_reply_alone(const struct chan_client *c)
{
    return __libc_single_threaded && c->state == CLIENT_UP &&
           c->polled.events == POLLIN && c->polled_ns == DEADLINE_NEVER;
}

/* How long, when nobody can kick: no descriptor was left for it. */
enum { UNKICKABLE_MS = 20 };

static int poll_ms(const struct chan_client *c)
{
    const int ms = deadline_poll_ms(c->polled_ns);
    const bool alone = c->kick >= 0 || __libc_single_threaded;

    return alone || (ms >= 0 && ms < UNKICKABLE_MS) ? ms : UNKICKABLE_MS;
}

static void poll_once(struct chan_client *c)
{
    struct pollfd fds[2] = {c->polled};
    eventfd_t kicks;

    if (c->kick < 0 && !__libc_single_threaded)
        c->kick = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    fds[1] = (struct pollfd){.fd = c->kick, .events = POLLIN};
    c->polling = true;
    client_unlock(c);
    poll(fds, c->kick < 0 ? 1 : 2, poll_ms(c));
    client_lock(c);
    c->polling = false;
    if (fds[1].revents)
        eventfd_read(c->kick, &kicks);
}

/* Waits once for whatever may happen. */
static void read_once(struct chan_client *c)
{
    conn_send(&c->conn);
    c->polled = (struct pollfd){.fd = client_fd(c), .events = client_events(c)};
    c->polled_ns = client_due_ns(c);
    if (waits_for_reply_alone(c))
        conn_await(&c->conn);
    else
        poll_once(c);
    if (!c->watched)
        client_turn(c);
}

/* ---- waiting ---- */

static void sleep_once(struct chan_client *c, struct sleeper *s)
{
    list_push(&c->sleepers, &s->link);
    client_unlock(c);
    strand_wait(s->strand, DEADLINE_NEVER);
    client_lock(c);
    list_remove(&s->link);
}

/* If nobody reads, somebody is to. */
static void hand_over(struct chan_client *c)
{
    struct list *first = c->sleepers.next;

    if (!c->reader && !c->watched && first != &c->sleepers)
        strand_wake(container_of(first, struct sleeper, link)->strand);
}

static void wait_in_thread(struct chan_client *c, struct sleeper *s)
{
    while (!s->ended) {
        if (c->reader == s && c->watched)
            c->reader = NULL;
        if (c->watched || (c->reader && c->reader != s)) {
            client_send_soon(c);
            sleep_once(c, s);
        } else {
            c->reader = s;
            read_once(c);
        }
    }
    if (c->reader == s)
        c->reader = NULL;
    hand_over(c);
}

static void wait_in_process(struct chan_client *c, const struct sleeper *s)
{
    client_send_soon(c);
    while (!s->ended) {
        client_unlock(c);
        strand_wait(s->strand, DEADLINE_NEVER);
        client_lock(c);
    }
}

/* ---- calls ---- */

/* Before something is asked when nobody was listening: whether the connection is still
 * there, if that can be mended. Not more: a process has no stack for a handshake. */
static void look_around(struct chan_client *c)
{
    if (c->keeper && c->state == CLIENT_UP && c->calls.count == 0 && !c->watched &&
        !c->reader)
        client_turn(c);
}

/* CHAN_OK, or why there is nothing to wait for, with the lock held. */
static enum chan_status start(struct chan_client *c, struct request_view *rq,
                              const struct asking *how, const struct sleeper *s,
                              const char **ret_message)
{
    enum chan_status status = CHAN_NO_MEMORY;
    uint64_t id;

    *ret_message = client_block_fault(c, s->strand);
    if (*ret_message)
        return CHAN_INVALID;
    look_around(c);
    if (c->state == CLIENT_OFF || c->connecting)
        status = CHAN_LOST;
    else if (!strand_is_process(s->strand) || client_watch(c))
        status = ask_start(c, rq, how, &id);
    if (status == CHAN_LOST)
        *ret_message = c->lost_why;
    return status;
}

static void await(struct chan_client *c, struct sleeper *s)
{
    c->blocked++;
    if (strand_is_process(s->strand)) {
        wait_in_process(c, s);
    } else {
        if (c->reader)
            tell_reader(c);
        wait_in_thread(c, s);
    }
    c->blocked--;
}

enum chan_status client_call(struct chan_client *c, struct request_view *rq,
                             const struct asking *how)
{
    struct sleeper s = {.strand = strand_self()};
    struct asking mine = *how;
    enum chan_status status;
    char why[sizeof c->lost_why] = "";
    const char *message;

    if (!s.strand)
        return CHAN_NO_MEMORY;
    list_init(&s.link);
    mine.data = &s;
    client_lock(c);
    status = start(c, rq, &mine, &s, &message);
    if (status == CHAN_OK)
        await(c, &s);
    else if (message)
        memcpy(why, message, strnlen(message, sizeof why - 1));
    client_unlock(c);
    if (s.ended)
        return s.status;
    return outcome_end(strand_outcome(s.strand), status, *why ? why : NULL);
}
