/* SPDX-License-Identifier: MIT */
/*
 * dialogue.h - all that chan_connect has to do with a server until requests can follow:
 * find it, reach it, shake hands, and say who we are. It blocks, and belongs to whichever
 * thread holds it.
 */
#ifndef CLIENT_DIALOGUE_H
#define CLIENT_DIALOGUE_H

#include <stdint.h>
#include "chan.h"
#include "conn.h"
#include "places.h"
#include "text.h"

struct passport;

struct dialogue {
    const char *uri; /* borrowed, as is the passport */
    const struct passport *passport;
    int64_t deadline_ns;
    struct places places;    /* found so far */
    struct conn conn;        /* {.fd = -1} before */
    struct text why, reason; /* of a failure, as in chan_reply */
};

/*
 * CHAN_OK: places and conn have what was found and made, and are the caller's to take.
 * Else why says what is wrong; there may be places, but there is no connection.
 */
enum chan_status dialogue_hold(struct dialogue *d);

/* Frees what was not taken. */
void dialogue_release(struct dialogue *d);

#endif
