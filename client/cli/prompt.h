/* SPDX-License-Identifier: MIT */
/*
 * prompt.h - a line of standard input that is secret: on a terminal it is asked for, and
 * not shown while it is typed.
 */
#ifndef CLI_PROMPT_H
#define CLI_PROMPT_H

#include "complain.h"

enum { PROMPT_MAX = 1024 };

/*
 * Reads a line, without what ends it, which may not be empty; on a terminal after the
 * question. EXIT_DONE, or what to exit with; why was said, but for an interruption. The
 * caller wipes it.
 */
enum exit_status prompt_secret(const char *question, char ret[PROMPT_MAX]);

#endif
