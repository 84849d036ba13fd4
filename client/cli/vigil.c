/* SPDX-License-Identifier: MIT */
#include "vigil.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { DRAIN_MS = 1000 };

static bool look(struct vigil *v)
{
    struct link *link = v->link;
    struct pollfd fds[] = {
        {.fd = link->signals, .events = POLLIN},
        {.fd = link->watches_output ? STDOUT_FILENO : -1},
        {.fd = v->end, .events = POLLIN},
    };

    if (poll(fds, 3, -1) < 0)
        return errno == EINTR;
    if (fds[0].revents)
        link_take_signals(link);
    link->reader_gone |= (fds[1].revents & (POLLERR | POLLNVAL)) != 0;
    return !link->interrupted && !link->reader_gone && !fds[2].revents;
}

static char *watch(void *arg)
{
    struct vigil *v = arg;

    while (look(v))
        ;
    chan_close(v->called);
    return NULL;
}

bool vigil_begin(struct vigil *v, struct link *link)
{
    *v = (struct vigil){.link = link,
                        .stop = eventfd(0, EFD_CLOEXEC),
                        .end = eventfd(0, EFD_CLOEXEC),
                        .called = chan_local(CHAN_NONE, 0)};
    if (v->stop >= 0 && v->end >= 0 && v->called)
        v->ended = chan_thread(watch, v);
    if (!v->ended)
        complain("cannot watch for signals: %s",
                 v->called ? "no descriptor or thread to be had" : "out of memory");
    return v->ended != NULL;
}

static void ring(int fd)
{
    eventfd_write(fd, 1);
}

static void join(struct vigil *v)
{
    const char *nothing;

    ring(v->end);
    while (chan_take(v->ended, CHAN_FOREVER, &nothing, NULL) != CHAN_CLOSED)
        ;
    chan_drop(v->ended);
}

void vigil_end(struct vigil *v)
{
    if (v->ended)
        join(v);
    chan_drop(v->called);
    chan_drop(v->timer);
    if (v->stop >= 0)
        close(v->stop);
    if (v->end >= 0)
        close(v->end);
}

static void give_up(struct vigil *v)
{
    chan_disconnect(v->link->client);
    chan_drop(v->timer);
    v->timer = NULL;
}

/* First it hangs up: whoever stops is to take nothing more. */
static void call_off(struct vigil *v)
{
    v->called_off = true;
    chan_hang_up(v->link->client);
    ring(v->stop);
    v->timer = chan_timeout(DRAIN_MS);
    if (!v->timer)
        give_up(v);
}

/* Clause 0 is what calls off, and then the timer, until that is over. */
static size_t list_clauses(const struct vigil *v, struct chan *const *reports,
                           size_t count, struct chan_clause *clauses, size_t *indices)
{
    struct chan *bell = v->called_off ? v->timer : v->called;
    size_t n = 0;

    if (bell)
        clauses[n++] = (struct chan_clause){.chan = bell};
    for (size_t i = 0; i < count; i++) {
        if (!reports[i])
            continue;
        indices[n] = i;
        clauses[n++] = (struct chan_clause){.chan = reports[i]};
    }
    return n;
}

size_t vigil_next(struct vigil *v, struct chan *const *reports, size_t count,
                  const char **ret_report, size_t *ret_len)
{
    struct chan_clause clauses[1 + VIGIL_REPORTS];
    size_t indices[1 + VIGIL_REPORTS];
    const struct chan_reply *reply;
    enum chan_status status;
    size_t n;

    for (;;) {
        n = list_clauses(v, reports, count, clauses, indices);
        status = chan_alts(clauses, n, CHAN_FIRST_WINS, CHAN_FOREVER, &reply);
        if (status != CHAN_OK && status != CHAN_CLOSED)
            continue; /* for want of memory; all else goes on */
        if (clauses[reply->index].chan == v->called)
            call_off(v);
        else if (clauses[reply->index].chan == v->timer)
            give_up(v);
        else
            break;
    }
    *ret_report = status == CHAN_OK ? reply->value : "";
    *ret_len = status == CHAN_OK ? reply->value_len : 0;
    return indices[reply->index];
}

enum exit_status vigil_exit(const struct vigil *v)
{
    return v->link->interrupted ? EXIT_INTERRUPTED : EXIT_READER_GONE;
}
