/* SPDX-License-Identifier: MIT */
/* generator - puts a load on a server of messages and says what it took: see --help. */
#include <stdlib.h>
#include <sys/resource.h>
#include "crowd.h"
#include "die.h"
#include "load.h"
#include "options.h"
#include "report.h"
#include "scenario.h"

/* A connection is a file, and the usual limit is far below what is allowed. */
static void raise_file_limit(void)
{
    struct rlimit files;

    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

int main(int argc, char **argv)
{
    struct options options = options_read(argc, argv);
    struct load load;
    struct crowd crowd;

    raise_file_limit();
    load_init(&load, &options);
    crowd_gather(&crowd, &load);
    options.scenario->run(&load);
    crowd_disperse(&crowd);
    if (load.meter.figures.operations == 0)
        die("nothing was done in the time that was measured");
    if (options.header)
        report_header();
    report_figures(options.label, &load.meter.figures);
    load_release(&load);
    return EXIT_SUCCESS;
}
