/* SPDX-License-Identifier: MIT */
#include "each.h"
#include "link.h"

#include <stdio.h>

static enum exit_status call_for(struct link *link, const char *name, each_call *call,
                                 const char *verb)
{
    struct chan *chan = link_channel(link, name);
    enum chan_status result;
    char tried[256];

    if (!chan)
        return EXIT_USAGE;
    result = call(chan);
    chan_drop(chan);
    if (result == CHAN_OK)
        return EXIT_DONE;
    snprintf(tried, sizeof tried, "%s %s", verb, name);
    return link_complain(link, result, chan_message(), tried);
}

enum exit_status each_word(const struct args *args, each_call *call, const char *verb)
{
    struct link link;
    enum exit_status status = link_open(&link, args, LINK_PLAIN);

    for (size_t i = 0; i < args->word_count && status == EXIT_DONE; i++)
        status = call_for(&link, args->words[i], call, verb);
    link_close(&link);
    return status;
}
