/* SPDX-License-Identifier: MIT */
/*
 * log.h - the daemon's log, one line at a time to standard error.
 *
 * For people: a time, the level, the line. When standard error is the journal
 * ($JOURNAL_STREAM names it), the priority prefix of sd-daemon(3) instead. Only the edge
 * logs: not core, proto or config, and nothing under a lock of the hub. Any thread.
 */
#ifndef SERVER_LOG_H
#define SERVER_LOG_H

#include "level.h"

/* Lines above this level are not written. LEVEL_INFO before the first call. */
void log_set_level(enum level level);

/* Writes one line; format has no line feed at its end. */
__attribute__((format(printf, 2, 3))) void log_line(enum level level, const char *format,
                                                    ...);

#endif
