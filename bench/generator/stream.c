/* SPDX-License-Identifier: MIT */
/*
 * stream.c - producers that put as fast as they may, and consumers that take, or wait on
 * all channels by alts.
 *
 * A producer has `depth` puts outstanding. Values under way are bounded for all, as some
 * servers know no back-pressure; where puts are not acknowledged, a put is outstanding
 * until its value has arrived.
 */
#include "scenario.h"

#include <stdlib.h>
#include "clock.h"
#include "die.h"
#include "load.h"
#include "mix.h"

/* A producer or a consumer, by the number of its link. */
struct client {
    bool produces;
    uint32_t index; /* among its like */
    uint32_t puts;  /* outstanding */
    uint64_t turn;  /* how many puts, or takes, it has asked for */
};

struct stream {
    struct load *load;
    struct link *links;
    struct client *clients;
    uint32_t count, producers, consumers;
    uint32_t depth, takes, channels;
    uint64_t most;  /* values under way */
    uint32_t *all;  /* channels, for alts */
    uint32_t first; /* producer to be fed next: each in its turn */
    bool by_alts;
};

/* ---- channels ---- */

/*
 * There are no more channels than clients on either side, which share them; or more, and
 * then each pair goes through channels of its own in the same order, so that what one
 * puts the other takes. Values that are taken by alts go anywhere.
 */
static uint32_t channel_of(const struct stream *s, struct client *c)
{
    uint64_t random = mix(c->turn++);

    if (s->by_alts)
        return (uint32_t)(mix(random + c->index) % s->channels);
    if (s->channels <= s->producers)
        return c->index % s->channels;
    return c->index + s->producers * (uint32_t)(random % (s->channels / s->producers));
}

static void check(const struct stream *s)
{
    unsigned traits = s->load->wire->traits;

    if (traits & WIRE_PAIRS && (s->producers != s->consumers || s->channels > 1))
        die("%s needs as many consumers as producers, on one channel",
            s->load->wire->name);
    if (s->by_alts || (s->channels <= s->producers && s->channels <= s->consumers))
        return;
    if (s->producers != s->consumers || !(traits & WIRE_NAMES))
        die("so many channels need as many consumers as producers, who name channels");
}

/* ---- clients ---- */

static void ask(struct stream *s, struct link *link)
{
    struct client *c = &s->clients[link->number];

    if (s->by_alts)
        s->load->wire->alts(link, s->all, s->channels);
    else
        s->load->wire->take(link, channel_of(s, c));
}

static void feed(struct stream *s, struct link *link)
{
    struct client *c = &s->clients[link->number];
    struct ledger *ledger = &s->load->ledger;
    int64_t now_ns;

    if (c->puts >= s->depth || ledger->under_way >= s->most || link->congested)
        return;
    now_ns = clock_now_ns();
    for (; c->puts < s->depth && ledger->under_way < s->most; c->puts++) {
        uint32_t channel = channel_of(s, c);

        s->load->wire->put(link, channel, ledger_send(ledger, link->number, now_ns));
    }
    load_flush(s->load, link);
}

static void feed_all(struct stream *s)
{
    s->first = (s->first + 1) % s->count;
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t number = (s->first + i) % s->count;

        if (s->clients[number].produces)
            feed(s, &s->links[number]);
    }
}

static void hear_value(struct stream *s, struct link *link, const struct event *event,
                       int64_t now_ns)
{
    struct flight flight = ledger_receive(&s->load->ledger, event->value);

    meter_count(&s->load->meter, now_ns - flight.sent_ns);
    if (!(s->load->wire->traits & WIRE_ACKS))
        s->clients[flight.sender].puts--;
    s->load->wire->done(link, event);
    ask(s, link);
}

static void hear(void *scenario, struct link *link)
{
    struct stream *s = scenario;
    int64_t now_ns = clock_now_ns();
    struct event event;

    while (s->load->wire->next(link, &event))
        if (event.kind == EVENT_VALUE)
            hear_value(s, link, &event, now_ns);
        else if (event.kind == EVENT_ACK)
            s->clients[link->number].puts--;
    meter_look(&s->load->meter, now_ns);
}

/* ---- the run ---- */

/* Producers and consumers by turns, so that those of a pair are mates; then the rest. */
static void assign(struct stream *s)
{
    uint32_t producers = 0, consumers = 0;

    for (uint32_t i = 0; i < s->count; i++) {
        struct client *c = &s->clients[i];

        c->produces = producers < s->producers &&
                      (producers <= consumers || consumers == s->consumers);
        c->index = c->produces ? producers++ : consumers++;
    }
}

/* The server knows where a consumer takes from before anything is put. */
static void listen_all(struct stream *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t own = s->clients[i].index % s->channels;

        if (!s->clients[i].produces)
            s->load->wire->listen(&s->links[i], s->by_alts ? s->all : &own,
                                  s->by_alts ? s->channels : 1);
        load_settle(s->load, &s->links[i]);
        load_watch(s->load, &s->links[i]);
    }
}

static void ask_all(struct stream *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->clients[i].produces)
            continue;
        for (uint32_t k = 0; k < s->takes; k++)
            ask(s, &s->links[i]);
        load_flush(s->load, &s->links[i]);
    }
}

static void begin(struct stream *s, struct load *load)
{
    const struct options *o = load->options;
    bool by_alts = load->options->scenario->needs & WIRE_ALTS;

    *s = (struct stream){
        .load = load,
        .by_alts = by_alts,
        .producers = (uint32_t)o->producers,
        .consumers = (uint32_t)o->consumers,
        .count = (uint32_t)(o->producers + o->consumers),
        .depth = (uint32_t)o->depth,
        .takes = o->takes  ? (uint32_t)o->takes
                 : by_alts ? 1
                           : (uint32_t)o->depth,
        .channels = (uint32_t)o->channels,
        .most = (uint64_t)((o->producers + o->consumers) * o->depth),
    };
    check(s);
    s->clients = calloc(s->count, sizeof *s->clients);
    s->all = calloc(s->channels, sizeof *s->all);
    if (!s->clients || !s->all)
        die_of_memory();
    for (uint32_t i = 0; i < s->channels; i++)
        s->all[i] = i;
    s->links = load_connect(load, s->count);
    load_open_ledger(load, s->most);
}

static void end(struct stream *s)
{
    load_disconnect(s->links, s->count);
    free(s->clients);
    free(s->all);
}

void stream_run(struct load *load)
{
    struct stream s;

    begin(&s, load);
    assign(&s);
    listen_all(&s);
    ask_all(&s);
    while (load->meter.phase != PHASE_OVER) {
        feed_all(&s);
        load_turn(load, hear, &s);
    }
    while (load->ledger.under_way > 0)
        load_turn(load, hear, &s);
    end(&s);
}
