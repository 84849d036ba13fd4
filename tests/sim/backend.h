/* SPDX-License-Identifier: MIT */
/*
 * backend.h - a server that cannot be relied on: a naive model of chand, at the far end
 * of sockets that lose what is on its way. It reads and writes a few bytes at a time,
 * late or never, cuts connections between any two bytes, ends with and without saying so,
 * and knows how often each value was put into it and taken out.
 *
 * Values are the numbers from 0 to BACKEND_VALUES - 1. Connections whose client has gone
 * are read to their end all the same, as a real server reads them. It lives in the thread
 * of who turns it, and in its time.
 */
#ifndef SIM_BACKEND_H
#define SIM_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "dice.h"

enum { BACKEND_CHANNELS = 4, BACKEND_VALUES = 4096 };

struct backend;

/* Hosts the channels "0", "1" …: the i-th buffers i values. NULL: something failed. */
struct backend *backend_new(void);
void backend_free(struct backend *b);

/* Where it listens, when it does. */
const char *backend_uri(const struct backend *b);

/* How it behaves from now on. */
struct backend_mood {
    bool reliable; /* all that goes goes at once, and nothing is cut */
    uint32_t cut;  /* else a connection is cut once in so many turns */
};
void backend_set_mood(struct backend *b, struct backend_mood mood);

/* Listens, or not: then it is gone, and all connections with it, which were told so if
 * `politely`. */
bool backend_listen(struct backend *b);
void backend_leave(struct backend *b, bool politely);
bool backend_is_listening(const struct backend *b);

/* Does a little; now is when. False: what was asked is no request. */
bool backend_turn(struct backend *b, struct dice *dice, int64_t now_ns);

/* How often a value was accepted, and how often it was handed to a take. */
unsigned backend_accepted(const struct backend *b, size_t value);
unsigned backend_delivered(const struct backend *b, size_t value);

#endif
