/* SPDX-License-Identifier: MIT */
/*
 * scalar.h - plain values: the text in the file <-> a number or a text in struct config.
 *
 * A table in scalar.c says for each type how it is written, what is valid, and how it is
 * stored. Plain functions; any thread.
 */
#ifndef CONFIG_SCALAR_H
#define CONFIG_SCALAR_H

#include <stdbool.h>
#include <stdint.h>
#include "key.h"

enum { SCALAR_RULE_MAX = 200 };

/* Whether the type is written as one plain text: all but groups and lists. */
bool scalar_is_plain(enum key_type type);

/* Reads a text as the key's type and in its range. False: it breaks the rule. */
bool scalar_read(const struct key *key, const char *text, int64_t *ret_number);

/* Puts what was read into the key's field of the struct. False: out of memory. */
bool scalar_store(const struct key *key, const char *text, int64_t number, void *base);

/* The field of a type that is a number, bool or one of several names. */
int64_t scalar_load(const struct key *key, const void *base);

/* Writes what a valid text is, to stand behind "must be": "true or false". */
void scalar_rule(const struct key *key, char ret[SCALAR_RULE_MAX]);

/* What more there is to say about a text that breaks the rule; NULL: nothing. Static. */
const char *scalar_hint(const struct key *key, const char *text);

/* Writes the key's default or sample as people would: "1MiB" and not "1048576". */
void scalar_show(const struct key *key, char ret[SCALAR_RULE_MAX]);

#endif
