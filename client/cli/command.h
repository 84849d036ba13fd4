/* SPDX-License-Identifier: MIT */
/*
 * command.h - the commands: one table, from which the help, the checks of usage and the
 * completion are made. A command is a file cmd_NAME.c and a line in command.c.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stddef.h>
#include "args.h"
#include "bytes.h"
#include "complain.h"

struct command {
    const char *name;
    const char *words;   /* those behind it, as in "NAME [VALUE...]"; "" for none */
    const char *summary; /* a line without its full stop */
    const char *detail;  /* more of --help, whole lines; ends with a worked example */
    unsigned options;    /* a set of OPTION_BITs, beyond OPTIONS_ALWAYS */
    size_t least, most;  /* words */
    enum exit_status (*run)(const struct args *args);
};

enum { WORDS_MANY = 1000000 };

/* Ended with NULL; hidden commands are not in it. */
extern const struct command *const commands[];

/* NULL: there is none of that name. Hidden ones are found, too. */
const struct command *command_find(const char *name);

/* Runs what the arguments say, help included. What is wrong was said. */
enum exit_status command_run(const struct args *args);

#endif
