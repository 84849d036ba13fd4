/* SPDX-License-Identifier: MIT */
/*
 * parked.c - many connections, each with some takes parked on channels of their own: what
 * they cost in memory, and how long it takes to wake them all with one value each.
 */
#include "scenario.h"

#include <stdlib.h>
#include "clock.h"
#include "die.h"
#include "load.h"
#include "process.h"

enum { PUTS_OUTSTANDING = 256 };

struct parked {
    struct load *load;
    struct link *takers, *putter;
    uint32_t connections, each; /* takes parked on each connection */
    uint32_t total, sent, outstanding;
};

static void park(struct parked *p, struct link *link)
{
    uint32_t *channels = calloc(p->each, sizeof *channels);

    if (!channels)
        die_of_memory();
    for (uint32_t i = 0; i < p->each; i++)
        channels[i] = link->number * p->each + i;
    p->load->wire->listen(link, channels, p->each);
    for (uint32_t i = 0; i < p->each; i++)
        p->load->wire->take(link, channels[i]);
    load_settle(p->load, link);
    free(channels);
}

static double bytes_each(int64_t before, int64_t after, uint32_t count)
{
    return (double)(after - before) / count;
}

/* Memory with nobody there, with all connected, and with all parked. */
static void gather(struct parked *p)
{
    struct meter *m = &p->load->meter;
    int64_t empty, connected, full;

    p->putter = load_connect(p->load, 1);
    process_settle(m->server);
    empty = process_rss_bytes(m->server);
    p->takers = load_connect(p->load, p->connections);
    process_settle(m->server);
    connected = process_rss_bytes(m->server);
    for (uint32_t i = 0; i < p->connections; i++)
        park(p, &p->takers[i]);
    process_settle(m->server);
    full = process_rss_bytes(m->server);
    m->figures.bytes_per_connection = bytes_each(empty, connected, p->connections);
    m->figures.bytes_per_take = bytes_each(connected, full, p->total);
}

static void feed(struct parked *p)
{
    struct load *load = p->load;
    int64_t now_ns = clock_now_ns();

    for (; p->sent < p->total && p->outstanding < PUTS_OUTSTANDING; p->sent++) {
        uint32_t taker = p->sent / p->each;

        load->wire->put(p->putter, p->sent, ledger_send(&load->ledger, taker, now_ns));
        p->outstanding++;
    }
    load_flush(load, p->putter);
}

static void hear_value(struct parked *p, struct link *link, const struct event *event)
{
    struct flight flight = ledger_receive(&p->load->ledger, event->value);

    if (flight.sender != link->number)
        die("connection %u was woken by a value for %u", link->number, flight.sender);
    meter_count(&p->load->meter, clock_now_ns() - flight.sent_ns);
    p->load->wire->done(link, event);
    if (!(p->load->wire->traits & WIRE_ACKS))
        p->outstanding--;
}

static void hear(void *scenario, struct link *link)
{
    struct parked *p = scenario;
    struct event event;

    while (p->load->wire->next(link, &event))
        if (event.kind == EVENT_VALUE)
            hear_value(p, link, &event);
        else if (event.kind == EVENT_ACK)
            p->outstanding--;
}

static void wake(struct parked *p)
{
    load_watch(p->load, p->putter);
    for (uint32_t i = 0; i < p->connections; i++)
        load_watch(p->load, &p->takers[i]);
    meter_begin(&p->load->meter);
    do {
        feed(p);
        load_turn(p->load, hear, p);
    } while (p->sent < p->total || p->load->ledger.under_way > 0);
    meter_end(&p->load->meter);
}

void parked_run(struct load *load)
{
    const struct options *o = load->options;
    struct parked p = {
        .load = load,
        .connections = (uint32_t)o->connections,
        .each = (uint32_t)o->parked,
        .total = (uint32_t)(o->connections * o->parked),
    };

    if (!o->pid)
        die("parked needs --pid, to see the server's memory");
    if (o->connections * o->parked > 10000000)
        die("parked: at most 10,000,000 takes");
    if (p.each > 1 && !(load->wire->traits & WIRE_CROWDS))
        die("%s can park one take on a connection", load->wire->name);
    meter_init(&load->meter, (pid_t)o->pid, 0, 0);
    load_open_ledger(load, PUTS_OUTSTANDING);
    gather(&p);
    wake(&p);
    load_disconnect(p.takers, p.connections);
    load_disconnect(p.putter, 1);
}
