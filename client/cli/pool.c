/* SPDX-License-Identifier: MIT */
#include "pool.h"
#include "complain.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

/* Descriptors that this process has besides those of the pool. */
enum { SPARE = 32 };

enum { BATCH = 256 };

#define SIGNALS UINT64_MAX /* in place of a client's index */

/* Makes room for so many descriptors, as far as that is allowed. */
static enum exit_status allow(size_t count)
{
    const rlim_t wanted = (rlim_t)count + SPARE;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
        return EXIT_DONE; /* connecting will tell */
    if (limit.rlim_max < wanted) {
        complain("%zu connections need more than the %llu open files that are allowed "
                 "(ulimit -Hn)",
                 count, (unsigned long long)limit.rlim_max);
        return EXIT_USAGE;
    }
    limit.rlim_cur = wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
    return EXIT_DONE;
}

static bool watch(struct pool *pool, int fd, short events, uint64_t what, int op)
{
    /* The bits of poll(2) and of epoll(7) are the same. */
    struct epoll_event event = {.events = (unsigned short)events, .data.u64 = what};

    return epoll_ctl(pool->epoll, op, fd, &event) == 0;
}

enum exit_status pool_init(struct pool *pool, struct link *link, size_t cap)
{
    const enum exit_status status = allow(cap);

    *pool = (struct pool){.cap = cap, .epoll = -1};
    if (status != EXIT_DONE)
        return status;
    pool->clients = calloc(cap, sizeof *pool->clients);
    pool->watched = calloc(cap, sizeof *pool->watched);
    pool->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (pool->clients && pool->watched && pool->epoll >= 0 &&
        watch(pool, link->signals, EPOLLIN, SIGNALS, EPOLL_CTL_ADD))
        return EXIT_DONE;
    complain("cannot watch %zu connections: %s", cap, strerror(errno));
    pool_release(pool);
    return EXIT_USAGE;
}

void pool_release(struct pool *pool)
{
    for (size_t i = 0; pool->clients && i < pool->count; i++)
        chan_client_free(pool->clients[i]);
    free(pool->clients);
    free(pool->watched);
    if (pool->epoll >= 0)
        close(pool->epoll);
    *pool = (struct pool){.epoll = -1};
}

enum exit_status pool_add(struct pool *pool, const struct link *link)
{
    struct chan_client *client = chan_client_new();
    const size_t i = pool->count;
    enum exit_status status;

    assert(i < pool->cap);
    if (!client) {
        complain("out of memory");
        return EXIT_USAGE;
    }
    status = link_reach(link, client);
    if (status != EXIT_DONE) {
        chan_client_free(client);
        return status;
    }
    pool->watched[i] = chan_events(client);
    if (!watch(pool, chan_fd(client), pool->watched[i], i, EPOLL_CTL_ADD)) {
        complain("cannot watch %zu connections: %s", i + 1, strerror(errno));
        chan_client_free(client);
        return EXIT_USAGE;
    }
    pool->clients[pool->count++] = client;
    return EXIT_DONE;
}

void pool_send(struct pool *pool, size_t i)
{
    struct chan_client *client = pool->clients[i];
    short events;

    if (pool->watched[i] == 0)
        return;
    if (chan_process(client) != CHAN_OK) {
        pool->watched[i] = 0; /* closed, and so no longer in the epoll */
        return;
    }
    events = chan_events(client);
    if (events != pool->watched[i] &&
        watch(pool, chan_fd(client), events, i, EPOLL_CTL_MOD))
        pool->watched[i] = events;
}

size_t pool_turn(struct pool *pool, struct link *link, int timeout_ms)
{
    struct epoll_event events[BATCH];
    const int n = epoll_wait(pool->epoll, events, BATCH, timeout_ms);
    size_t spoke = 0;

    for (int i = 0; i < n; i++) {
        if (events[i].data.u64 == SIGNALS) {
            link_take_signals(link);
            continue;
        }
        pool_send(pool, (size_t)events[i].data.u64);
        spoke++;
    }
    return spoke;
}

void pool_hang_up(struct pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        if (pool->watched[i] != 0) {
            chan_hang_up(pool->clients[i]);
            pool_send(pool, i);
        }
}
