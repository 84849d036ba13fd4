/* SPDX-License-Identifier: MIT */
/*
 * options.h - the daemon's command line. Main thread.
 */
#ifndef SERVER_OPTIONS_H
#define SERVER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include "level.h"

/* Exit statuses of the daemon. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

enum options_next { OPTIONS_RUN, OPTIONS_CHECK, OPTIONS_EXIT };

struct options {
    const char *config;  /* -c; NULL: no file */
    char **listen;       /* -l, in the order given; an array of ours */
    size_t listen_count; /* 0: as configured */
    bool has_level;
    enum level level;
    int status; /* OPTIONS_EXIT: what to exit with */
};

/*
 * Reads the command line. Answers --help and --version, and complains about mistakes, by
 * itself: then the result is OPTIONS_EXIT.
 */
enum options_next options_parse(int argc, char **argv, struct options *ret);

void options_release(struct options *o);

#endif
