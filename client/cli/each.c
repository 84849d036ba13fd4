/* SPDX-License-Identifier: MIT */
#include "each.h"
#include "link.h"

#include <stdio.h>

enum exit_status each_word(const struct args *args, each_call *call, const char *verb)
{
    struct link link;
    enum exit_status status = link_open(&link, args, LINK_PLAIN);
    enum chan_status result;
    char tried[256];

    for (size_t i = 0; i < args->word_count && status == EXIT_DONE; i++) {
        result = call(link.client, args->words[i], LINK_TIMEOUT_MS);
        if (result == CHAN_OK)
            continue;
        snprintf(tried, sizeof tried, "%s %s", verb, args->words[i]);
        status = link_complain(&link, result, chan_message(link.client), tried);
    }
    link_close(&link);
    return status;
}
