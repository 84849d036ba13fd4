/* SPDX-License-Identifier: MIT */
/* chan - put, take and look at the channels of a chand server from the shell. */
#include "args.h"
#include "command.h"

#include <fcntl.h>
#include <unistd.h>

/* Should one of them be closed, no socket or pipe must come in its place. */
static void keep_standard_descriptors(void)
{
    int fd;

    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    if (fd >= 0)
        close(fd);
}

int main(int argc, char **argv)
{
    struct args args;
    enum exit_status status;

    keep_standard_descriptors();
    if (!args_parse(argc, argv, &args))
        return EXIT_USAGE;
    status = command_run(&args);
    args_release(&args);
    return (int)status;
}
