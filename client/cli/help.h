/* SPDX-License-Identifier: MIT */
/*
 * help.h - what --help and `chan completion` write, made from the tables of commands and
 * options. Every function appends to out; false: out of memory.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stdbool.h>
#include "bytes.h"
#include "command.h"

bool help_all(struct bytes *out);
bool help_command(const struct command *command, struct bytes *out);

/* "chan NAME [OPTIONS] WORDS", without a line end. */
bool help_usage(const struct command *command, struct bytes *out);

/* A script for bash that completes commands and options. */
bool help_completion(struct bytes *out);

#endif
