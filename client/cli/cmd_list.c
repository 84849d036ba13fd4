/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "link.h"
#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const heading[] = {"NAME", "BUFFER", "VALUES",
                                      "PUTS", "TAKES",  "CLOSED"};

enum { COLUMNS = sizeof heading / sizeof *heading, NUMBER_ROOM = 48 };

/* "2/5"; without a size, what is there. */
static void format_values(const struct chan_info *info, char room[NUMBER_ROOM])
{
    const int n = snprintf(room, NUMBER_ROOM, "%" PRId64, info->buffered);

    if (info->size > 0)
        snprintf(room + n, NUMBER_ROOM - (size_t)n, "/%" PRId64, info->size);
}

static bool add_channel(const struct chan_info *info, void *data)
{
    char values[NUMBER_ROOM], puts[NUMBER_ROOM], takes[NUMBER_ROOM];

    format_values(info, values);
    snprintf(puts, sizeof puts, "%" PRId64, info->parked_puts);
    snprintf(takes, sizeof takes, "%" PRId64, info->parked_takes);
    return table_add(data, (const char *[]){info->name, info->buffer, values, puts, takes,
                                            info->closed ? "yes" : "no"});
}

static enum exit_status show(struct link *link, struct table *table)
{
    struct bytes text = {0};
    const enum table_form form = isatty(STDOUT_FILENO) ? TABLE_ALIGNED : TABLE_TABS;
    enum exit_status status = EXIT_USAGE;

    if (table_show(table, form, heading, &text))
        status = link_print(link, &text);
    else
        complain("out of memory");
    bytes_release(&text);
    return status;
}

static enum exit_status list(struct link *link, const struct args *args)
{
    struct table table = {.columns = COLUMNS};
    const char *prefix = args->word_count > 0 ? args->words[0] : "";
    const enum chan_status status =
        chan_list(link->client, prefix, LINK_TIMEOUT_MS, add_channel, &table);
    enum exit_status result;

    if (status == CHAN_OK)
        result = show(link, &table);
    else
        result = link_complain(link, status, chan_message(), "list channels");
    table_release(&table);
    return result;
}

static enum exit_status run(const struct args *args)
{
    struct link link;
    enum exit_status status = link_open(&link, args, LINK_PLAIN);

    if (status == EXIT_DONE)
        status = list(&link, args);
    link_close(&link);
    return status;
}

const struct command cmd_list = {
    .name = "list",
    .words = "[PREFIX]",
    .summary = "the channels, or those whose names begin with PREFIX",
    .detail =
        "VALUES are those in the buffer, and how many it may hold; PUTS and TAKES those\n"
        "that wait. Into a pipe the columns are separated by tabs and have no "
        "heading.\n\n"
        "  chan list jobs/\n"
        "  chan list | cut -f 1\n",
    .most = 1,
    .run = run,
};
