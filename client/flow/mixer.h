/* SPDX-License-Identifier: MIT */
/*
 * mixer.h - sources that come and go, into one target: what mix and merge are made of.
 *
 * Each source has a process, which looks what it is to do, does it with one value, and
 * looks again; a bell rings when that may have changed. When the target takes no more,
 * all leave. The mixer reports when its sources have ended and no more can come, or the
 * target takes no more. Any process and thread; mixer_free last.
 */
#ifndef CLIENT_FLOW_MIXER_H
#define CLIENT_FLOW_MIXER_H

#include "chan.h"

struct mixer;

/* others: what sources do while others are solo, CHAN_MUTE or CHAN_PAUSE. end: when the
 * mixer has. NULL: no memory. *ret_reports yields the report. */
struct mixer *mixer_new(struct chan *to, enum chan_end end, unsigned others,
                        struct chan **ret_reports);

/* What was added goes on until it is closed. NULL is fine. */
void mixer_free(struct mixer *m);

/* Adds a source, or gives one that is there other flags. CHAN_CLOSED: the target takes no
 * more. CHAN_NO_MEMORY: nothing has changed. */
enum chan_status mixer_add(struct mixer *m, struct chan *from, unsigned flags);

/* What it has taken is still put. No such source: fine. */
void mixer_remove(struct mixer *m, const struct chan *from);

/* Gives all sources these flags. CHAN_NO_MEMORY: nothing has changed. */
enum chan_status mixer_set_all(struct mixer *m, unsigned flags);

/* All sources leave, as when the target takes no more. */
void mixer_stop(struct mixer *m);

#endif
