/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "link.h"
#include "notation.h"
#include "verdict.h"
#include "vigil.h"

#include <stdio.h>

/*
 * One value is in hand at most, as in core.async's pipe: the next is taken when the last
 * was put. Fetching ahead would be faster, but what is in hand is lost with the process,
 * and is kept from others who take from FROM.
 */
struct pipe {
    struct link *link;
    struct vigil vigil;
    const char *from_name, *to_name;
    struct chan *from, *to;
    struct verdict verdict;
};

/* The value in hand is lost, and so it is named. */
static enum exit_status explain_put(struct pipe *pipe)
{
    const struct verdict *v = &pipe->verdict;
    char tried[512], brief[NOTATION_ROOM];

    notation_brief(v->value.data, v->value.len, brief);
    snprintf(tried, sizeof tried, "put %s, taken from %s, to %s", brief, pipe->from_name,
             pipe->to_name);
    if (!pipe->vigil.called_off)
        return link_complain(pipe->link, v->status, verdict_message(v), tried);
    complain("cannot %s: interrupted", tried);
    return vigil_exit(&pipe->vigil);
}

static enum exit_status explain_take(struct pipe *pipe)
{
    const struct verdict *v = &pipe->verdict;
    char tried[256];

    snprintf(tried, sizeof tried, "take from %s", pipe->from_name);
    return link_complain(pipe->link, v->status, verdict_message(v), tried);
}

static enum exit_status close_target(struct pipe *pipe)
{
    const enum chan_status status = chan_close(pipe->to);
    char tried[256];

    if (status == CHAN_OK)
        return EXIT_DONE;
    snprintf(tried, sizeof tried, "close %s", pipe->to_name);
    return link_complain(pipe->link, status, chan_message(), tried);
}

static enum exit_status conclude(struct pipe *pipe, const struct args *args)
{
    if (pipe->verdict.in_hand)
        return explain_put(pipe);
    if (pipe->vigil.called_off)
        return vigil_exit(&pipe->vigil);
    if (pipe->verdict.status != CHAN_OK)
        return explain_take(pipe);
    return args_has(args, OPTION_KEEP_OPEN) ? EXIT_DONE : close_target(pipe);
}

static enum exit_status pump(struct pipe *pipe, const struct args *args)
{
    struct chan *report = chan_pipe(pipe->from, pipe->to, CHAN_LEAVE_IT);
    enum exit_status status;
    const char *told;
    size_t len;

    if (!report) {
        complain("cannot pipe %s to %s: %s", pipe->from_name, pipe->to_name,
                 chan_message());
        return EXIT_USAGE;
    }
    vigil_next(&pipe->vigil, &report, 1, &told, &len);
    verdict_read(&pipe->verdict, told, len);
    chan_drop(report);
    status = conclude(pipe, args);
    verdict_release(&pipe->verdict);
    return status;
}

static enum exit_status run(const struct args *args)
{
    struct link link;
    struct pipe pipe = {.link = &link,
                        .vigil = VIGIL_NONE,
                        .from_name = args->words[0],
                        .to_name = args->words[1]};
    enum exit_status status = link_open(&link, args, LINK_WATCHING);

    if (status == EXIT_DONE) {
        pipe.from = link_channel(&link, pipe.from_name);
        pipe.to = pipe.from ? link_channel(&link, pipe.to_name) : NULL;
        status =
            pipe.to && vigil_begin(&pipe.vigil, &link) ? pump(&pipe, args) : EXIT_USAGE;
    }
    vigil_end(&pipe.vigil);
    chan_drop(pipe.from);
    chan_drop(pipe.to);
    link_close(&link);
    return status;
}

const struct command cmd_pipe = {
    .name = "pipe",
    .words = "FROM TO",
    .summary = "take from one channel and put to another, until FROM closes",
    .detail =
        "Then closes TO. Values pass as they are, one at a time. Exits 1 when TO closes\n"
        "while a value is in hand: that value is named.\n\n"
        "  chan pipe orders orders-copy --keep-open\n",
    .options = OPTION_BIT(OPTION_KEEP_OPEN),
    .least = 2,
    .most = 2,
    .run = run,
};
