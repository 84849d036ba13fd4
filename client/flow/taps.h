/* SPDX-License-Identifier: MIT */
/*
 * taps.h - the channels that the values of a fan go to: a list that anybody changes, and
 * one process, the fan's, walks and tidies up.
 *
 * Any process and thread may call what is not said to be the fan's. A tap that was
 * removed is `gone`, and stays where it is until the fan sweeps.
 */
#ifndef CLIENT_FLOW_TAPS_H
#define CLIENT_FLOW_TAPS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include "chan.h"

struct tap {
    struct tap *next;
    struct chan *to;
    char *topic; /* NULL: all */
    enum chan_end end;
    bool gone;
    struct chan *farewell; /* the bell for when it has been removed */
    /* The fan's. */
    struct fan *fan;
    bool owed;         /* it has not got the value in hand */
    struct chan *done; /* of the process that puts to it */
};

struct taps {
    pthread_mutex_t lock; /* of next, end, gone, and what follows */
    struct tap *first;
    struct chan *changed; /* a bell, a new one after each change */
    bool fixed;           /* nobody can change it any more */
    bool closed;          /* nothing will come */
};

/* False: no memory, and there is nothing to release. */
bool taps_init(struct taps *t);
void taps_release(struct taps *t);

/* CHAN_CLOSED: nothing will come. If the channel is there already it gets that end.
 * The topic is copied. */
enum chan_status taps_add(struct taps *t, const char *topic, struct chan *to,
                          enum chan_end end);
void taps_remove(struct taps *t, const char *topic, const struct chan *to);

/* There will be no taps_add or taps_remove any more. */
void taps_fix(struct taps *t);

/* The bell of the next change, to be dropped; NULL: there will be none. */
struct chan *taps_bell(struct taps *t);

/* Makes it gone. */
void tap_leave(struct taps *t, struct tap *tap);
bool tap_is_gone(struct taps *t, const struct tap *tap);

/* The fan's: frees those that are gone; then one after the other, tap NULL: the first. */
void taps_sweep(struct taps *t);
struct tap *taps_next(struct taps *t, const struct tap *tap);

/* The fan's: the source is closed, and so are those that are to be. */
void taps_close(struct taps *t);

#endif
