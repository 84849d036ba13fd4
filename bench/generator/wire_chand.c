/* SPDX-License-Identifier: MIT */
/*
 * wire_chand.c - chand's own protocol (proto/PROTOCOL.md).
 *
 * The last two bits of a request's id say what it is, so each reply is held against what
 * was asked. The daemon writes members in a fixed order, which is all that is looked at.
 */
#include "wire.h"

enum { ID_PUT, ID_TAKE, ID_ALTS, ID_OTHER, ID_BITS = 2 };

static void begin(struct link *link, unsigned what)
{
    uint64_t id = link->requests++ << ID_BITS | what;

    text_lit(&link->out, "{\"id\":");
    text_add_int(&link->out, (int64_t)id);
}

static void ping(struct link *link)
{
    begin(link, ID_OTHER);
    text_lit(&link->out, ",\"op\":\"ping\"}\n");
    link->unanswered++;
}

static void put(struct link *link, uint32_t channel, struct slice value)
{
    begin(link, ID_PUT);
    text_lit(&link->out, ",\"op\":\"put\",\"chan\":\"");
    link_add_channel(link, channel);
    text_lit(&link->out, "\",\"value\":");
    text_add_slice(&link->out, value);
    text_lit(&link->out, "}\n");
}

static void add_timeout(struct link *link)
{
    if (link->terms->timeout_ms < 0)
        return;
    text_lit(&link->out, ",\"timeout_ms\":");
    text_add_int(&link->out, link->terms->timeout_ms);
}

static void take(struct link *link, uint32_t channel)
{
    begin(link, ID_TAKE);
    text_lit(&link->out, ",\"op\":\"take\",\"chan\":\"");
    link_add_channel(link, channel);
    text_lit(&link->out, "\"");
    add_timeout(link);
    text_lit(&link->out, "}\n");
}

static void alts(struct link *link, const uint32_t *channels, size_t count)
{
    begin(link, ID_ALTS);
    text_lit(&link->out, ",\"op\":\"alts\",\"ops\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_lit(&link->out, ",");
        text_lit(&link->out, "{\"op\":\"take\",\"chan\":\"");
        link_add_channel(link, channels[i]);
        text_lit(&link->out, "\"}");
    }
    text_lit(&link->out, "]");
    add_timeout(link);
    text_lit(&link->out, "}\n");
}

void wire_chand_open(struct link *link, uint32_t channel, const char *buffer)
{
    begin(link, ID_OTHER);
    text_lit(&link->out, ",\"op\":\"open\",\"chan\":\"");
    link_add_channel(link, channel);
    text_lit(&link->out, "\",\"buffer\":");
    text_add_slice(&link->out, slice_text(buffer));
    text_lit(&link->out, "}\n");
    link->unanswered++;
}

/* What stands between `,"value":` and the closing brace. */
static bool read_value(struct slice rest, struct slice *ret)
{
    if (!wire_skip(&rest, ",\"value\":") || rest.len < 2)
        return false;
    *ret = slice_of(rest.bytes, rest.len - 1);
    return rest.bytes[rest.len - 1] == '}';
}

/* `,"index":N,"chan":"…"` and the value. */
static bool read_alts(struct slice rest, struct slice *ret)
{
    const char *quote;

    if (!wire_skip(&rest, ",\"index\":"))
        return false;
    wire_number(&rest);
    if (!wire_skip(&rest, ",\"chan\":\""))
        return false;
    quote = memchr(rest.bytes, '"', rest.len);
    if (!quote)
        return false;
    rest.len -= (size_t)(quote + 1 - rest.bytes);
    rest.bytes = quote + 1;
    return read_value(rest, ret);
}

/* What follows `"ok":true` in the reply to a request of that sort. */
static bool read_rest(unsigned what, struct slice rest, struct event *ret)
{
    static const enum event_kind kinds[] = {EVENT_ACK, EVENT_VALUE, EVENT_VALUE,
                                            EVENT_OTHER};

    ret->kind = kinds[what];
    if (what == ID_TAKE)
        return read_value(rest, &ret->value);
    if (what == ID_ALTS)
        return read_alts(rest, &ret->value);
    return what == ID_OTHER || slice_is(rest, "}");
}

static bool next(struct link *link, struct event *ret)
{
    struct slice line, rest;
    uint64_t id;

    if (!inbox_line(&link->in, &line))
        return false;
    rest = line;
    if (!wire_skip(&rest, "{\"id\":"))
        wire_fail(link, line);
    id = wire_number(&rest);
    if (!wire_skip(&rest, ",\"ok\":true") ||
        !read_rest((unsigned)(id & ((1 << ID_BITS) - 1)), rest, ret))
        wire_fail(link, line);
    if (ret->kind == EVENT_OTHER)
        link->unanswered--;
    inbox_drop(&link->in, line.len + 1);
    return true;
}

const struct wire wire_chand = {
    .name = "chand",
    .traits = WIRE_ACKS | WIRE_ALTS | WIRE_PARKS | WIRE_CROWDS | WIRE_NAMES | WIRE_CHANS,
    .greet = ping,
    .listen = wire_no_listen,
    .put = put,
    .take = take,
    .alts = alts,
    .next = next,
    .done = wire_no_done,
};
