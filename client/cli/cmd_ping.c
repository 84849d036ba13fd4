/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "link.h"
#include "stopwatch.h"

#include <stdio.h>
#include <string.h>

static enum exit_status print_ms(struct link *link, double ms)
{
    struct bytes text = {0};
    char line[64];
    enum exit_status status = EXIT_USAGE;

    snprintf(line, sizeof line, "%.3f ms\n", ms);
    if (bytes_add(&text, line, strlen(line)))
        status = link_print(link, &text);
    bytes_release(&text);
    return status;
}

static enum exit_status ping(struct link *link)
{
    const int64_t before_ns = stopwatch_now_ns();
    const enum chan_status status = chan_ping(link->client, LINK_TIMEOUT_MS);
    const int64_t after_ns = stopwatch_now_ns();

    if (status != CHAN_OK)
        return link_complain(link, status, chan_message(), "ping the server");
    return print_ms(link, (double)(after_ns - before_ns) / STOPWATCH_NS_PER_MS);
}

static enum exit_status run(const struct args *args)
{
    struct link link;
    enum exit_status status = link_open(&link, args, LINK_PLAIN);

    if (status == EXIT_DONE)
        status = ping(&link);
    link_close(&link);
    return status;
}

const struct command cmd_ping = {
    .name = "ping",
    .words = "",
    .summary = "how long a round trip to the server takes",
    .detail = "  chan -s tcp://broker.example:2426 ping\n",
    .run = run,
};
