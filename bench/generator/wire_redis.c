/* SPDX-License-Identifier: MIT */
/*
 * wire_redis.c - Redis lists as channels: LPUSH puts, BRPOP takes. RESP version 2.
 */
#include "wire.h"

/* A bulk string; its bytes are added by the caller, then the CR LF. */
static void add_length(struct link *link, size_t len)
{
    text_lit(&link->out, "$");
    text_add_int(&link->out, (int64_t)len);
    text_lit(&link->out, "\r\n");
}

static void add_key(struct link *link, uint32_t channel)
{
    size_t before = link->out.len, len;

    /* the length is not known before the name is written, so it is written twice */
    link_add_channel(link, channel);
    len = link->out.len - before;
    link->out.len = before;
    add_length(link, len);
    link_add_channel(link, channel);
    text_lit(&link->out, "\r\n");
}

static void greet(struct link *link)
{
    text_lit(&link->out, "*1\r\n$4\r\nPING\r\n");
    link->unanswered++;
}

static void put(struct link *link, uint32_t channel, struct slice value)
{
    text_lit(&link->out, "*3\r\n$5\r\nLPUSH\r\n");
    add_key(link, channel);
    add_length(link, value.len);
    text_add_slice(&link->out, value);
    text_lit(&link->out, "\r\n");
}

static void alts(struct link *link, const uint32_t *channels, size_t count)
{
    text_lit(&link->out, "*");
    text_add_int(&link->out, (int64_t)count + 2);
    text_lit(&link->out, "\r\n$5\r\nBRPOP\r\n");
    for (size_t i = 0; i < count; i++)
        add_key(link, channels[i]);
    text_lit(&link->out, "$1\r\n0\r\n");
}

static void take(struct link *link, uint32_t channel)
{
    alts(link, &channel, 1);
}

/* The bulk string at *at; false: it is not whole. */
static bool read_bulk(const struct link *link, struct slice all, size_t *at,
                      struct slice *ret)
{
    struct slice rest = slice_of(all.bytes + *at, all.len - *at), text;
    const char *lf = memchr(rest.bytes, '\n', rest.len);
    size_t head, len;

    if (!lf)
        return false;
    head = (size_t)(lf + 1 - rest.bytes);
    text = rest;
    if (!wire_skip(&text, "$"))
        wire_fail(link, rest);
    len = wire_number(&text);
    if (rest.len < head + len + 2)
        return false;
    *ret = slice_of(rest.bytes + head, len);
    *at += head + len + 2;
    return true;
}

/* *2 CR LF, the key and the value. */
static bool next_value(struct link *link, struct slice line, struct event *ret)
{
    size_t at = line.len + 1;
    struct slice all = inbox_all(&link->in), key;

    if (!read_bulk(link, all, &at, &key) || !read_bulk(link, all, &at, &ret->value))
        return false;
    ret->kind = EVENT_VALUE;
    inbox_drop(&link->in, at);
    return true;
}

static bool next(struct link *link, struct event *ret)
{
    struct slice line;

    if (!inbox_line(&link->in, &line))
        return false;
    if (line.bytes[0] == '*')
        return next_value(link, line, ret);
    if (line.bytes[0] == ':') {
        ret->kind = EVENT_ACK;
    } else if (line.bytes[0] == '+') {
        ret->kind = EVENT_OTHER;
        link->unanswered--;
    } else {
        wire_fail(link, line);
    }
    inbox_drop(&link->in, line.len + 1);
    return true;
}

const struct wire wire_redis = {
    .name = "redis",
    .traits = WIRE_ACKS | WIRE_ALTS | WIRE_PARKS | WIRE_NAMES,
    .greet = greet,
    .listen = wire_no_listen,
    .put = put,
    .take = take,
    .alts = alts,
    .next = next,
    .done = wire_no_done,
};
