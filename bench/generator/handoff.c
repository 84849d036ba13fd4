/* SPDX-License-Identifier: MIT */
/*
 * handoff.c - pairs of clients that answer each other: one puts on its channel and takes
 * from its mate's in one write; the mate, parked in a take, does the same as soon as the
 * value comes. There are never more than two requests and a value of a pair under way.
 */
#include "scenario.h"

#include <stdlib.h>
#include "clock.h"
#include "die.h"
#include "load.h"

struct handoff {
    struct load *load;
    struct link *links;
    uint32_t link_count;
    int64_t *asked_ns; /* of each pair: when the round trip began */
};

static bool asks(const struct link *link)
{
    return link->number % 2 == 0;
}

/* Puts on its own channel and takes from its mate's. */
static void play(struct handoff *h, struct link *link)
{
    struct load *load = h->load;
    int64_t now_ns = clock_now_ns();

    if (asks(link))
        h->asked_ns[link->number / 2] = now_ns;
    load->wire->put(link, link->number, ledger_send(&load->ledger, link->number, now_ns));
    load->wire->take(link, link->number ^ 1);
}

/* The asker has its answer: the round trip is over. */
static void finish(struct handoff *h, const struct link *link)
{
    int64_t now_ns = clock_now_ns();

    meter_count(&h->load->meter, now_ns - h->asked_ns[link->number / 2]);
    meter_look(&h->load->meter, now_ns);
}

static void hear(void *scenario, struct link *link)
{
    struct handoff *h = scenario;
    struct load *load = h->load;
    struct event event;

    while (load->wire->next(link, &event)) {
        if (event.kind != EVENT_VALUE)
            continue;
        if (ledger_receive(&load->ledger, event.value).sender != (link->number ^ 1))
            die("connection %u got a value that was not its mate's", link->number);
        load->wire->done(link, &event);
        if (asks(link))
            finish(h, link);
        if (!asks(link) || load->meter.phase != PHASE_OVER)
            play(h, link);
    }
}

/* One pair needs no loop to know who comes next, and then costs the least. */
static void run_pair(struct handoff *h)
{
    struct link *asker = &h->links[0], *mate = &h->links[1];

    for (struct link *link = mate; h->load->ledger.under_way > 0;) {
        uint32_t before = h->load->ledger.next;

        link_await(link);
        hear(h, link);
        link_flush(link);
        if (h->load->ledger.next != before)
            link = link == mate ? asker : mate;
    }
}

static void run_pairs(struct handoff *h)
{
    for (uint32_t i = 0; i < h->link_count; i++)
        load_watch(h->load, &h->links[i]);
    while (h->load->ledger.under_way > 0)
        load_turn(h->load, hear, h);
}

/* Says where values are taken from, and parks the mates. */
static void prepare(struct handoff *h)
{
    for (uint32_t i = 0; i < h->link_count; i++) {
        const uint32_t mates = i ^ 1;

        h->load->wire->listen(&h->links[i], &mates, 1);
        load_settle(h->load, &h->links[i]);
    }
    for (uint32_t i = 1; i < h->link_count; i += 2) {
        h->load->wire->take(&h->links[i], i - 1);
        link_flush(&h->links[i]);
    }
}

void handoff_run(struct load *load)
{
    uint32_t pairs = (uint32_t)load->options->pairs;
    struct handoff h = {.load = load, .link_count = 2 * pairs};

    h.links = load_connect(load, h.link_count);
    h.asked_ns = calloc(pairs, sizeof *h.asked_ns);
    if (!h.asked_ns)
        die_of_memory();
    load_open_ledger(load, h.link_count);
    prepare(&h);
    for (uint32_t i = 0; i < h.link_count; i += 2) {
        play(&h, &h.links[i]);
        link_flush(&h.links[i]);
    }
    if (pairs == 1)
        run_pair(&h);
    else
        run_pairs(&h);
    free(h.asked_ns);
    load_disconnect(h.links, h.link_count);
}
