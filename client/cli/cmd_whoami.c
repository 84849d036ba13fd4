/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "link.h"

#include <stdlib.h>
#include <string.h>

static bool add(struct bytes *out, const char *text)
{
    return bytes_add(out, text, strlen(text));
}

static bool add_json(struct bytes *out, const char *name)
{
    char *json;
    size_t len;
    bool added;

    if (chan_text_to_json(name, strlen(name), &json, &len) != CHAN_OK)
        return false;
    added = bytes_add(out, json, len);
    free(json);
    return added;
}

static bool write_user(struct bytes *out, const char *user, enum notation notation)
{
    if (notation == NOTATION_TEXT)
        return add(out, user) && add(out, "\n");
    return add(out, "{\"user\":") && add_json(out, user) && add(out, "}\n");
}

static enum exit_status ask(struct link *link, enum notation notation)
{
    struct bytes text = {0};
    const char *user;
    const enum chan_status status = chan_whoami(link->client, LINK_TIMEOUT_MS, &user);
    char name[256];
    enum exit_status result = EXIT_USAGE;

    if (status != CHAN_OK)
        return link_complain(link, status, chan_message(), "ask who this is");
    /* It may go with the next call. */
    strncpy(name, user, sizeof name - 1)[sizeof name - 1] = '\0';
    if (write_user(&text, name, notation))
        result = link_print(link, &text);
    else
        complain("out of memory");
    bytes_release(&text);
    return result;
}

static enum exit_status run(const struct args *args)
{
    struct link link;
    enum exit_status status = link_open(&link, args, LINK_PLAIN);

    if (status == EXIT_DONE)
        status = ask(&link, args_notation(args));
    link_close(&link);
    return status;
}

const struct command cmd_whoami = {
    .name = "whoami",
    .words = "",
    .summary = "who this is to the server, by token, certificate or process",
    .detail =
        "Where the server has no users, everybody is anonymous. With -j the answer is\n"
        "an object with a member \"user\".\n\n"
        "  chan whoami\n"
        "  chan -s tls://broker.example:2427 --cert me.pem --key me.key whoami\n",
    .options = OPTION_BIT(OPTION_JSON),
    .run = run,
};
