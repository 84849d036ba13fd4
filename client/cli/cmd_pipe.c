/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * One value is in hand at most, as in core.async's pipe: the next is taken when the last
 * was put. Fetching ahead would be faster, but what is in hand is lost with the process,
 * and is kept from others who take from FROM.
 */
struct pipe {
    struct link *link;
    const char *from, *to;
    bool waiting; /* for a reply, to request id */
    uint64_t id;
    struct bytes value;      /* in hand */
    enum chan_status status; /* of the last reply */
    char message[256];
};

static void on_reply(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct pipe *pipe = data;

    (void)c;
    pipe->waiting = false;
    pipe->status = reply->status;
    snprintf(pipe->message, sizeof pipe->message, "%s", reply->message);
    if (reply->value && !bytes_add(&pipe->value, reply->value, reply->value_len))
        pipe->status = CHAN_NO_MEMORY;
}

/* Starts one request; if that fails it is as if its reply had come. */
static void start(struct pipe *pipe, const char *chan, const char *value, int64_t wait_ms)
{
    const struct chan_clause clause = {chan, value, pipe->value.len};

    pipe->waiting = true;
    pipe->status = chan_start(pipe->link->client, &clause, 1, CHAN_FIRST_WINS, wait_ms,
                              on_reply, pipe, &pipe->id);
    if (pipe->status == CHAN_OK)
        return;
    pipe->waiting = false;
    snprintf(pipe->message, sizeof pipe->message, "%s", chan_message(pipe->link->client));
}

/* Waits for the reply. An interruption ends the wait at the server; a request that was
 * started after it does not park there, and is waited for. */
static void finish(struct pipe *pipe)
{
    const bool cancels = !pipe->link->interrupted;
    struct pollfd fds[LINK_FDS];

    while (pipe->waiting && link_turn(pipe->link, fds, LINK_FDS))
        ;
    if (pipe->waiting && cancels)
        chan_cancel(pipe->link->client, pipe->id, LINK_TIMEOUT_MS);
    while (pipe->waiting)
        chan_wait(pipe->link->client, CHAN_FOREVER);
}

static bool take(struct pipe *pipe)
{
    pipe->value.len = 0;
    start(pipe, pipe->from, NULL, CHAN_FOREVER);
    finish(pipe);
    return pipe->status == CHAN_OK;
}

/* A value that was taken just when the interruption came is put if it can be at once. */
static bool put(struct pipe *pipe)
{
    start(pipe, pipe->to, pipe->value.data, pipe->link->interrupted ? 0 : CHAN_FOREVER);
    finish(pipe);
    return pipe->status == CHAN_OK;
}

static enum exit_status finish_take(struct pipe *pipe, const struct args *args)
{
    char tried[256];

    if (pipe->link->interrupted)
        return EXIT_INTERRUPTED;
    snprintf(tried, sizeof tried, "take from %s", pipe->from);
    if (pipe->status != CHAN_CLOSED)
        return link_complain(pipe->link, pipe->status, pipe->message, tried);
    if (args_has(args, OPTION_KEEP_OPEN))
        return EXIT_DONE;
    pipe->status = chan_close(pipe->link->client, pipe->to, LINK_TIMEOUT_MS);
    snprintf(tried, sizeof tried, "close %s", pipe->to);
    return pipe->status == CHAN_OK
               ? EXIT_DONE
               : link_complain(pipe->link, pipe->status, chan_message(pipe->link->client),
                               tried);
}

/* The value in hand is lost, and so it is named. */
static enum exit_status finish_put(struct pipe *pipe)
{
    char tried[512], brief[NOTATION_ROOM];

    notation_brief(pipe->value.data, pipe->value.len, brief);
    snprintf(tried, sizeof tried, "put %s, taken from %s, to %s", brief, pipe->from,
             pipe->to);
    if (!pipe->link->interrupted)
        return link_complain(pipe->link, pipe->status, pipe->message, tried);
    complain("cannot %s: interrupted", tried);
    return EXIT_INTERRUPTED;
}

static enum exit_status pump(struct pipe *pipe, const struct args *args)
{
    do {
        if (!take(pipe))
            return finish_take(pipe, args);
        if (!put(pipe))
            return finish_put(pipe);
    } while (!pipe->link->interrupted);
    return EXIT_INTERRUPTED;
}

static enum exit_status run(const struct args *args)
{
    struct link link;
    struct pipe pipe = {.link = &link, .from = args->words[0], .to = args->words[1]};
    enum exit_status status = link_open(&link, args, LINK_WATCHING);

    if (status == EXIT_DONE)
        status = pump(&pipe, args);
    link_close(&link);
    bytes_release(&pipe.value);
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
