/* SPDX-License-Identifier: MIT */
/*
 * duration.h - how long, as people write it: 20ms, 1.5s, 2m, 0.25 (seconds), 0.
 */
#ifndef CLI_DURATION_H
#define CLI_DURATION_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Milliseconds, rounded up, so that only nothing at all is 0; less than 2^53. False: it
 * is no duration, and *ret_ms is untouched.
 */
bool duration_parse(const char *text, int64_t *ret_ms);

#endif
