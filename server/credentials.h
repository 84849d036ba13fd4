/* SPDX-License-Identifier: MIT */
/*
 * credentials.h - who the process at the other end of a Unix socket is, as the kernel has
 * it: its user and its groups when it connected. Any thread.
 */
#ifndef SERVER_CREDENTIALS_H
#define SERVER_CREDENTIALS_H

#include "roster.h"

/* Which user it is. NULL: none, or it is no Unix socket, or there is no memory. */
const struct user *credentials_user(int fd, const struct roster *roster);

#endif
