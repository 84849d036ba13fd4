/* SPDX-License-Identifier: MIT */
/*
 * look.h - questions to a model, each answered by looking at all of it. Nothing changes.
 */
#ifndef SIM_LOOK_H
#define SIM_LOOK_H

#include "model.h"

/* What a channel of that name is if nobody says otherwise. */
struct channel_settings look_template(const struct model *m, uint32_t name);

/* How many clauses are parked on one side of a channel, and how many values are in it. */
uint32_t look_waiting(const struct model *m, uint32_t name, enum side side);
uint32_t look_buffered(const struct model *m, uint32_t name);

/* Whether a value would find room; whether neither a value nor a put is left. */
bool look_has_room(const struct model *m, uint32_t name);
bool look_is_drained(const struct model *m, uint32_t name);

/* How many of a request's clauses are on a channel, whatever their side. */
uint32_t look_clauses_on(const struct model_request *rq, uint32_t name);

/* The clause that waits longest on one side of a channel; false: none does. */
bool look_first(const struct model *m, uint32_t name, enum side side, size_t *ret_at,
                uint32_t *ret_index);

/* Where in `held` the oldest value of a channel is, which must hold one. */
size_t look_oldest(const struct model *m, uint32_t name);

/* Whether the model knows as many channels as it may. */
bool look_channels_are_full(const struct model *m);

/* Whether so many more bytes would be more than may be held. */
bool look_is_over_memory(const struct model *m, int64_t more);

/* Whether all that open names is so already. */
bool look_agrees(const struct model *m, uint32_t name, const struct broker_open *open);

/* The clause that goes ahead, or -1: the one that was seen to, if it is ready and no
 * other has priority. */
int look_choice(const struct model *m, const struct model_request *rq, uint32_t seen);

/*
 * The limit that keeps a value out of the buffer, or a request from parking; if there
 * are several, the one that was seen. ERR_OK: none.
 */
enum err look_keep_limit(const struct model *m, struct model_value v, enum err seen);
enum err look_park_limit(const struct model *m, const struct model_request *rq,
                         enum err seen);

#endif
