/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "link.h"

#include <stdio.h>
#include <string.h>

/*
 * How many takes may be outstanding. Never more than there are values still to print: a
 * value that was taken and not printed would be lost. With -n N all that were asked for
 * will be printed, so it fetches ahead, and a stream need not wait a round trip for each
 * value. With --all it does not, though it would print those as well: what it holds it
 * keeps from other consumers, and loses if it is killed. Nor with --timeout, which is to
 * run from one value to the next.
 *
 * The number grows with what has arrived, for channels may allow fewer takes to wait.
 */
enum { WINDOW_MAX = 64 };

struct take {
    struct link *link;
    const char *name;
    struct chan *chan;
    enum notation notation;
    int64_t timeout_ms;
    int64_t wanted; /* -1: until the channel closes */
    int64_t taken, outstanding;
    int64_t window, window_max;
    struct bytes text;
    bool failed;            /* a value could not be kept */
    enum chan_status ended; /* CHAN_OK: not yet */
    char message[256];      /* of ended */
};

/* Whether it only was one take too many at once, which need not be the end. */
static bool is_too_many(const struct take *take, const struct chan_reply *reply)
{
    return reply->status == CHAN_REFUSED && reply->reason &&
           strcmp(reply->reason, "limit") == 0 && take->outstanding > 0;
}

static void on_reply(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct take *take = data;

    (void)c;
    take->outstanding--;
    if (reply->status == CHAN_OK) {
        take->taken++;
        if (take->window < take->window_max)
            take->window++;
        if (!notation_show(take->notation, reply->value, reply->value_len, &take->text) ||
            !bytes_add(&take->text, "\n", 1))
            take->failed = true;
    } else if (is_too_many(take, reply)) {
        take->window_max = take->window = take->outstanding;
    } else if (take->ended == CHAN_OK) {
        take->ended = reply->status;
        snprintf(take->message, sizeof take->message, "%s", reply->message);
    }
}

static bool is_wanting(const struct take *take)
{
    return take->ended == CHAN_OK && !take->failed && take->outstanding < take->window &&
           (take->wanted < 0 || take->taken + take->outstanding < take->wanted);
}

/* Starts as many as may be. */
static void start(struct take *take)
{
    const struct chan_clause clause = {take->chan, NULL, 0};

    while (is_wanting(take)) {
        take->ended = chan_start(take->link->client, &clause, 1, CHAN_FIRST_WINS,
                                 take->timeout_ms, on_reply, take, NULL);
        if (take->ended == CHAN_OK)
            take->outstanding++;
        else
            snprintf(take->message, sizeof take->message, "%s", chan_message());
    }
}

static enum exit_status wait(struct take *take)
{
    struct pollfd fds[LINK_FDS];

    link_turn(take->link, fds, LINK_FDS);
    if (take->link->interrupted)
        return EXIT_INTERRUPTED;
    return take->link->reader_gone ? EXIT_READER_GONE : EXIT_DONE;
}

/* Takes and prints until there is a reason to stop; the reason is in take, unless it is
 * one to exit with at once. */
static enum exit_status take_all(struct take *take)
{
    enum exit_status status = EXIT_DONE;

    while (status == EXIT_DONE) {
        start(take);
        if (take->outstanding == 0)
            break;
        status = wait(take);
        if (status == EXIT_DONE)
            status = link_print(take->link, &take->text);
    }
    return status;
}

/* What was on its way is printed all the same; if it cannot be, it is lost. */
static void print_rest(struct take *take, enum exit_status status)
{
    link_drain(take->link);
    if (status == EXIT_INTERRUPTED)
        link_print(take->link, &take->text);
    if (take->text.len > 0)
        complain("the last of what was taken from %s could not be printed", take->name);
}

static enum exit_status conclude(struct take *take, enum exit_status status)
{
    char tried[256];

    snprintf(tried, sizeof tried, "take from %s", take->name);
    if (status != EXIT_DONE) {
        print_rest(take, status);
        return status;
    }
    if (take->failed) {
        complain("cannot print a value from %s: out of memory", take->name);
        return EXIT_USAGE;
    }
    if (take->ended == CHAN_OK || (take->ended == CHAN_CLOSED && take->wanted < 0))
        return EXIT_DONE;
    return link_complain(take->link, take->ended, take->message, tried);
}

static enum exit_status run(const struct args *args)
{
    const bool all = args_has(args, OPTION_ALL);
    struct link link;
    struct take take = {.link = &link,
                        .name = args->words[0],
                        .notation = args_notation(args),
                        .timeout_ms = args->timeout_ms,
                        .wanted = all ? -1 : args->number,
                        .window = 1,
                        .window_max = all || args->timeout_ms >= 0 ? 1 : WINDOW_MAX};
    enum exit_status status;

    if (all && args_has(args, OPTION_NUMBER)) {
        complain("take takes -n or --all, not both");
        return EXIT_USAGE;
    }
    status = link_open(&link, args, LINK_WATCHING);
    link.watches_output = true;
    if (status == EXIT_DONE) {
        take.chan = link_channel(&link, take.name);
        status = take.chan ? conclude(&take, take_all(&take)) : EXIT_USAGE;
        chan_drop(take.chan);
    }
    link_close(&link);
    bytes_release(&take.text);
    return status;
}

const struct command cmd_take = {
    .name = "take",
    .words = "NAME",
    .summary = "take a value and print it; wait until there is one",
    .detail = "Prints a line for each value. Exits 1 when the channel is closed and "
              "empty; with\n"
              "--all that is the end, and 0.\n\n"
              "  chan take jobs\n"
              "  chan take --timeout 500ms jobs || echo 'nothing to do'\n"
              "  chan take --all results | tee log\n",
    .options = OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_TIMEOUT) |
               OPTION_BIT(OPTION_NUMBER) | OPTION_BIT(OPTION_ALL),
    .least = 1,
    .most = 1,
    .run = run,
};
