/* SPDX-License-Identifier: MIT */
/*
 * revive.h - a connection that was lost, until there is one again: a pause, a try at the
 * next of the server's addresses, a TLS handshake where there is to be one, and a
 * greeting, whose answer shows that somebody listens there. Nothing here blocks. All with
 * client.lock held.
 */
#ifndef CLIENT_REVIVE_H
#define CLIENT_REVIVE_H

#include "client.h"

/* The connection, or the try, has failed, and why: pauses, if it is to be tried again;
 * otherwise all is lost. */
void revive_after(struct chan_client *c, const char *why);

/* Closes what there is of a connection. */
void revive_close(struct chan_client *c);

/* Does what is due in a pause, in a try, in a handshake, and while the greeting has no
 * answer. */
void revive_pause(struct chan_client *c);
void revive_dial(struct chan_client *c);
void revive_shake(struct chan_client *c);
void revive_greet(struct chan_client *c);

#endif
