/* SPDX-License-Identifier: MIT */
/*
 * complain.h - the exit statuses, and the one way to say something on standard error.
 */
#ifndef CLI_COMPLAIN_H
#define CLI_COMPLAIN_H

enum exit_status {
    EXIT_DONE = 0,
    EXIT_CLOSED = 1,  /* not put, or nothing left to take; a CMD failed; bench: a fault */
    EXIT_USAGE = 2,   /* bad usage, or the server refused */
    EXIT_TIMEOUT = 3, /* the wait was over */
    EXIT_SERVER = 4,  /* no server, or no more */
    EXIT_INTERRUPTED = 130, /* 128 + SIGINT, as shells say it */
    EXIT_READER_GONE = 141, /* 128 + SIGPIPE */
};

/* Writes "chan: …" and a line end: always one line, for control characters in what is
 * quoted become question marks, and what is longer than 1,000 bytes is cut. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

#endif
