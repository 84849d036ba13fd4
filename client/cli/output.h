/* SPDX-License-Identifier: MIT */
/*
 * output.h - standard output: results are gathered and leave together, in output_flush.
 *
 * While the reader is slow, a signal must still be able to end the command: so a flush
 * writes only what can be written at once, and waits for the signals as well.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include "bytes.h"

enum output_result {
    OUTPUT_DONE,
    OUTPUT_INTERRUPTED, /* the rest is still there */
    OUTPUT_GONE,        /* nobody reads any more: end quietly */
    OUTPUT_FAILED       /* it was said why */
};

/* Writes all to fd and empties text. signals: a descriptor that is readable when there is
 * a reason to stop; -1: none. */
enum output_result output_flush(int fd, struct bytes *text, int signals);

#endif
