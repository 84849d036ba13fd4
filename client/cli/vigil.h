/* SPDX-License-Identifier: MIT */
/*
 * vigil.h - waits for the reports of what moves values (chan_pipe and its like) and
 * watches meanwhile whether it is called off: by SIGINT or SIGTERM, or, if the link
 * watches its output, because nobody reads that any more.
 *
 * Then it hangs up: what is parked with the server is cancelled, what had completed still
 * arrives, and so the reports come, with what could not be delivered. If a server does
 * not even answer to that the connection is ended after a second.
 *
 * Its own thread waits for the signals. All else is for one thread.
 */
#ifndef CLI_VIGIL_H
#define CLI_VIGIL_H

#include <stdbool.h>
#include <stddef.h>
#include <chan.h>
#include "complain.h"
#include "link.h"

enum { VIGIL_REPORTS = 256 }; /* at most, to be waited for at once */

struct vigil {
    struct link *link;
    bool called_off;
    int stop;            /* an eventfd, readable when called_off; -1: none */
    int end;             /* an eventfd that ends the thread */
    struct chan *called; /* closed by the thread */
    struct chan *ended;  /* of the thread */
    struct chan *timer;  /* while called_off: when to give the server up; or NULL */
};

/* None: vigil_end is fine. */
#define VIGIL_NONE ((struct vigil){.stop = -1, .end = -1})

/* link, which watches, must stay. False: why was said, and vigil_end is due anyway. */
bool vigil_begin(struct vigil *v, struct link *link);
void vigil_end(struct vigil *v);

/* Waits until one of these channels yields or has closed, and returns which; NULLs among
 * them are skipped, not all are. The report, "" for none, stays until the next call of
 * the library. */
size_t vigil_next(struct vigil *v, struct chan *const *reports, size_t count,
                  const char **ret_report, size_t *ret_len);

/* What to exit with when called off. */
enum exit_status vigil_exit(const struct vigil *v);

#endif
