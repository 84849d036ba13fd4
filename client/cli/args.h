/* SPDX-License-Identifier: MIT */
/*
 * args.h - the command line: one table of all options, for all commands.
 *
 * Options may stand anywhere up to "--"; the first word is the command. Which options go
 * with it is the command's business: `given` says which there were.
 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <chan.h>
#include "load.h"
#include "notation.h"

enum option {
    OPTION_SERVER,
    OPTION_CA,
    OPTION_CERT,
    OPTION_KEY,
    OPTION_TLS_1_2,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_JSON,
    OPTION_TIMEOUT,
    OPTION_NUMBER,
    OPTION_ALL,
    OPTION_PRIORITY,
    OPTION_BUFFER,
    OPTION_CLOSE_AFTER,
    OPTION_MAX_PARKED,
    OPTION_VERBOSE,
    OPTION_KEEP_OPEN,
    OPTION_PARALLEL,
    OPTION_SECS,
    OPTION_PAIRS,
    OPTION_PRODUCERS,
    OPTION_CONSUMERS,
    OPTION_DEPTH,
    OPTION_SIZE,
    OPTION_CONNS,
    OPTION_PER_CONN,
    OPTION_CHANS,
    OPTION_COUNT
};

enum { OPTION_NAME_ROOM = 32 };

#define OPTION_BIT(option) (1u << (option))

/* Those that go with every command. */
#define OPTIONS_ALWAYS                                                                   \
    (OPTION_BIT(OPTION_SERVER) | OPTION_BIT(OPTION_CA) | OPTION_BIT(OPTION_CERT) |       \
     OPTION_BIT(OPTION_KEY) | OPTION_BIT(OPTION_TLS_1_2) | OPTION_BIT(OPTION_HELP) |     \
     OPTION_BIT(OPTION_VERSION))

struct args {
    unsigned given;                     /* a set of OPTION_BITs */
    const char *server;                 /* NULL: not given */
    const char *ca, *certificate, *key; /* files; NULL: not given */
    int64_t timeout_ms;                 /* CHAN_FOREVER: not given */
    int64_t number;                     /* 1: not given */
    int64_t parallel;                   /* 1: not given */
    struct chan_settings settings;
    struct load load;
    const char *command; /* NULL: none */
    char **words;        /* behind the command; owned, but not the words */
    size_t word_count;
    size_t dashed; /* the first of them that stood behind "--"; else word_count */
};

/* A row of the table: how it is written, and what it does, in a line. */
struct option_row {
    char letter;          /* 0: none */
    const char *name;     /* NULL: none */
    const char *argument; /* NULL: it takes none */
    const char *help;
};
const struct option_row *args_option(enum option option);

/* How the option is called in messages: its name, else its letter. */
void args_option_name(enum option option, char ret_name[OPTION_NAME_ROOM]);

/* Takes argv apart, which must outlive args. False: it was said what is wrong. */
bool args_parse(int argc, char **argv, struct args *ret_args);
void args_release(struct args *args);

static inline bool args_has(const struct args *args, enum option option)
{
    return args->given & OPTION_BIT(option);
}

static inline enum notation args_notation(const struct args *args)
{
    return args_has(args, OPTION_JSON) ? NOTATION_JSON : NOTATION_TEXT;
}

#endif
