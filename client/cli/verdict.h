/* SPDX-License-Identifier: MIT */
/*
 * verdict.h - the report of a pipe, or of a pipeline of one, as far as a command tells of
 * it: how it ended, and the value that it had in hand then.
 */
#ifndef CLI_VERDICT_H
#define CLI_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <chan.h>
#include "bytes.h"

struct verdict {
    enum chan_status status; /* CHAN_OK: the source is closed, and all was delivered */
    struct bytes message;    /* why not, with a NUL */
    struct bytes value;      /* that was taken and not delivered */
    bool in_hand;            /* there is one */
};

/* An empty report tells that there was no memory for one. */
void verdict_read(struct verdict *v, const char *report, size_t len);
void verdict_release(struct verdict *v);

/* Why it ended so, for people. */
const char *verdict_message(const struct verdict *v);

#endif
