/* SPDX-License-Identifier: MIT */
/*
 * words.h - the bytes that names, tags and values are on their way to the broker.
 *
 * They are lent: each is an allocation of its own, exactly as long as it is, which is
 * gone behind the action. Running out of memory here ends the program.
 */
#ifndef SIM_WORDS_H
#define SIM_WORDS_H

#include <stddef.h>
#include <stdint.h>
#include "ledger.h"
#include "model.h"
#include "slice.h"

/* What is lent. {0} is nothing. */
struct words {
    struct word *first;
};

void words_release(struct words *w);

void *words_lend(struct words *w, size_t len);
struct slice words_text(struct words *w, const char *text);
struct slice words_value(struct words *w, struct model_value v);
struct slice words_tag(struct words *w, const struct model_request *rq);

/* The number of the value that these bytes are; UINT32_MAX if they are none. */
uint32_t words_value_number(struct slice bytes, const struct ledger *l);

/* The number of the channel of that name, or MODEL_NO_NAME. */
int words_name_number(struct slice bytes, const struct model *m);

#endif
