/* SPDX-License-Identifier: MIT */
#include "crowd.h"

#include <stddef.h>
#include "load.h"
#include "mix.h"

enum {
    BURST = 1000,              /* requests sent before the answers are waited for */
    WAITING_EACH = 50000,      /* takes parked on one connection and one channel */
    WAITING_CHANNEL = 1 << 30, /* and up: channels that nothing is put on */
    HOUR_MS = 3600000
};

/* All that scenarios use, which number them from 0. */
static void open_channels(struct load *load)
{
    const struct options *o = load->options;
    uint32_t by_pairs = (uint32_t)o->pairs * 2, count = (uint32_t)o->channels;
    struct link *link = load_connect(load, 1);

    if (count < by_pairs)
        count = by_pairs;
    for (uint32_t i = 0; i < count; i++) {
        wire_chand_open(link, i, o->buffer);
        if (i % BURST == 0)
            load_settle(load, link);
    }
    load_settle(load, link);
    load_disconnect(link, 1);
}

/* Parks takes that time out after one to two hours, in no order. */
static void park(struct load *load, struct link *link, uint32_t count)
{
    struct terms terms = load->terms;

    link->terms = &terms;
    for (uint32_t i = 0; i < count; i++) {
        terms.timeout_ms = HOUR_MS + (int64_t)(mix(i) % HOUR_MS);
        load->wire->take(link, WAITING_CHANNEL + link->number);
        if (i % BURST == 0)
            load_settle(load, link);
    }
    load->wire->greet(link);
    load_settle(load, link);
    link->terms = &load->terms;
}

void crowd_gather(struct crowd *crowd, struct load *load)
{
    const struct options *o = load->options;
    int64_t rest = o->deadlines;

    *crowd = (struct crowd){0};
    if (o->buffer)
        open_channels(load);
    crowd->idle_count = (uint32_t)o->idle;
    crowd->idle = load_connect(load, crowd->idle_count);
    crowd->waiting_count = (uint32_t)((rest + WAITING_EACH - 1) / WAITING_EACH);
    crowd->waiting = load_connect(load, crowd->waiting_count);
    for (uint32_t i = 0; i < crowd->waiting_count; i++, rest -= WAITING_EACH)
        park(load, &crowd->waiting[i],
             (uint32_t)(rest < WAITING_EACH ? rest : WAITING_EACH));
}

void crowd_disperse(struct crowd *crowd)
{
    load_disconnect(crowd->idle, crowd->idle_count);
    load_disconnect(crowd->waiting, crowd->waiting_count);
}
