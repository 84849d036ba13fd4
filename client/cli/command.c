/* SPDX-License-Identifier: MIT */
#include "command.h"
#include "help.h"
#include "output.h"
#include "commands.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const struct command *const commands[] = {
    &cmd_open,   &cmd_put,   &cmd_take,   &cmd_alts,  &cmd_close,
    &cmd_delete, &cmd_list,  &cmd_stat,   &cmd_ping,  &cmd_pipe,
    &cmd_work,   &cmd_bench, &cmd_whoami, &cmd_token, NULL,
};

const struct command *command_find(const char *name)
{
    for (const struct command *const *c = commands; *c; c++)
        if (strcmp((*c)->name, name) == 0)
            return *c;
    return strcmp(name, cmd_completion.name) == 0 ? &cmd_completion : NULL;
}

static enum exit_status show(bool complete, struct bytes *text)
{
    enum exit_status status = EXIT_USAGE;

    if (!complete)
        complain("out of memory");
    else if (output_flush(STDOUT_FILENO, text, -1) == OUTPUT_DONE)
        status = EXIT_DONE;
    bytes_release(text);
    return status;
}

static enum exit_status complain_usage(const struct command *command, const char *what)
{
    struct bytes usage = {0};

    if (help_usage(command, &usage) && bytes_add(&usage, "", 1))
        complain("%s %s (usage: %s)", command->name, what, usage.data);
    else
        complain("%s %s", command->name, what);
    bytes_release(&usage);
    return EXIT_USAGE;
}

static enum exit_status check_usage(const struct command *command,
                                    const struct args *args)
{
    char what[64], name[OPTION_NAME_ROOM];

    for (enum option i = 0; i < OPTION_COUNT; i++)
        if (args->given & ~(command->options | OPTIONS_ALWAYS) & OPTION_BIT(i)) {
            args_option_name(i, name);
            snprintf(what, sizeof what, "has no option %s", name);
            return complain_usage(command, what);
        }
    if (args->word_count < command->least)
        return complain_usage(command, "is not complete");
    if (args->word_count > command->most)
        return complain_usage(command, "takes fewer words");
    return EXIT_DONE;
}

enum exit_status command_run(const struct args *args)
{
    static const char version[] = "chan " CHAND_VERSION "\n";
    const struct command *command = args->command ? command_find(args->command) : NULL;
    struct bytes text = {0};
    enum exit_status status;

    if (args_has(args, OPTION_VERSION))
        return show(bytes_add(&text, version, sizeof version - 1), &text);
    if (args_has(args, OPTION_HELP))
        return show(command ? help_command(command, &text) : help_all(&text), &text);
    if (!args->command) {
        complain("no command (chan --help lists them)");
        return EXIT_USAGE;
    }
    if (!command) {
        complain("there is no command %s (chan --help lists them)", args->command);
        return EXIT_USAGE;
    }
    status = check_usage(command, args);
    return status == EXIT_DONE ? command->run(args) : status;
}
