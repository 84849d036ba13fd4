/* SPDX-License-Identifier: MIT */
/*
 * fan.h - every value of a source to several taps: what mult and pub are made of. A tap
 * is a channel, and a topic if the fan has topics; it gets the values of its topic, or
 * all.
 *
 * A process takes a value when there is a tap to give it to (with topics: always), and
 * the next one when all taps that were there have it. Taps that have no room do not keep
 * it from the others. A value that no tap took waits for the next tap to come, or with
 * topics is undelivered. Any process and thread; fan_free last.
 */
#ifndef CLIENT_FLOW_FAN_H
#define CLIENT_FLOW_FAN_H

#include "chan.h"

struct fan;

/* topic NULL: every value for all taps. NULL: no memory. *ret_reports yields the report.
 */
struct fan *fan_new(struct chan *from, chan_topic *topic, void *data,
                    struct chan **ret_reports);

/* The process goes on while there are taps. NULL is fine. */
void fan_free(struct fan *f);

/* CHAN_CLOSED: the source is, and so `to`, if it was to be. A tap that is there already
 * gets another end. topic: NULL if the fan has none; copied. */
enum chan_status fan_tap(struct fan *f, const char *topic, struct chan *to,
                         enum chan_end end);

/* A value that is on its way may still arrive. No such tap: fine. */
void fan_untap(struct fan *f, const char *topic, const struct chan *to);

#endif
