/* SPDX-License-Identifier: MIT */
/*
 * wire_relay.c - our relay (bench/relay.c): a line goes to the mate as it is, and a line
 * "+" comes back for it.
 */
#include "wire.h"

static void greet(struct link *link)
{
    (void)link; /* whatever was said would go to the mate */
}

static void put(struct link *link, uint32_t channel, struct slice value)
{
    (void)channel;
    text_add_slice(&link->out, value);
    text_lit(&link->out, "\n");
}

static bool next(struct link *link, struct event *ret)
{
    struct slice line;

    if (!inbox_line(&link->in, &line))
        return false;
    ret->kind = slice_is(line, "+") ? EVENT_ACK : EVENT_VALUE;
    ret->value = line;
    inbox_drop(&link->in, line.len + 1);
    return true;
}

const struct wire wire_relay = {
    .name = "relay",
    .traits = WIRE_ACKS | WIRE_PAIRS,
    .greet = greet,
    .listen = wire_no_listen,
    .put = put,
    .take = wire_no_take,
    .alts = wire_no_alts,
    .next = next,
    .done = wire_no_done,
};
