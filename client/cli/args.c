/* SPDX-License-Identifier: MIT */
#include "args.h"
#include "complain.h"
#include "duration.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT_DIGITS_MAX = 15 };

static const struct {
    const char *name;
    enum chan_buffer buffer;
    bool sized;
} kinds[] = {
    {"none", CHAN_NONE, false},       {"fixed", CHAN_FIXED, true},
    {"sliding", CHAN_SLIDING, true},  {"dropping", CHAN_DROPPING, true},
    {"promise", CHAN_PROMISE, false},
};

static bool read_text(const char *text, void *field)
{
    memcpy(field, &text, sizeof text);
    return true;
}

static bool read_duration(const char *text, void *field)
{
    return duration_parse(text, field);
}

static bool read_count(const char *text, void *field)
{
    const size_t digits = strspn(text, "0123456789");
    const int64_t n = digits <= COUNT_DIGITS_MAX ? strtoll(text, NULL, 10) : 0;

    if (n < 1 || text[digits])
        return false;
    memcpy(field, &n, sizeof n);
    return true;
}

static bool read_buffer(const char *text, void *field)
{
    struct chan_settings *settings = field;
    const size_t len = strcspn(text, ":");
    size_t i = 0;

    while (strlen(kinds[i].name) != len || memcmp(kinds[i].name, text, len) != 0)
        if (++i == sizeof kinds / sizeof *kinds)
            return false;
    if (kinds[i].sized != (text[len] == ':'))
        return false;
    if (kinds[i].sized && !read_count(text + len + 1, &settings->size))
        return false;
    settings->buffer = kinds[i].buffer;
    return true;
}

/* How an argument is read into its field, and what it must be if that fails. */
struct option_type {
    bool (*read)(const char *text, void *field);
    const char *must;
};

static const struct option_type flag = {NULL, NULL};
static const struct option_type any = {read_text, "anything"};
static const struct option_type count = {read_count, "a number of at least 1"};
static const struct option_type duration = {read_duration,
                                            "a duration, as 20ms, 1.5s, 2m, 3 or 0"};
static const struct option_type kind = {
    read_buffer, "none, fixed:N, sliding:N, dropping:N or promise"};

static const struct {
    struct option_row row;
    const struct option_type *type;
    size_t offset;
} options[OPTION_COUNT] = {
#define INTO(field) offsetof(struct args, field)
    [OPTION_SERVER] = {{'s', "server", "URI", "the server; else $CHAN_SERVER"},
                       &any,
                       INTO(server)},
    [OPTION_CA] = {{0, "ca", "FILE", "tls: who signs good certificates; else $CHAN_CA"},
                   &any,
                   INTO(ca)},
    [OPTION_CERT] = {{0, "cert", "FILE", "tls: the certificate to show; else $CHAN_CERT"},
                     &any,
                     INTO(certificate)},
    [OPTION_KEY] = {{0, "key", "FILE", "tls: its key; else $CHAN_KEY"}, &any, INTO(key)},
    [OPTION_TLS_1_2] = {{0, "accept-tls-1.2", NULL, "tls: version 1.2 will do, too"},
                        &flag,
                        0},
    [OPTION_HELP] = {{'h', "help", NULL, "show this"}, &flag, 0},
    [OPTION_VERSION] = {{0, "version", NULL, "show the version"}, &flag, 0},
    [OPTION_JSON] = {{'j', "json", NULL, "JSON, not text"}, &flag, 0},
    [OPTION_TIMEOUT] = {{0, "timeout", "DUR", "wait at most so long; 0: do not wait"},
                        &duration,
                        INTO(timeout_ms)},
    [OPTION_NUMBER] = {{'n', NULL, "N", "take N values"}, &count, INTO(number)},
    [OPTION_ALL] = {{0, "all", NULL, "take until the channel closes"}, &flag, 0},
    [OPTION_PRIORITY] = {{0, "priority", NULL, "of several ready clauses the first wins"},
                         &flag,
                         0},
    [OPTION_BUFFER] = {{0, "buffer", "KIND",
                        "none, fixed:N, sliding:N, dropping:N, promise"},
                       &kind,
                       INTO(settings)},
    [OPTION_CLOSE_AFTER] = {{0, "close-after", "DUR",
                             "it closes by itself after so long"},
                            &duration,
                            INTO(settings.close_after_ms)},
    [OPTION_MAX_PARKED] = {{0, "max-parked", "N", "most puts, and most takes, that wait"},
                           &count,
                           INTO(settings.max_parked)},
    [OPTION_VERBOSE] = {{'v', "verbose", NULL, "say whether it was created or existed"},
                        &flag,
                        0},
    [OPTION_KEEP_OPEN] = {{0, "keep-open", NULL, "do not close TO"}, &flag, 0},
    [OPTION_PARALLEL] = {{'P', NULL, "N", "run N commands at once"},
                         &count,
                         INTO(parallel)},
    [OPTION_SECS] = {{0, "secs", "DUR", "measure so long"},
                     &duration,
                     INTO(load.duration_ms)},
    [OPTION_PAIRS] = {{0, "pairs", "N", "pairs of connections that answer each other"},
                      &count,
                      INTO(load.pairs)},
    [OPTION_PRODUCERS] = {{0, "producers", "N", "connections that put"},
                          &count,
                          INTO(load.producers)},
    [OPTION_CONSUMERS] = {{0, "consumers", "N", "connections that take"},
                          &count,
                          INTO(load.consumers)},
    [OPTION_DEPTH] = {{0, "depth", "N", "requests under way on each connection"},
                      &count,
                      INTO(load.depth)},
    [OPTION_SIZE] = {{0, "size", "N", "bytes of a value"}, &count, INTO(load.size)},
    [OPTION_CONNS] = {{0, "conns", "N", "connections with parked takes"},
                      &count,
                      INTO(load.conns)},
    [OPTION_PER_CONN] = {{0, "per-conn", "N", "takes parked on each connection"},
                         &count,
                         INTO(load.per_conn)},
    [OPTION_CHANS] = {{0, "chans", "N", "channels to wait on at once"},
                      &count,
                      INTO(load.chans)},
#undef INTO
};

const struct option_row *args_option(enum option option)
{
    return &options[option].row;
}

void args_option_name(enum option option, char ret_name[OPTION_NAME_ROOM])
{
    const struct option_row *row = &options[option].row;

    if (row->name)
        snprintf(ret_name, OPTION_NAME_ROOM, "--%s", row->name);
    else
        snprintf(ret_name, OPTION_NAME_ROOM, "-%c", row->letter);
}

/* Where the parser is. */
struct parser {
    char **next, **end; /* of argv */
    struct args *args;
};

/* Notes an option whose argument is text, or without one (NULL) the next word. */
static bool take_option(struct parser *p, enum option option, const char *text)
{
    const struct option_type *type = options[option].type;
    char name[OPTION_NAME_ROOM];

    args_option_name(option, name);
    p->args->given |= OPTION_BIT(option);
    if (!type->read)
        return true;
    if (!text && p->next == p->end) {
        complain("%s needs an argument: %s", name, type->must);
        return false;
    }
    if (!text)
        text = *p->next++;
    if (type->read(text, (char *)p->args + options[option].offset))
        return true;
    complain("%s must be %s, not %s", name, type->must, text);
    return false;
}

static bool complain_unknown(const char *word)
{
    complain("there is no option %s (--help lists them; put -- before a value that "
             "begins with -)",
             word);
    return false;
}

/* --name, --name ARGUMENT or --name=ARGUMENT; name is behind the dashes. */
static bool take_long(struct parser *p, const char *name)
{
    const size_t len = strcspn(name, "=");
    const char *text = name[len] ? name + len + 1 : NULL;

    for (enum option i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = &options[i].row;

        if (!row->name || strlen(row->name) != len || memcmp(row->name, name, len) != 0)
            continue;
        if (text && !row->argument) {
            complain("--%s takes no argument", row->name);
            return false;
        }
        return take_option(p, i, text);
    }
    return complain_unknown(name - 2);
}

static enum option option_of_letter(char letter)
{
    enum option i = 0;

    while (i < OPTION_COUNT && options[i].row.letter != letter)
        i++;
    return i;
}

/* -j, -jv, -n 5 or -n5; word has the dash. */
static bool take_letters(struct parser *p, const char *word)
{
    for (const char *letter = word + 1; *letter; letter++) {
        const enum option option = option_of_letter(*letter);

        if (option == OPTION_COUNT)
            return complain_unknown(word);
        if (options[option].row.argument)
            return take_option(p, option, letter[1] ? letter + 1 : NULL);
        take_option(p, option, NULL);
    }
    return true;
}

static void take_word(struct args *args, char *word)
{
    if (!args->command)
        args->command = word;
    else
        args->words[args->word_count++] = word;
}

static bool take_all(struct parser *p)
{
    while (p->next < p->end) {
        char *word = *p->next++;
        bool fine = true;

        if (strcmp(word, "--") == 0)
            break;
        if (word[0] == '-' && word[1] == '-')
            fine = take_long(p, word + 2);
        else if (word[0] == '-' && word[1])
            fine = take_letters(p, word);
        else
            take_word(p->args, word);
        if (!fine)
            return false;
    }
    p->args->dashed = p->args->word_count;
    while (p->next < p->end)
        take_word(p->args, *p->next++);
    return true;
}

bool args_parse(int argc, char **argv, struct args *ret_args)
{
    struct args args = {.timeout_ms = CHAN_FOREVER,
                        .number = 1,
                        .parallel = 1,
                        .settings = {.close_after_ms = CHAN_FOREVER}};
    struct parser parser = {argv + (argc > 0), argv + argc, &args};

    args.words = calloc((size_t)argc + 1, sizeof *args.words);
    if (!args.words) {
        complain("out of memory");
        return false;
    }
    if (!take_all(&parser)) {
        args_release(&args);
        return false;
    }
    *ret_args = args;
    return true;
}

void args_release(struct args *args)
{
    free(args->words);
    args->words = NULL;
}
