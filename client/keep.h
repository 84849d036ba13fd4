/* SPDX-License-Identifier: MIT */
/*
 * keep.h - what chan_keep asks for: to be told of the connection's state, when and
 * whether to try again, and that a silent server is asked for a sign of life. All with
 * client.lock held.
 */
#ifndef CLIENT_KEEP_H
#define CLIENT_KEEP_H

#include <stdbool.h>
#include <stdint.h>
#include "chan.h"

/* Whether a lost connection is to be tried again. */
bool keep_retries(const struct chan_client *c);

/* When to try, and that the last try was a success. */
int64_t keep_retry_ns(struct chan_client *c);
void keep_note_success(struct chan_client *c);

/* Something was heard; or something is asked, after a time in which there was nothing to
 * hear. */
void keep_note_heard(struct chan_client *c);

/* Sends a ping when it is due. False: as long again nothing was heard. */
bool keep_listen(struct chan_client *c);

/* When keep_listen has something to do. */
int64_t keep_listen_ns(const struct chan_client *c);

/* Notes a state for keep_tell. */
void keep_note_state(struct chan_client *c, enum chan_state state, const char *why);

/* Calls chan_told for what was noted, in order; lets the lock go meanwhile. */
void keep_tell(struct chan_client *c);

void keep_free(struct chan_client *c);

#endif
