/* SPDX-License-Identifier: MIT */
/*
 * outlet.h - what goes out of a session: replies to the socket, and what the socket does
 * not take into the backlog, which goes first as long as there is one.
 *
 * All but outlet_drain are for who holds session.lock.
 */
#ifndef SERVER_OUTLET_H
#define SERVER_OUTLET_H

#include <stdbool.h>
#include <stddef.h>

struct session;
struct worker;

/* Writes the replies to all that was completed for it. Any worker; `by` is the caller,
 * who does not hold session.lock. */
void outlet_drain(struct session *s, struct worker *by);

/* Sends what waits, or some of it. */
void outlet_flush(struct session *s);

/* How many bytes wait. */
size_t outlet_unsent(const struct session *s);

/*
 * Whether that is more than the client may leave unread: limits.output_bytes, or nothing
 * while memory is scarce. For its worker.
 */
bool outlet_is_over(const struct session *s);

/* Nothing will be sent any more; what waits is forgotten. */
void outlet_break(struct session *s);

#endif
