/* SPDX-License-Identifier: MIT */
#include "lookout.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "deadline.h"

enum { EVENTS_AT_ONCE = 64 };

void lookout_init(struct lookout *lo)
{
    *lo = (struct lookout){.epoll = -1, .bell = -1, .asleep_until_ns = INT64_MIN};
    pthread_mutex_init(&lo->lock, NULL);
    pthread_cond_init(&lo->served, NULL);
    list_init(&lo->all);
    list_init(&lo->due);
}

static void close_both(struct lookout *lo)
{
    if (lo->epoll >= 0)
        close(lo->epoll);
    if (lo->bell >= 0)
        close(lo->bell);
    lo->epoll = lo->bell = -1;
}

void lookout_release(struct lookout *lo)
{
    close_both(lo);
    pthread_cond_destroy(&lo->served);
    pthread_mutex_destroy(&lo->lock);
}

bool lookout_open(struct lookout *lo)
{
    struct epoll_event bell = {.events = EPOLLIN, .data.ptr = NULL};

    if (lo->bell >= 0)
        return true;
    lo->epoll = epoll_create1(EPOLL_CLOEXEC);
    lo->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (lo->epoll >= 0 && lo->bell >= 0 &&
        epoll_ctl(lo->epoll, EPOLL_CTL_ADD, lo->bell, &bell) == 0)
        return true;
    close_both(lo);
    return false;
}

void lookout_poke(struct lookout *lo)
{
    const uint64_t one = 1;

    while (write(lo->bell, &one, sizeof one) < 0 && errno == EINTR)
        ;
}

static void hush(struct lookout *lo)
{
    uint64_t count;

    while (read(lo->bell, &count, sizeof count) < 0 && errno == EINTR)
        ;
}

/* ---- what a program asks for ---- */

/* Tells the kernel; poll(2)'s events are epoll(7)'s. */
static bool control(const struct lookout *lo, int what, struct watch *w)
{
    struct epoll_event event = {.events = (uint32_t)w->events, .data.ptr = w};

    return w->fd < 0 || epoll_ctl(lo->epoll, what, w->fd, &event) == 0;
}

/* With the lock held. */
static void tell_deadline(struct lookout *lo, int64_t deadline_ns)
{
    if (deadline_ns < lo->asleep_until_ns)
        lookout_poke(lo);
}

bool lookout_add(struct lookout *lo, struct watch *w)
{
    bool added;

    list_init(&w->link);
    pthread_mutex_lock(&lo->lock);
    added = control(lo, EPOLL_CTL_ADD, w);
    if (added) {
        list_push(&lo->all, &w->link);
        tell_deadline(lo, w->deadline_ns);
    }
    pthread_mutex_unlock(&lo->lock);
    return added;
}

void lookout_change(struct lookout *lo, struct watch *w, short events,
                    int64_t deadline_ns)
{
    pthread_mutex_lock(&lo->lock);
    w->deadline_ns = deadline_ns;
    tell_deadline(lo, deadline_ns);
    if (events != w->events) {
        w->events = events;
        control(lo, EPOLL_CTL_MOD, w);
    }
    pthread_mutex_unlock(&lo->lock);
}

void lookout_remove(struct lookout *lo, struct watch *w)
{
    pthread_mutex_lock(&lo->lock);
    control(lo, EPOLL_CTL_DEL, w);
    lo->removals++;
    list_remove(&w->link);
    if (lo->serving == w && pthread_equal(lo->server, pthread_self()))
        lo->serving = NULL;
    while (lo->serving == w)
        pthread_cond_wait(&lo->served, &lo->lock);
    pthread_mutex_unlock(&lo->lock);
}

/* ---- what the threads of processes do ---- */

bool lookout_claim(struct lookout *lo)
{
    bool claimed;

    pthread_mutex_lock(&lo->lock);
    claimed = !lo->claimed;
    lo->claimed = true;
    pthread_mutex_unlock(&lo->lock);
    return claimed;
}

void lookout_leave(struct lookout *lo)
{
    pthread_mutex_lock(&lo->lock);
    lo->claimed = false;
    pthread_mutex_unlock(&lo->lock);
}

bool lookout_is_alone(struct lookout *lo)
{
    bool alone;

    pthread_mutex_lock(&lo->lock);
    alone = !lo->claimed && !list_is_empty(&lo->all);
    pthread_mutex_unlock(&lo->lock);
    return alone;
}

static struct watch *watch_of(struct list *link)
{
    return container_of(link, struct watch, link);
}

static int64_t first_deadline(const struct lookout *lo, int64_t until_ns)
{
    for (struct list *l = lo->all.next; l != &lo->all; l = l->next)
        if (watch_of(l)->deadline_ns < until_ns)
            until_ns = watch_of(l)->deadline_ns;
    return until_ns;
}

static void make_due(struct lookout *lo, struct watch *w, short revents)
{
    w->revents = revents;
    list_remove(&w->link);
    list_push(&lo->due, &w->link);
}

/* What the kernel told of, but for a watch that is gone: if one is, it is asked again. */
static void take_events(struct lookout *lo, const struct epoll_event *events, int count,
                        uint64_t removals)
{
    for (int i = 0; i < count; i++) {
        if (!events[i].data.ptr)
            hush(lo);
        else if (removals == lo->removals)
            make_due(lo, events[i].data.ptr, (short)events[i].events);
    }
}

static void take_deadlines(struct lookout *lo, int64_t now_ns)
{
    struct list *next;

    for (struct list *l = lo->all.next; l != &lo->all; l = next) {
        next = l->next;
        if (watch_of(l)->deadline_ns <= now_ns)
            make_due(lo, watch_of(l), 0);
    }
}

/* With the lock held, but for the calls. */
static void serve(struct lookout *lo)
{
    struct list *link;

    while ((link = list_pop(&lo->due))) {
        struct watch *w = watch_of(link);

        list_push(&lo->all, link);
        lo->serving = w;
        lo->server = pthread_self();
        pthread_mutex_unlock(&lo->lock);
        w->ready(w, w->revents);
        pthread_mutex_lock(&lo->lock);
        lo->serving = NULL;
        pthread_cond_broadcast(&lo->served);
    }
}

void lookout_poll(struct lookout *lo, int64_t until_ns)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    uint64_t removals;
    int count;

    pthread_mutex_lock(&lo->lock);
    if (until_ns == INT64_MIN && list_is_empty(&lo->all)) {
        pthread_mutex_unlock(&lo->lock);
        return;
    }
    if (until_ns != INT64_MIN) {
        until_ns = first_deadline(lo, until_ns);
        lo->asleep_until_ns = until_ns;
    }
    removals = lo->removals;
    pthread_mutex_unlock(&lo->lock);
    count = epoll_wait(lo->epoll, events, EVENTS_AT_ONCE,
                       until_ns == INT64_MIN ? 0 : deadline_poll_ms(until_ns));
    pthread_mutex_lock(&lo->lock);
    lo->asleep_until_ns = INT64_MIN;
    take_events(lo, events, count, removals);
    take_deadlines(lo, deadline_now_ns());
    serve(lo);
    pthread_mutex_unlock(&lo->lock);
}
