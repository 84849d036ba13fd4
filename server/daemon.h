/* SPDX-License-Identifier: MIT */
/*
 * daemon.h - the whole daemon: its parts in the order in which they start and stop, and
 * the main thread, which accepts connections and hears signals.
 */
#ifndef SERVER_DAEMON_H
#define SERVER_DAEMON_H

#include <stdbool.h>
#include "config.h"
#include "options.h"

struct daemon;

/*
 * Reads the configuration that the options name; every mistake goes to standard error.
 * NULL: there were some. The caller owns the result.
 */
struct config *daemon_configure(const struct options *options);

/*
 * Builds everything up to the open sockets; logs why not, and returns NULL. Takes
 * config.
 */
struct daemon *daemon_new(struct config *config, const struct options *options);

/* Serves until a signal ends it; false: it could not start. */
bool daemon_run(struct daemon *d);

void daemon_free(struct daemon *d); /* NULL and half-built are fine */

#endif
