/* SPDX-License-Identifier: MIT */
#include "child.h"
#include "commands.h"
#include "slot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS_MAX = VIGIL_REPORTS };

static bool find_channels(struct work *work)
{
    work->in = link_channel(work->link, work->in_name);
    if (work->in && work->out_name)
        work->out = link_channel(work->link, work->out_name);
    return work->in && (work->out || !work->out_name);
}

static bool make_channels(struct work *work)
{
    if (!work->out_name)
        work->out = chan_local(CHAN_NONE, 0);
    work->printer = chan_local(CHAN_FIXED, 1);
    if (work->out && work->printer && chan_put(work->printer, "1", 1, 0) == CHAN_OK)
        return true;
    complain("out of memory");
    return false;
}

static void drop_channels(struct work *work)
{
    chan_drop(work->in);
    chan_drop(work->out);
    chan_drop(work->printer);
}

/* Waits for the next one of the slots to end. */
static void end_one(struct work *work, struct slot *slots, size_t count)
{
    struct chan *reports[SLOTS_MAX];
    struct verdict verdict;
    const char *told;
    size_t len, i;

    for (i = 0; i < count; i++)
        reports[i] = slots[i].reports;
    i = vigil_next(&work->vigil, reports, count, &told, &len);
    verdict_read(&verdict, told, len);
    slot_end(&slots[i], &verdict);
    verdict_release(&verdict);
}

static enum exit_status close_out(struct work *work)
{
    char tried[256];
    const enum chan_status status = chan_close(work->out);

    if (status == CHAN_OK)
        return (enum exit_status)atomic_load(&work->exit);
    snprintf(tried, sizeof tried, "close %s", work->out_name);
    return link_complain(work->link, status, chan_message(), tried);
}

static enum exit_status conclude(struct work *work)
{
    if (work->vigil.called_off)
        return vigil_exit(&work->vigil);
    if (work->out_name && work->in_closed && !work->in_failed &&
        !atomic_load(&work->stopped))
        return close_out(work);
    return (enum exit_status)atomic_load(&work->exit);
}

static enum exit_status employ(struct work *work, size_t count)
{
    struct slot *slots = calloc(count, sizeof *slots);
    size_t started = 0;

    if (!slots) {
        complain("out of memory");
        return EXIT_USAGE;
    }
    while (started < count && slot_start(&slots[started], work))
        started++;
    if (started < count) {
        atomic_store(&work->exit, EXIT_USAGE);
        atomic_store(&work->stopped, true);
        chan_hang_up(work->link->client);
    }
    for (size_t left = started; left > 0; left--)
        end_one(work, slots, started);
    for (size_t i = 0; i < started; i++)
        slot_release(&slots[i]);
    free(slots);
    return conclude(work);
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
    struct work work = {
        .link = &link,
        .vigil = VIGIL_NONE,
        .in_name = args->words[0],
        .out_name = args->dashed > 1 ? args->words[1] : NULL,
        .command = args->words + args->dashed,
        .notation = args_notation(args),
    };
    enum exit_status status;

    if (!check(args))
        return EXIT_USAGE;
    status = link_open(&link, args, LINK_WATCHING);
    link.watches_output = work.out_name == NULL;
    if (status == EXIT_DONE) {
        status = find_channels(&work) && make_channels(&work) &&
                         vigil_begin(&work.vigil, &link)
                     ? employ(&work, (size_t)args->parallel)
                     : EXIT_USAGE;
    }
    vigil_end(&work.vigil);
    drop_channels(&work);
    link_close(&link);
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
