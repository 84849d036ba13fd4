/* SPDX-License-Identifier: MIT */
/*
 * exposure.h - whether others than this machine can reach where the daemon listens.
 *
 * As long as there are no users, whoever can connect may do everything; so the daemon
 * listens on loopback addresses and Unix sockets only, unless `allow_open` says that it
 * is meant. Main thread.
 */
#ifndef SERVER_EXPOSURE_H
#define SERVER_EXPOSURE_H

#include <stdbool.h>
#include "config.h"
#include "listening.h"
#include "options.h"
#include "uri.h"

enum { EXPOSURE_WHY_MAX = URI_TEXT_MAX + 200 };

/* Whether a listener there can be reached from elsewhere. */
bool exposure_of(const struct uri *uri);

/*
 * Whether the daemon may listen where options and configuration say; if not, ret_why is a
 * sentence about it. Sockets that systemd hands over are not seen here.
 */
bool exposure_allows(const struct config *config, const struct options *options,
                     char ret_why[EXPOSURE_WHY_MAX]);

/* The same for where it does listen. */
bool exposure_allows_all(const struct config *config, const struct listening *all,
                         char ret_why[EXPOSURE_WHY_MAX]);

#endif
