/* SPDX-License-Identifier: MIT */
/*
 * intake.h - what has come from a client and was not asked yet: how a line begins, or
 * lines that have to wait.
 *
 * Between two turns nearly all sessions have nothing of the kind, and thousands of them
 * are idle. So a session has an intake of its own only as long as something is in it;
 * else its worker lends one, for the time of a read. All calls are for that worker.
 */
#ifndef SERVER_INTAKE_H
#define SERVER_INTAKE_H

#include <stdbool.h>
#include <stdint.h>
#include "frame.h"

struct session;

struct intake {
    struct frame frame;
    uint32_t counted; /* bytes of memory that the budget knows of */
};

/* The session's, or that which its worker lends; it is to be settled. */
struct intake *intake_open(struct session *s);

/*
 * No more is asked in this turn. What is left is kept, but nothing of a session that is
 * leaving; what is not needed any more goes when the turn is over. False: there was no
 * memory, and nothing was kept.
 */
bool intake_settle(struct session *s, struct intake *in);

/* Frees what the session has, which nobody may use any more. */
void intake_release(struct session *s);

/* Whether no whole line is known to wait. */
bool intake_is_through(const struct session *s);

#endif
