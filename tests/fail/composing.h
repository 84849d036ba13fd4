/* SPDX-License-Identifier: MIT */
/*
 * composing.h - stories of compositions: an array goes from one local channel to another,
 * and each element arrives once, or a report tells of its loss.
 */
#ifndef TESTS_COMPOSING_H
#define TESTS_COMPOSING_H

#include "story.h"

void composing_pipe(struct story *s);
void composing_pipeline(struct story *s);
void composing_threads(struct story *s); /* a pipeline of threads */
void composing_merge(struct story *s);

#endif
