/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "link.h"
#include "notation.h"
#include "table.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { KEY_ROOM = 256, COLUMNS = 2 };

/* An object within the object: its members' keys begin with its own. */
struct level {
    struct table *table;
    char prefix[KEY_ROOM];
    bool failed;
};

/* What is shown of a name or a value, with a NUL, in text. */
static bool shown(const char *json, size_t len, struct bytes *text)
{
    text->len = 0;
    return notation_show(NOTATION_TEXT, json, len, text) && bytes_add(text, "", 1);
}

static void add_member(const char *name, size_t name_len, const char *value,
                       size_t value_len, void *data)
{
    struct level *level = data, inner = {.table = level->table};
    struct bytes text = {0};
    char key[KEY_ROOM];

    if (!shown(name, name_len, &text)) {
        level->failed = true;
    } else {
        snprintf(key, sizeof key, "%s%s", level->prefix, text.data);
        snprintf(inner.prefix, sizeof inner.prefix, "%.*s.", KEY_ROOM - 2, key);
        if (chan_json_members(value, value_len, add_member, &inner) == CHAN_OK)
            level->failed |= inner.failed;
        else
            level->failed |= !shown(value, value_len, &text) ||
                             !table_add(level->table, (const char *[]){key, text.data});
    }
    bytes_release(&text);
}

static enum exit_status show(struct link *link, const struct chan_reply *reply)
{
    struct table table = {.columns = COLUMNS};
    struct level level = {.table = &table};
    struct bytes text = {0};
    const enum table_form form = isatty(STDOUT_FILENO) ? TABLE_ALIGNED : TABLE_TABS;
    enum exit_status status = EXIT_USAGE;

    chan_json_members(reply->value, reply->value_len, add_member, &level);
    if (!level.failed && table_show(&table, form, NULL, &text))
        status = link_print(link, &text);
    else
        complain("out of memory");
    bytes_release(&text);
    table_release(&table);
    return status;
}

static enum chan_status stat_channel(struct link *link, const char *name)
{
    struct chan *chan = chan_remote(link->client, name);
    const enum chan_status status =
        chan ? chan_stat(chan, LINK_TIMEOUT_MS, NULL) : CHAN_NO_MEMORY;

    chan_drop(chan);
    return status;
}

static enum exit_status look(struct link *link, const char *name)
{
    const enum chan_status status =
        name ? stat_channel(link, name) : chan_server_stat(link->client, LINK_TIMEOUT_MS);
    char tried[256];

    if (status == CHAN_OK)
        return show(link, chan_last());
    snprintf(tried, sizeof tried, "look at %s", name ? name : "the server");
    return link_complain(link, status, chan_message(), tried);
}

static enum exit_status run(const struct args *args)
{
    struct link link;
    enum exit_status result = link_open(&link, args, LINK_PLAIN);

    if (result == EXIT_DONE)
        result = look(&link, args->word_count > 0 ? args->words[0] : NULL);
    link_close(&link);
    return result;
}

const struct command cmd_stat = {
    .name = "stat",
    .words = "[NAME]",
    .summary = "all about a channel, or about the server",
    .detail =
        "A line for each key, and its value; into a pipe with a tab between them.\n\n"
        "  chan stat jobs\n"
        "  chan stat jobs | awk '$1 == \"parked_takes\" { print $2 }'\n",
    .most = 1,
    .run = run,
};
