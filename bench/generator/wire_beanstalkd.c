/* SPDX-License-Identifier: MIT */
/*
 * wire_beanstalkd.c - beanstalkd's tubes as channels: put, reserve, and delete for each
 * job, without which it would be handed out again.
 */
#include "wire.h"

static void greet(struct link *link)
{
    text_lit(&link->out, "list-tube-used\r\n");
    link->unanswered++;
}

static void listen_to(struct link *link, const uint32_t *channels, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_lit(&link->out, "watch ");
        link_add_channel(link, channels[i]);
        text_lit(&link->out, "\r\n");
    }
    text_lit(&link->out, "ignore default\r\n");
    link->unanswered += (uint32_t)count + 1;
}

static void use(struct link *link, uint32_t channel)
{
    text_lit(&link->out, "use ");
    link_add_channel(link, channel);
    text_lit(&link->out, "\r\n");
    link->put_channel = channel + 1;
    link->unanswered++;
}

static void put(struct link *link, uint32_t channel, struct slice value)
{
    if (link->put_channel != channel + 1)
        use(link, channel);
    text_lit(&link->out, "put 0 0 3600 ");
    text_add_int(&link->out, (int64_t)value.len);
    text_lit(&link->out, "\r\n");
    text_add_slice(&link->out, value);
    text_lit(&link->out, "\r\n");
}

static void alts(struct link *link, const uint32_t *channels, size_t count)
{
    (void)channels; /* of those that are watched */
    (void)count;
    text_lit(&link->out, "reserve\r\n");
}

static void take(struct link *link, uint32_t channel)
{
    alts(link, &channel, 1);
}

static void done(struct link *link, const struct event *event)
{
    text_lit(&link->out, "delete ");
    text_add_int(&link->out, (int64_t)event->job);
    text_lit(&link->out, "\r\n");
    link->unanswered++;
}

/* RESERVED, the job, its length, and behind the line the value. */
static bool next_value(struct link *link, struct slice line, struct slice rest,
                       struct event *ret)
{
    struct slice all = inbox_all(&link->in);
    size_t head = line.len + 1, len;

    ret->job = wire_number(&rest);
    wire_skip(&rest, " ");
    len = wire_number(&rest);
    if (all.len < head + len + 2)
        return false;
    ret->kind = EVENT_VALUE;
    ret->value = slice_of(all.bytes + head, len);
    inbox_drop(&link->in, head + len + 2);
    return true;
}

static bool is_answer(struct slice line)
{
    return wire_skip(&line, "DELETED") || wire_skip(&line, "USING") ||
           wire_skip(&line, "WATCHING");
}

static bool next(struct link *link, struct event *ret)
{
    struct slice line, rest;

    if (!inbox_line(&link->in, &line))
        return false;
    rest = line;
    if (wire_skip(&rest, "RESERVED "))
        return next_value(link, line, rest, ret);
    if (wire_skip(&rest, "INSERTED ")) {
        ret->kind = EVENT_ACK;
    } else if (is_answer(line)) {
        ret->kind = EVENT_OTHER;
        link->unanswered--;
    } else {
        wire_fail(link, line);
    }
    inbox_drop(&link->in, line.len + 1);
    return true;
}

const struct wire wire_beanstalkd = {
    .name = "beanstalkd",
    .traits = WIRE_ACKS | WIRE_ALTS | WIRE_PARKS,
    .greet = greet,
    .listen = listen_to,
    .put = put,
    .take = take,
    .alts = alts,
    .next = next,
    .done = done,
};
