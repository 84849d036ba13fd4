/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "slot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_MAX = 256 };

struct crew {
    struct work work;
    struct slot *slots;
    size_t count;
    struct pollfd *fds; /* the link's, then each slot's */
};

static bool crew_init(struct crew *crew, const struct args *args, struct link *link)
{
    *crew = (struct crew){
        .work = {.link = link,
                 .in = args->words[0],
                 .out = args->dashed > 1 ? args->words[1] : NULL,
                 .command = args->words + args->dashed,
                 .notation = args_notation(args)},
        .count = (size_t)args->parallel,
    };
    crew->slots = calloc(crew->count, sizeof *crew->slots);
    crew->fds = calloc(LINK_FDS + crew->count * CHILD_FDS, sizeof *crew->fds);
    if (!crew->slots || !crew->fds) {
        complain("out of memory");
        return false;
    }
    for (size_t i = 0; i < crew->count; i++)
        crew->slots[i] = (struct slot){.work = &crew->work, .child = CHILD_NONE};
    return true;
}

static void crew_release(struct crew *crew)
{
    for (size_t i = 0; crew->slots && i < crew->count; i++)
        slot_release(&crew->slots[i]);
    free(crew->slots);
    free(crew->fds);
}

/* Advances all; whether there is anything left to wait for. */
static bool advance_all(struct crew *crew)
{
    bool busy = false;

    for (size_t i = 0; i < crew->count; i++) {
        slot_advance(&crew->slots[i]);
        busy |= crew->slots[i].state != SLOT_IDLE;
    }
    return busy;
}

/* Calls back those who wait for a value, once none can be worked on; whether there were
 * any. */
static bool recall_all(struct crew *crew)
{
    bool any = false;

    for (size_t i = 0; i < crew->count; i++) {
        any |= crew->slots[i].state == SLOT_TAKING;
        slot_recall(&crew->slots[i]);
    }
    return any;
}

/* Waits for the server, the children or a signal. */
static void wait(struct crew *crew)
{
    struct pollfd *fds = crew->fds + LINK_FDS;
    struct link *link = crew->work.link;

    for (size_t i = 0; i < crew->count; i++)
        child_poll(&crew->slots[i].child, fds + i * CHILD_FDS);
    link_turn(link, crew->fds, LINK_FDS + crew->count * CHILD_FDS);
    for (size_t i = 0; i < crew->count; i++) {
        child_move(&crew->slots[i].child, fds + i * CHILD_FDS);
        if (link->child_ended)
            child_reap(&crew->slots[i].child);
    }
    link->child_ended = false;
}

/* The connection closes with what is parked; what is in hand is lost. */
static void abandon_all(struct crew *crew)
{
    link_drain(crew->work.link);
    for (size_t i = 0; i < crew->count; i++)
        slot_abandon(&crew->slots[i], "interrupted");
}

static enum exit_status close_out(struct work *work)
{
    char tried[256];
    const enum chan_status status =
        chan_close(work->link->client, work->out, LINK_TIMEOUT_MS);

    if (status == CHAN_OK)
        return work->exit;
    snprintf(tried, sizeof tried, "close %s", work->out);
    return link_complain(work->link, status, chan_message(work->link->client), tried);
}

static enum exit_status work(struct crew *crew)
{
    const struct link *link = crew->work.link;

    while (advance_all(crew)) {
        if (crew->work.phase == WORK_STOPPED && recall_all(crew))
            continue;
        wait(crew);
        if (link->interrupted || link->reader_gone) {
            abandon_all(crew);
            return link->interrupted ? EXIT_INTERRUPTED : EXIT_READER_GONE;
        }
    }
    if (crew->work.out && crew->work.in_closed && crew->work.phase != WORK_STOPPED)
        return close_out(&crew->work);
    return crew->work.exit;
}

/* IN [OUT] -- CMD..., and CMD is there: a mistake in it must not cost a value. */
static bool check(const struct args *args)
{
    const char *command = args->words[args->dashed];
    int error;

    if (args->dashed < 1 || args->dashed > 2 || args->dashed == args->word_count) {
        complain("work needs IN [OUT] -- CMD... (chan work --help shows an example)");
        return false;
    }
    if (args->parallel > SLOTS_MAX) {
        complain("-P is at most %d", SLOTS_MAX);
        return false;
    }
    error = child_check(command);
    if (error)
        complain("cannot run %s: %s (nothing was taken)", command, strerror(error));
    return error == 0;
}

static enum exit_status run(const struct args *args)
{
    struct link link;
    struct crew crew;
    enum exit_status status;

    if (!check(args))
        return EXIT_USAGE;
    status = link_open(&link, args, LINK_WATCHING);
    if (!crew_init(&crew, args, &link))
        status = EXIT_USAGE;
    link.watches_output = crew.work.out == NULL;
    if (status == EXIT_DONE)
        status = work(&crew);
    link_close(&link);
    crew_release(&crew);
    return status;
}

const struct command cmd_work = {
    .name = "work",
    .words = "IN [OUT] -- CMD...",
    .summary = "run CMD for each value of IN; what it prints goes to OUT",
    .detail =
        "CMD gets the value, and nothing else, on its standard input; what it writes to\n"
        "standard output, without its last newline, is put to OUT, which is closed when\n"
        "IN has closed and all is done. Without OUT it is printed. If CMD fails, "
        "nothing\n"
        "is put, the value is named, and in the end the exit status is 1.\n\n"
        "  chan work words shouts -- tr a-z A-Z\n"
        "  chan work urls pages -P 8 -- xargs curl -s\n",
    .options = OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_PARALLEL),
    .least = 1,
    .most = WORDS_MANY,
    .run = run,
};
