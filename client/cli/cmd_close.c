/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "each.h"

static enum exit_status run(const struct args *args)
{
    return each_word(args, chan_close, "close");
}

const struct command cmd_close = {
    .name = "close",
    .words = "NAME...",
    .summary = "close channels: what is in them can still be taken",
    .detail = "Nothing more can be put. Takes that wait end now, later ones when it is "
              "empty.\n\n"
              "  chan close jobs results\n",
    .least = 1,
    .most = WORDS_MANY,
    .run = run,
};
