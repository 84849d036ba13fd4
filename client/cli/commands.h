/* SPDX-License-Identifier: MIT */
/*
 * commands.h - every command, each defined in the file of its name.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "command.h"

extern const struct command cmd_alts;
extern const struct command cmd_bench;
extern const struct command cmd_close;
extern const struct command cmd_completion; /* hidden */
extern const struct command cmd_delete;
extern const struct command cmd_list;
extern const struct command cmd_open;
extern const struct command cmd_ping;
extern const struct command cmd_pipe;
extern const struct command cmd_put;
extern const struct command cmd_stat;
extern const struct command cmd_take;
extern const struct command cmd_token;
extern const struct command cmd_whoami;
extern const struct command cmd_work;

#endif
