/* SPDX-License-Identifier: MIT */
/*
 * wire_nats.c - core NATS: a channel is a subject with a queue group, so that each
 * message goes to one subscriber. Messages come unasked, puts are not acknowledged, and
 * what is sent to a subject without subscribers is gone.
 */
#include "wire.h"

static void ping(struct link *link)
{
    text_lit(&link->out, "PING\r\n");
    link->unanswered++;
}

static void greet(struct link *link)
{
    text_lit(&link->out, "CONNECT {\"verbose\":false,\"pedantic\":false}\r\n");
    ping(link);
}

static void listen_to(struct link *link, const uint32_t *channels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_lit(&link->out, "SUB ");
        link_add_channel(link, channels[i]);
        text_lit(&link->out, " group ");
        text_add_int(&link->out, (int64_t)++link->requests);
        text_lit(&link->out, "\r\n");
    }
    ping(link);
}

static void put(struct link *link, uint32_t channel, struct slice value)
{
    text_lit(&link->out, "PUB ");
    link_add_channel(link, channel);
    text_lit(&link->out, " ");
    text_add_int(&link->out, (int64_t)value.len);
    text_lit(&link->out, "\r\n");
    text_add_slice(&link->out, value);
    text_lit(&link->out, "\r\n");
}

/* MSG, the subject, the subscription and the length; behind the line the value. */
static bool next_value(struct link *link, struct slice line, struct event *ret)
{
    struct slice all = inbox_all(&link->in);
    size_t head = line.len + 1, len;
    struct slice digits = slice_of(line.bytes + line.len, 0);

    for (; digits.bytes[-1] != ' '; digits.bytes--)
        digits.len++;
    len = wire_number(&digits);
    if (all.len < head + len + 2)
        return false;
    ret->kind = EVENT_VALUE;
    ret->value = slice_of(all.bytes + head, len);
    inbox_drop(&link->in, head + len + 2);
    return true;
}

/* The server asks whether somebody is there. */
static void pong(struct link *link)
{
    text_lit(&link->out, "PONG\r\n");
    link_flush(link);
}

static bool next(struct link *link, struct event *ret)
{
    struct slice line, rest;

    if (!inbox_line(&link->in, &line))
        return false;
    rest = line;
    if (wire_skip(&rest, "MSG "))
        return next_value(link, line, ret);
    ret->kind = EVENT_OTHER;
    if (wire_skip(&rest, "PONG"))
        link->unanswered--;
    else if (wire_skip(&rest, "PING"))
        pong(link);
    else if (!wire_skip(&rest, "INFO"))
        wire_fail(link, line);
    inbox_drop(&link->in, line.len + 1);
    return true;
}

const struct wire wire_nats = {
    .name = "nats",
    .traits = WIRE_ALTS | WIRE_PARKS | WIRE_CROWDS,
    .greet = greet,
    .listen = listen_to,
    .put = put,
    .take = wire_no_take,
    .alts = wire_no_alts,
    .next = next,
    .done = wire_no_done,
};
