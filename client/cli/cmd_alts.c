/* SPDX-License-Identifier: MIT */
#include "commands.h"
#include "link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct choice {
    struct chan_clause *clauses; /* whose channels are there once it is connected */
    const char **names;
    struct value *values; /* of the put clauses */
    size_t count;
    enum notation notation;
    bool answered;
    enum chan_status status;
    size_t index;
    char message[256];
    struct bytes text; /* what to print */
};

/* Reads the clause that begins with words[*at] and goes to the next. */
static bool read_clause(struct choice *choice, const struct args *args, size_t *at)
{
    const char *verb = args->words[*at];
    const bool takes = strcmp(verb, "take") == 0;
    const size_t need = takes ? 2 : 3;
    char why[NOTATION_ROOM];

    if (!takes && strcmp(verb, "put") != 0) {
        complain("%s begins no clause: take NAME or put NAME VALUE", verb);
        return false;
    }
    if (args->word_count - *at < need) {
        complain("the last clause is not complete: take NAME or put NAME VALUE");
        return false;
    }
    struct chan_clause *clause = &choice->clauses[choice->count];
    struct value *value = &choice->values[choice->count];
    const char *word = takes ? NULL : args->words[*at + 2];

    if (word && !notation_read(choice->notation, word, strlen(word), value, why)) {
        complain("cannot put %s: %s", word, why);
        return false;
    }
    *clause = (struct chan_clause){NULL, value->json, value->len};
    choice->names[choice->count++] = args->words[*at + 1];
    *at += need;
    return true;
}

static bool read_clauses(struct choice *choice, const struct args *args)
{
    choice->clauses = calloc(args->word_count, sizeof *choice->clauses);
    choice->names = calloc(args->word_count, sizeof *choice->names);
    choice->values = calloc(args->word_count, sizeof *choice->values);
    if (!choice->clauses || !choice->names || !choice->values) {
        complain("out of memory");
        return false;
    }
    for (size_t at = 0; at < args->word_count;)
        if (!read_clause(choice, args, &at))
            return false;
    return true;
}

static void choice_release(struct choice *choice)
{
    for (size_t i = 0; i < choice->count; i++)
        notation_release(&choice->values[i]);
    free(choice->clauses);
    free(choice->names);
    free(choice->values);
    bytes_release(&choice->text);
}

/* "NAME", and for a take a tab and the value. */
static bool describe(struct choice *choice, const struct chan_reply *reply)
{
    const char *name = choice->names[choice->index];
    struct bytes *text = &choice->text;

    return bytes_add(text, name, strlen(name)) &&
           (!reply->value ||
            (bytes_add(text, "\t", 1) &&
             notation_show(choice->notation, reply->value, reply->value_len, text))) &&
           bytes_add(text, "\n", 1);
}

static void on_reply(struct chan_client *c, const struct chan_reply *reply, void *data)
{
    struct choice *choice = data;

    (void)c;
    choice->answered = true;
    choice->status = reply->status;
    choice->index = reply->index < choice->count ? reply->index : 0;
    snprintf(choice->message, sizeof choice->message, "%s", reply->message);
    if (reply->status == CHAN_OK && !describe(choice, reply))
        choice->status = CHAN_NO_MEMORY;
}

static enum exit_status conclude(struct link *link, struct choice *choice)
{
    char tried[256] = "complete any clause";

    if (choice->status == CHAN_OK)
        return link_print(link, &choice->text);
    if (choice->status == CHAN_CLOSED)
        snprintf(tried, sizeof tried, "%s %s",
                 choice->clauses[choice->index].value ? "put to" : "take from",
                 choice->names[choice->index]);
    return link_complain(link, choice->status, choice->message, tried);
}

static enum exit_status choose(struct link *link, const struct args *args,
                               struct choice *choice)
{
    const enum chan_order order =
        args_has(args, OPTION_PRIORITY) ? CHAN_FIRST_WINS : CHAN_AT_RANDOM;
    struct pollfd fds[LINK_FDS];

    choice->status = chan_start(link->client, choice->clauses, choice->count, order,
                                args->timeout_ms, on_reply, choice, NULL);
    if (choice->status != CHAN_OK)
        return link_complain(link, choice->status, chan_message(), "complete any clause");
    while (!choice->answered && link_turn(link, fds, LINK_FDS))
        ;
    if (!choice->answered)
        link_drain(link);
    if (link->interrupted) {
        link_print(link, &choice->text);
        return EXIT_INTERRUPTED;
    }
    return conclude(link, choice);
}

static bool find_channels(struct link *link, struct choice *choice)
{
    for (size_t i = 0; i < choice->count; i++) {
        choice->clauses[i].chan = link_channel(link, choice->names[i]);
        if (!choice->clauses[i].chan)
            return false;
    }
    return true;
}

static enum exit_status run(const struct args *args)
{
    struct link link;
    struct choice choice = {.notation = args_notation(args)};
    enum exit_status status = EXIT_USAGE;

    if (read_clauses(&choice, args)) {
        status = link_open(&link, args, LINK_WATCHING);
        if (status == EXIT_DONE)
            status =
                find_channels(&link, &choice) ? choose(&link, args, &choice) : EXIT_USAGE;
        for (size_t i = 0; i < choice.count; i++)
            chan_drop(choice.clauses[i].chan);
        link_close(&link);
    }
    choice_release(&choice);
    return status;
}

const struct command cmd_alts = {
    .name = "alts",
    .words = "CLAUSE...",
    .summary = "complete one of several clauses: take NAME or put NAME VALUE",
    .detail = "Prints the name of the channel, and for a take a tab and the value. One "
              "that is\n"
              "closed completes its clause, and exits 1.\n\n"
              "  chan alts --timeout 2s take news take mail put idle yes\n",
    .options = OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_TIMEOUT) |
               OPTION_BIT(OPTION_PRIORITY),
    .least = 1,
    .most = WORDS_MANY,
    .run = run,
};
