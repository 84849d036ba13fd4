/* SPDX-License-Identifier: MIT */
#include "help.h"

#include <stdio.h>
#include <string.h>

/* The heads of lines of help fill so many columns. */
enum { HEAD_COLUMNS = 25, HEAD_ROOM = 96 };

/* No more options than these are spelled out in a usage. */
enum { SPELLED_MAX = 6 };

static const char about[] =
    "usage: chan [-s URI] COMMAND ...\n"
    "Channels between processes and machines: put values into named channels of a chand\n"
    "server and take them out, waiting for each other where need be.\n\n";

static const char example[] =
    "\nA hand-over, in two terminals:\n"
    "  chan take greetings              waits ...\n"
    "  chan put greetings 'hi there'    ... until somebody puts: prints hi there\n"
    "Four workers on a queue of at most 100 jobs:\n"
    "  chan open jobs --buffer fixed:100\n"
    "  chan work jobs results -P 4 -- sh -c 'convert \"$(cat)\"'\n\n"
    "Exit: 0 done, 1 closed, 2 bad usage or refused, 3 timed out, 4 no server.\n"
    "chan COMMAND --help tells more; so does chan(1).\n";

static bool add(struct bytes *out, const char *text)
{
    return bytes_add(out, text, strlen(text));
}

static bool add_line(struct bytes *out, const char *head, const char *text)
{
    char line[256];

    snprintf(line, sizeof line, "  %-*s%s%s\n", HEAD_COLUMNS, head,
             strlen(head) + 2 > HEAD_COLUMNS ? "  " : "", text);
    return add(out, line);
}

/* "-n N", "-j, --json", "--timeout DUR" */
static void option_head(const struct option_row *row, char head[HEAD_ROOM])
{
    int n = 0;

    if (row->letter)
        n = snprintf(head, HEAD_ROOM, "-%c%s", row->letter, row->name ? ", " : "");
    if (row->name)
        n += snprintf(head + n, HEAD_ROOM - (size_t)n, "--%s", row->name);
    if (row->argument)
        snprintf(head + n, HEAD_ROOM - (size_t)n, " %s", row->argument);
}

static bool add_options(struct bytes *out, unsigned set)
{
    char head[HEAD_ROOM];

    for (enum option i = 0; i < OPTION_COUNT; i++) {
        if (!(set & OPTION_BIT(i)))
            continue;
        option_head(args_option(i), head);
        if (!add_line(out, head, args_option(i)->help))
            return false;
    }
    return true;
}

/* " [-n N]", without what every command has */
static bool add_usage(struct bytes *out, unsigned set)
{
    char name[OPTION_NAME_ROOM], text[HEAD_ROOM];

    if (__builtin_popcount(set) > SPELLED_MAX)
        return add(out, " [OPTION...]");
    for (enum option i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = args_option(i);

        if (!(set & OPTION_BIT(i)))
            continue;
        args_option_name(i, name);
        snprintf(text, sizeof text, " [%s%s%s]", name, row->argument ? " " : "",
                 row->argument ? row->argument : "");
        if (!add(out, text))
            return false;
    }
    return true;
}

bool help_usage(const struct command *command, struct bytes *out)
{
    return add(out, "chan ") && add(out, command->name) &&
           add_usage(out, command->options) && (!*command->words || add(out, " ")) &&
           add(out, command->words);
}

bool help_all(struct bytes *out)
{
    char head[HEAD_ROOM];

    if (!add(out, about))
        return false;
    for (const struct command *const *c = commands; *c; c++) {
        snprintf(head, sizeof head, "%s %s", (*c)->name, (*c)->words);
        if (!add_line(out, head, (*c)->summary))
            return false;
    }
    return add(out, "\n") && add_options(out, OPTIONS_ALWAYS) && add(out, example);
}

bool help_command(const struct command *command, struct bytes *out)
{
    return add(out, "usage: ") && help_usage(command, out) && add(out, "\n") &&
           add(out, command->summary) && add(out, ".\n\n") &&
           add_options(out, command->options | OPTIONS_ALWAYS) && add(out, "\n") &&
           add(out, command->detail);
}

static bool add_words(struct bytes *out, unsigned set)
{
    char name[OPTION_NAME_ROOM];

    for (enum option i = 0; i < OPTION_COUNT; i++) {
        if (!(set & OPTION_BIT(i)))
            continue;
        args_option_name(i, name);
        if (!add(out, " ") || !add(out, name))
            return false;
    }
    return true;
}

static bool add_cases(struct bytes *out)
{
    for (const struct command *const *c = commands; *c; c++)
        if (!add(out, "        ") || !add(out, (*c)->name) ||
            !add(out, ") options+=\"") || !add_words(out, (*c)->options) ||
            !add(out, "\" ;;\n"))
            return false;
    return true;
}

/* Those that take the word behind them, as a pattern of the shell. */
static bool add_global_pattern(struct bytes *out)
{
    char letter[] = "-x | ";
    bool first = true;

    for (enum option i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = args_option(i);

        if (!(OPTIONS_ALWAYS & OPTION_BIT(i)) || !row->argument)
            continue;
        letter[1] = row->letter;
        if (!add(out, first ? "" : " | ") || !add(out, row->letter ? letter : "") ||
            !add(out, "--") || !add(out, row->name))
            return false;
        first = false;
    }
    return true;
}

static bool add_names(struct bytes *out)
{
    for (const struct command *const *c = commands; *c; c++)
        if (!add(out, " ") || !add(out, (*c)->name))
            return false;
    return true;
}

bool help_completion(struct bytes *out)
{
    return add(out, "# bash completion for chan(1), made by: chan completion\n"
                    "_chan() {\n"
                    "    local word=${COMP_WORDS[COMP_CWORD]} command= options=\"") &&
           add_words(out, OPTIONS_ALWAYS) &&
           add(out, "\" i\n"
                    "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                    "        case ${COMP_WORDS[i]} in\n"
                    "        ") &&
           add_global_pattern(out) &&
           add(out, ") ((i++)) ;;\n"
                    "        -*) ;;\n"
                    "        *) command=${COMP_WORDS[i]}; break ;;\n"
                    "        esac\n"
                    "    done\n"
                    "    case $command in\n"
                    "        '') [[ $word == -* ]] || options=\"") &&
           add_names(out) && add(out, "\" ;;\n") && add_cases(out) &&
           add(out, "    esac\n"
                    "    COMPREPLY=($(compgen -W \"$options\" -- \"$word\"))\n"
                    "}\n"
                    "complete -o default -F _chan chan\n");
}
