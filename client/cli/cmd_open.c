/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "link.h"

#include <stdio.h>
#include <string.h>

static enum exit_status open_channel(struct link *link, const struct args *args)
{
    const char *name = args->words[0];
    struct chan *chan = link_channel(link, name);
    struct bytes text = {0};
    bool created;
    enum exit_status result = EXIT_DONE;
    enum chan_status status;
    char tried[256];

    if (!chan)
        return EXIT_USAGE;
    status = chan_open(chan, &args->settings, LINK_TIMEOUT_MS, &created);
    chan_drop(chan);
    if (status != CHAN_OK) {
        snprintf(tried, sizeof tried, "open %s", name);
        return link_complain(link, status, chan_message(), tried);
    }
    if (args_has(args, OPTION_VERBOSE)) {
        const char *said = created ? "created\n" : "existed\n";

        if (bytes_add(&text, said, strlen(said)))
            result = link_print(link, &text);
        bytes_release(&text);
    }
    return result;
}

static enum exit_status run(const struct args *args)
{
    struct link link;
    enum exit_status status = link_open(&link, args, LINK_PLAIN);

    if (status == EXIT_DONE)
        status = open_channel(&link, args);
    link_close(&link);
    return status;
}

const struct command cmd_open = {
    .name = "open",
    .words = "NAME",
    .summary = "create a channel, with settings of its own",
    .detail =
        "Without --buffer a channel that exists is accepted as it is. With settings\n"
        "other than those it has, it is refused.\n\n"
        "  chan open jobs --buffer fixed:100\n"
        "  chan open deadline --close-after 20ms\n",
    .options = OPTION_BIT(OPTION_BUFFER) | OPTION_BIT(OPTION_CLOSE_AFTER) |
               OPTION_BIT(OPTION_MAX_PARKED) | OPTION_BIT(OPTION_VERBOSE),
    .least = 1,
    .most = 1,
    .run = run,
};
