/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "link.h"
#include "source.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/*
 * How many puts may be outstanding. Values of the command line are put one after the
 * other. A stream of lines need not wait a round trip for each: puts of one connection
 * arrive and park in order. The number grows with what was accepted; --timeout keeps it
 * at one, so that nothing is put behind a line that was not put in time.
 *
 * More puts than may be parked on the channel are refused, though one alone would have
 * waited. Then those behind the refused one are called back, and all go on one at a time.
 * Should one of them have slipped through meanwhile, the order is broken: that is said.
 */
enum { WINDOW_MAX = 64 };

enum item_state { ITEM_WAITING, ITEM_SENT, ITEM_DONE };

struct item {
    struct put *put;
    size_t number; /* of the value, from 1 */
    struct value value;
    enum item_state state;
    bool recalled; /* it was asked to come back */
    uint64_t id;
};

struct put {
    struct link *link;
    const char *name;
    struct chan *chan;
    int64_t timeout_ms;
    struct source source;
    bool exhausted; /* the source has no more, or a bad one */
    size_t read;    /* values so far */
    struct item items[WINDOW_MAX];
    size_t first, count; /* the items are a ring, in order */
    size_t outstanding, window, window_max;
    bool recall;             /* something is to be called back */
    size_t failed;           /* the first that failed; 0: none */
    size_t overtaken;        /* those behind it that were put */
    enum chan_status status; /* of the failed one */
    char message[256];
};

static struct item *item_at(struct put *put, size_t i)
{
    return &put->items[(put->first + i) % WINDOW_MAX];
}

/* The first in order counts, whichever reply came first. Nothing behind it is put. */
static void fail(struct put *put, size_t number, enum chan_status status,
                 const char *message)
{
    put->recall = true;
    if (put->failed != 0 && put->failed < number)
        return;
    put->failed = number;
    put->status = status;
    snprintf(put->message, sizeof put->message, "%s", message);
}

static void on_accepted(struct put *put, struct item *item)
{
    item->state = ITEM_DONE;
    if (put->window < put->window_max)
        put->window++;
    for (size_t i = 0; item_at(put, i) != item; i++)
        if (item_at(put, i)->state == ITEM_WAITING)
            fail(put, item_at(put, i)->number, CHAN_REFUSED,
                 "too many puts are parked, and the order is broken");
    if (put->failed != 0 && put->failed < item->number)
        put->overtaken++;
}

static bool is_too_many(const struct put *put, const struct chan_reply *reply)
{
    return reply->status == CHAN_REFUSED && reply->reason &&
           strcmp(reply->reason, "limit") == 0 && put->outstanding > 0;
}

static void on_reply(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct item *item = data;
    struct put *put = item->put;

    (void)c;
    put->outstanding--;
    if (reply->status == CHAN_OK) {
        on_accepted(put, item);
    } else if (reply->status == CHAN_CANCELLED && item->recalled) {
        item->state = ITEM_WAITING;
    } else if (is_too_many(put, reply)) {
        item->state = ITEM_WAITING;
        put->window = put->window_max = 1;
        put->recall = true;
    } else {
        item->state = ITEM_DONE;
        fail(put, item->number, reply->status, reply->message);
    }
}

/* Calls back what was sent behind one that waits, or behind the one that failed. */
static void recall(struct put *put)
{
    bool behind = false;

    put->recall = false;
    for (size_t i = 0; i < put->count; i++) {
        struct item *item = item_at(put, i);

        behind |= put->failed != 0 && item->number > put->failed;
        if (item->state == ITEM_SENT && behind) {
            item->recalled = true;
            chan_cancel(put->link->client, item->id, LINK_TIMEOUT_MS);
        }
        behind |= item->state == ITEM_WAITING;
    }
}

static void pop_done(struct put *put)
{
    for (; put->count > 0 && item_at(put, 0)->state == ITEM_DONE; put->count--) {
        notation_release(&item_at(put, 0)->value);
        put->first = (put->first + 1) % WINDOW_MAX;
    }
}

/* Gets from the source what is there, up to the window; whether to wait for more. */
static bool push_new(struct put *put)
{
    char why[NOTATION_ROOM];
    enum source_step step;
    struct value value;

    while (!put->exhausted && put->failed == 0 && put->count < put->window) {
        step = source_next(&put->source, &value, why);
        if (step == SOURCE_MORE)
            return true;
        put->exhausted = step != SOURCE_VALUE;
        if (step == SOURCE_VALUE)
            *item_at(put, put->count++) =
                (struct item){.put = put, .number = ++put->read, .value = value};
        if (step == SOURCE_BAD)
            fail(put, ++put->read, CHAN_INVALID, why);
    }
    return false;
}

/* Sends in order, none before one that waits, and nothing from one that failed on. */
static void send_waiting(struct put *put)
{
    enum chan_status status;

    for (size_t i = 0; i < put->count && put->outstanding < put->window; i++) {
        struct item *item = item_at(put, i);
        const struct chan_clause clause = {put->chan, item->value.json, item->value.len};

        if (put->failed != 0 && item->number >= put->failed)
            return;
        if (item->state != ITEM_WAITING)
            continue;
        item->recalled = false;
        status = chan_start(put->link->client, &clause, 1, CHAN_FIRST_WINS,
                            put->timeout_ms, on_reply, item, &item->id);
        if (status != CHAN_OK) {
            item->state = ITEM_DONE;
            fail(put, item->number, status, chan_message());
            return;
        }
        item->state = ITEM_SENT;
        put->outstanding++;
    }
}

/* Waits for a reply, for input if it is wanted, or for a signal. */
static bool wait(struct put *put, bool wants_input)
{
    const int input = wants_input ? put->source.lines.fd : -1;
    struct pollfd fds[LINK_FDS + 1] = {[LINK_FDS] = {.fd = input, .events = POLLIN}};
    char why[NOTATION_ROOM];

    if (!link_turn(put->link, fds, LINK_FDS + 1))
        return false;
    if (fds[LINK_FDS].revents && !source_fill(&put->source, why)) {
        put->exhausted = true;
        fail(put, ++put->read, CHAN_INVALID, why);
    }
    return true;
}

/* Puts all there is, or up to the first that fails. */
static void put_all(struct put *put)
{
    bool wants_input;

    for (;;) {
        if (put->recall)
            recall(put);
        pop_done(put);
        wants_input = push_new(put);
        send_waiting(put);
        if (put->recall)
            continue;
        if (put->outstanding == 0 && !wants_input)
            return;
        if (!wait(put, wants_input))
            return;
    }
}

static enum exit_status conclude(struct put *put)
{
    const bool lines = source_is_lines(&put->source);
    char tried[320], message[320];

    if (put->link->interrupted) {
        link_drain(put->link);
        return EXIT_INTERRUPTED;
    }
    if (put->failed == 0 && put->link->lost)
        return link_complain(put->link, CHAN_LOST, chan_message(),
                             "go on with the lines of standard input");
    if (put->failed == 0)
        return EXIT_DONE;
    if (lines || put->source.word_count > 1)
        snprintf(tried, sizeof tried, "put %s %zu to %s", lines ? "line" : "value",
                 put->failed, put->name);
    else
        snprintf(tried, sizeof tried, "put to %s", put->name);
    snprintf(message, sizeof message, "%s", put->message);
    if (put->overtaken > 0)
        snprintf(message, sizeof message, "%s, though %zu behind it were put",
                 put->message, put->overtaken);
    return link_complain(put->link, put->status, message, tried);
}

/* Of values that stand on the command line, none is put unless all can be. */
static bool check_words(const struct args *args)
{
    char why[NOTATION_ROOM];
    struct value value;

    for (size_t i = 1; i < args->word_count; i++) {
        const char *word = args->words[i];

        if (!notation_read(args_notation(args), word, strlen(word), &value, why)) {
            complain("cannot put %s to %s: %s", word, args->words[0], why);
            return false;
        }
        notation_release(&value);
    }
    return true;
}

static enum exit_status run(const struct args *args)
{
    struct link link;
    struct put put = {.link = &link,
                      .name = args->words[0],
                      .timeout_ms = args->timeout_ms,
                      .window = 1};
    enum exit_status status;

    if (!check_words(args))
        return EXIT_USAGE;
    source_init(&put.source, args, STDIN_FILENO);
    put.window_max =
        source_is_lines(&put.source) && args->timeout_ms < 0 ? WINDOW_MAX : 1;
    status = link_open(&link, args, LINK_WATCHING);
    if (status == EXIT_DONE) {
        put.chan = link_channel(&link, put.name);
        status = EXIT_USAGE;
    }
    if (put.chan) {
        put_all(&put);
        status = conclude(&put);
        chan_drop(put.chan);
    }
    link_close(&link);
    while (put.count > 0)
        notation_release(&item_at(&put, --put.count)->value);
    source_release(&put.source);
    return status;
}

const struct command cmd_put = {
    .name = "put",
    .words = "NAME [VALUE...]",
    .summary = "put values, one after the other; wait until they are accepted",
    .detail =
        "Without VALUE, every line of standard input is put, as it comes. Put -- before\n"
        "a VALUE that begins with -.\n\n"
        "  chan put jobs 'first thing' 'second thing'\n"
        "  tail -f log | chan put lines\n"
        "  chan put -j points '{\"x\": 1, \"y\": 2}'\n",
    .options = OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_TIMEOUT),
    .least = 1,
    .most = WORDS_MANY,
    .run = run,
};
