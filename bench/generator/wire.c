/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <string.h>
#include "die.h"

static const struct wire *const wires[] = {
    &wire_beanstalkd, &wire_chand, &wire_nats, &wire_redis, &wire_relay,
};

const struct wire *wire_of_name(const char *name)
{
    for (size_t i = 0; i < sizeof wires / sizeof *wires; i++)
        if (strcmp(wires[i]->name, name) == 0)
            return wires[i];
    return NULL;
}

void wire_no_take(struct link *link, uint32_t channel)
{
    (void)link;
    (void)channel;
}

void wire_no_alts(struct link *link, const uint32_t *channels, size_t count)
{
    (void)link;
    (void)channels;
    (void)count;
}

void wire_no_listen(struct link *link, const uint32_t *channels, size_t count)
{
    (void)link;
    (void)channels;
    (void)count;
}

void wire_no_done(struct link *link, const struct event *event)
{
    (void)link;
    (void)event;
}

uint64_t wire_number(struct slice *text)
{
    uint64_t number = 0;
    size_t n = 0;

    for (; n < text->len && text->bytes[n] >= '0' && text->bytes[n] <= '9'; n++)
        number = number * 10 + (uint64_t)(text->bytes[n] - '0');
    if (n == 0)
        die("a number was expected, and came: %.*s", (int)text->len, text->bytes);
    text->bytes += n;
    text->len -= n;
    return number;
}

void wire_fail(const struct link *link, struct slice said)
{
    int len = said.len < 200 ? (int)said.len : 200;

    die("the server said on connection %u: %.*s", link->number, len, said.bytes);
}
