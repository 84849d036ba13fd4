/* SPDX-License-Identifier: MIT */
/*
 * each.h - a command that does one thing to each of several channels.
 */
#ifndef CLI_EACH_H
#define CLI_EACH_H

#include <stdint.h>
#include <chan.h>
#include "args.h"
#include "complain.h"

typedef enum chan_status each_call(struct chan *ch);

/* Connects and calls for every word, in order, up to the first that fails; verb is for
 * the message. */
enum exit_status each_word(const struct args *args, each_call *call, const char *verb);

#endif
