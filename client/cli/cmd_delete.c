/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "each.h"
#include "link.h"

static enum chan_status delete_channel(struct chan *ch)
{
    return chan_delete(ch, LINK_TIMEOUT_MS);
}

static enum exit_status run(const struct args *args)
{
    return each_word(args, delete_channel, "delete");
}

const struct command cmd_delete = {
    .name = "delete",
    .words = "NAME...",
    .summary = "forget channels, with all that is in them",
    .detail = "Puts and takes that wait on them are cancelled.\n\n"
              "  chan delete jobs\n",
    .least = 1,
    .most = WORDS_MANY,
    .run = run,
};
