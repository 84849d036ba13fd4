/* SPDX-License-Identifier: MIT */
/* Hidden: what the build installs for bash. */
#include "commands.h"
#include "help.h"
#include "output.h"

#include <unistd.h>

static enum exit_status run(const struct args *args)
{
    struct bytes text = {0};
    enum exit_status status = EXIT_USAGE;

    (void)args;
    if (!help_completion(&text))
        complain("out of memory");
    else if (output_flush(STDOUT_FILENO, &text, -1) == OUTPUT_DONE)
        status = EXIT_DONE;
    bytes_release(&text);
    return status;
}

const struct command cmd_completion = {
    .name = "completion",
    .words = "",
    .summary = "write the completion for bash",
    .detail = "  chan completion > /etc/bash_completion.d/chan\n",
    .run = run,
};
