/* SPDX-License-Identifier: MIT */
/*
 * routine.h - most requests and replies are puts and takes that go well: to write and
 * read those, short of the general case (request.h, reply.h), which does the same. Pure;
 * any thread.
 */
#ifndef CLIENT_ROUTINE_H
#define CLIENT_ROUTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "request.h"
#include "slice.h"
#include "text.h"

/* Appends a put or a take as request_write would; chan is its name as a JSON string. */
void routine_write(struct text *out, const struct request_view *rq, struct slice chan);

/* Whether a line is a success with an id of ours and, at most, a value (absent: NULL). It
 * is, as reply_parse would say; what this does not know, that may. */
bool routine_read(const char *line, size_t len, uint64_t *ret_id,
                  struct slice *ret_value);

#endif
