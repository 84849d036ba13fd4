/* SPDX-License-Identifier: MIT */
/*
 * identity.h - who the daemon is on its machine: root becomes somebody else, for good.
 *
 * Whatever has been opened stays open; nothing can be done afterwards that needs a
 * privilege, be it by a program that is executed. Main thread, before there are others.
 */
#ifndef SERVER_IDENTITY_H
#define SERVER_IDENTITY_H

#include <stdbool.h>
#include "config.h"
#include "sysuser.h"

/*
 * Whom the daemon is to become, as `user` and `group` say. Without `user`, or if it is
 * him already, ret->name is empty. False: it can't, which has been logged.
 */
bool identity_find(const struct config *config, struct sysuser *ret);

/*
 * Becomes that user, with his groups and without a capability, and makes sure that there
 * is no way back; with an empty name the daemon stays who it is, of which root is warned.
 * False: it could not, which has been logged, and the process must end.
 */
bool identity_assume(const struct sysuser *sysuser);

#endif
