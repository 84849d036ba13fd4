/* SPDX-License-Identifier: MIT */
#include "load.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include "clock.h"
#include "die.h"

enum { TURN_EVENTS = 512, STALL_MS = 10000 };

void load_init(struct load *load, const struct options *options)
{
    *load = (struct load){.options = options, .wire = options->wire};
    load->terms.timeout_ms = options->timeout_ms;
    load->terms.prefix_len = (size_t)snprintf(
        load->terms.prefix, sizeof load->terms.prefix, "b%d-", (int)getpid());
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (load->epoll < 0)
        die("epoll_create1: %s", strerror(errno));
    meter_init(&load->meter, (pid_t)options->pid, options->warm_ms * NS_PER_MS,
               options->run_ms * NS_PER_MS);
}

void load_release(struct load *load)
{
    ledger_release(&load->ledger);
    close(load->epoll);
}

/*
 * One after the other, so that links have the server's order; and each has its answer
 * before the next, so that the server's queue of new connections does not overflow.
 */
struct link *load_connect(struct load *load, uint32_t count)
{
    struct link *links = calloc(count, sizeof *links);

    if (!links)
        die_of_memory();
    for (uint32_t i = 0; i < count; i++) {
        links[i] = (struct link){.number = i, .terms = &load->terms};
        link_open(&links[i], &load->options->server, (pid_t)load->options->pid);
        load->wire->greet(&links[i]);
        load_settle(load, &links[i]);
    }
    return links;
}

void load_disconnect(struct link *links, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        link_close(&links[i]);
    free(links);
}

void load_settle(struct load *load, struct link *link)
{
    struct pollfd room = {.fd = link->fd, .events = POLLOUT};
    struct event event;

    link_flush(link);
    while (link->congested) {
        if (poll(&room, 1, STALL_MS) == 0)
            die("the server does not read");
        link_flush(link);
    }
    while (link->unanswered > 0) {
        link_await(link);
        while (load->wire->next(link, &event))
            if (event.kind != EVENT_OTHER)
                die("a value or an acknowledgement came before it was asked for");
    }
}

void load_open_ledger(struct load *load, uint64_t most)
{
    if (most > UINT32_MAX / 4)
        die("too many values would be under way");
    ledger_init(&load->ledger, (size_t)load->options->size, (uint32_t)most);
}

/* ---- the loop ---- */

static void control(struct load *load, int what, struct link *link, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = link};

    if (epoll_ctl(load->epoll, what, link->fd, &event) != 0)
        die("epoll_ctl: %s", strerror(errno));
}

void load_watch(struct load *load, struct link *link)
{
    control(load, EPOLL_CTL_ADD, link, EPOLLIN);
}

void load_flush(struct load *load, struct link *link)
{
    bool was_congested = link->congested;

    if (link->out.len == 0)
        return;
    link_flush(link);
    if (link->congested != was_congested)
        control(load, EPOLL_CTL_MOD, link,
                link->congested ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void load_turn(struct load *load, load_hear *hear, void *scenario)
{
    struct epoll_event events[TURN_EVENTS];
    int count = epoll_wait(load->epoll, events, TURN_EVENTS, STALL_MS);

    if (count == 0)
        die("nothing came for %d s, with %llu values under way", STALL_MS / 1000,
            (unsigned long long)load->ledger.under_way);
    for (int i = 0; i < count; i++) {
        struct link *link = events[i].data.ptr;

        if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR) && link_receive(link))
            hear(scenario, link);
        load_flush(load, link);
    }
}
