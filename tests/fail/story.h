/* SPDX-License-Identifier: MIT */
/*
 * story.h - what a program puts and takes while calls fail, and whether all of it is
 * where it must be: no value comes twice, or comes though its put had been refused; and
 * what was put is there, unless somebody may have taken it whose connection broke.
 *
 * A story has one thread, beside which its processes may run: those may put, take and
 * note what became of it. All else is for the thread.
 */
#ifndef TESTS_STORY_H
#define TESTS_STORY_H

#include <stddef.h>
#include <stdint.h>
#include "chan.h"

enum { STORY_VALUES = 64, STORY_PATIENCE_MS = 60000 };

/* What became of a value's put. */
enum fate { FATE_NEVER, FATE_REFUSED, FATE_UNKNOWN, FATE_PUT };

struct story {
    const char *uri;
    const char *ca;    /* NULL: there is no TLS */
    const char *wrong; /* NULL: nothing */
    enum fate fates[STORY_VALUES];
    unsigned taken[STORY_VALUES];
    unsigned values, swallowed; /* takes of which nobody knows how they ended */
    unsigned started, ended;
};

/* Something is wrong; what was first is kept, and the text. */
void story_blame(struct story *s, const char *text);

/* The next value, some of them long; NULL: no memory. The caller's. */
char *story_value(struct story *s, unsigned *ret_number);

/* How the put of a value ended. */
void story_note_put(struct story *s, unsigned number, enum chan_status status);

/* How a take ended; value: what it got, if that is CHAN_OK. */
void story_note_take(struct story *s, enum chan_status status, const char *value);

/* A take may have got a value of which nobody will hear. */
void story_swallow(struct story *s);

/* All is over: looks whether every value is where it must be, and each call has ended. */
void story_check(struct story *s);

/* A put of the next value, and a take, with what became of them. */
void story_put(struct story *s, struct chan *ch, int64_t wait_ms);
void story_take(struct story *s, struct chan *ch, int64_t wait_ms);

/*
 * Connects a new client, or one that there is, to the channel of all stories; NULL: not
 * today, and the client has been freed. c: NULL is one for which there was no memory.
 */
struct chan_client *story_reach(struct story *s, struct chan **ret_chan);
struct chan_client *story_reach_with(struct chan_client *c, struct story *s,
                                     struct chan **ret_chan);

/* Ends what these began. */
void story_part(struct chan_client *c, struct chan *ch);

#endif
