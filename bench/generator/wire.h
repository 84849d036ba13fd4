/* SPDX-License-Identifier: MIT */
/*
 * wire.h - how to speak with a server: one table of verbs for each protocol.
 *
 * Channels are numbers here; each wire makes names of them (link_add_channel). The verbs
 * append requests to link->out and do not send. What comes back is read as events. A
 * reply that is not what the protocol promises for a healthy server is fatal.
 */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "link.h"
#include "slice.h"

enum wire_traits {
    WIRE_ACKS = 1,   /* the server answers each put */
    WIRE_ALTS = 2,   /* a client can wait on several channels at once */
    WIRE_PARKS = 4,  /* a client can wait on a channel of its choice */
    WIRE_CROWDS = 8, /* and on many at once, each for one value */
    WIRE_NAMES = 16, /* each put and take names its channel */
    WIRE_PAIRS = 32, /* it knows no channels: connections 2n and 2n + 1 are mates */
    WIRE_CHANS = 64, /* chand: open, deadlines */
};

enum event_kind {
    EVENT_ACK,   /* a put was accepted */
    EVENT_VALUE, /* a value was taken */
    EVENT_OTHER, /* something else was answered; link->unanswered has been counted down */
};

struct event {
    enum event_kind kind;
    struct slice value; /* good until the next bytes are received */
    uint64_t job;       /* what `done` needs to know */
};

struct wire {
    const char *name;
    unsigned traits;

    /*
     * Says hello on a new connection, so that something comes back if that is possible.
     */
    void (*greet)(struct link *link);

    /*
     * Tells from which channels values will be taken, before the first take. The
     * answers are counted in link->unanswered; when there are none left, the server
     * knows.
     */
    void (*listen)(struct link *link, const uint32_t *channels, size_t count);

    void (*put)(struct link *link, uint32_t channel, struct slice value);

    /* Asks for one value; nothing where the server sends values unasked. */
    void (*take)(struct link *link, uint32_t channel);

    /* The same, from whichever channel has one. */
    void (*alts)(struct link *link, const uint32_t *channels, size_t count);

    /* The next event in link->in; false: it is not whole yet. */
    bool (*next)(struct link *link, struct event *ret);

    /* The value was dealt with. */
    void (*done)(struct link *link, const struct event *event);
};

extern const struct wire wire_beanstalkd, wire_chand, wire_nats, wire_redis, wire_relay;

/* The wire of that name, or NULL. */
const struct wire *wire_of_name(const char *name);

/* For wires that need not do it: does nothing. */
void wire_no_take(struct link *link, uint32_t channel);
void wire_no_alts(struct link *link, const uint32_t *channels, size_t count);
void wire_no_listen(struct link *link, const uint32_t *channels, size_t count);
void wire_no_done(struct link *link, const struct event *event);

/* chand's only: opens a channel with a buffer, given as JSON. */
void wire_chand_open(struct link *link, uint32_t channel, const char *buffer);

/* ---- helpers of the wires ---- */

/*
 * A decimal number at the front of a slice, which is cut off it; dies if there is none.
 */
uint64_t wire_number(struct slice *text);

/* Cuts a prefix off; false: it is not there. */
static inline bool wire_skip(struct slice *text, const char *prefix)
{
    size_t len = strlen(prefix);

    if (text->len < len || memcmp(text->bytes, prefix, len) != 0)
        return false;
    text->bytes += len;
    text->len -= len;
    return true;
}

/* Dies: the server said something that it should not have. */
__attribute__((noreturn)) void wire_fail(const struct link *link, struct slice said);

#endif
