/* SPDX-License-Identifier: MIT */
/*
 * progress.h - a line on the terminal that says how far something is, written over again
 * and again, and gone at the end. Where standard error is no terminal there is none.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PROGRESS_ROOM = 128 };

struct progress {
    const char *name, *unit; /* borrowed */
    bool shown;              /* it stands there now */
    bool terminal;
    int64_t begin_ns, last_ns, next_ns;
    uint64_t last_count;
};

/* Of `name`, where so many `unit` are counted. */
void progress_begin(struct progress *p, const char *name, const char *unit,
                    int64_t now_ns);

/* So many there are now; writes if it is time to. */
void progress_show(struct progress *p, uint64_t count, int64_t now_ns);

/* The line goes. */
void progress_end(struct progress *p);

/* What would be written: how long it has taken, how many there are, and the rate since
 * the last line. */
void progress_line(const struct progress *p, uint64_t count, int64_t now_ns,
                   char ret_line[PROGRESS_ROOM]);

#endif
