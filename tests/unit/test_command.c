/* SPDX-License-Identifier: MIT */
/* The table of commands, and what is made of it: usage, help, completion. */
#include "unit.h"
#include "command.h"
#include "help.h"
#include "shell.h"

#define NOWHERE "unix:///nonexistent/chan"

static char *text_of(struct bytes *out)
{
    ck_assert(bytes_add(out, "", 1));
    return out->data;
}

START_TEST(every_command_is_described_and_found)
{
    size_t n = 0;

    for (const struct command *const *c = commands; *c; c++, n++) {
        ck_assert_ptr_eq(command_find((*c)->name), *c);
        ck_assert_uint_gt(strlen((*c)->summary), 10);
        ck_assert_ptr_nonnull(strstr((*c)->detail, "  chan "));
        ck_assert_int_eq((*c)->detail[strlen((*c)->detail) - 1], '\n');
        ck_assert_uint_le((*c)->least, (*c)->most);
        ck_assert_uint_eq((*c)->options & OPTIONS_ALWAYS, 0);
        ck_assert((*c)->run != NULL);
    }
    ck_assert_uint_eq(n, 14);
    ck_assert_ptr_null(command_find("frob"));
    ck_assert_ptr_null(command_find(""));
    ck_assert_ptr_nonnull(command_find("completion"));
}
END_TEST

START_TEST(help_names_every_command_and_shows_an_example)
{
    struct bytes out = {0};
    const char *text;
    char line[64];

    ck_assert(help_all(&out));
    text = text_of(&out);
    for (const struct command *const *c = commands; *c; c++) {
        snprintf(line, sizeof line, "\n  %s ", (*c)->name);
        ck_assert_ptr_nonnull(strstr(text, line));
        ck_assert_ptr_nonnull(strstr(text, (*c)->summary));
    }
    ck_assert_ptr_nonnull(strstr(text, "chan take greetings"));
    ck_assert_ptr_null(strstr(text, "completion"));
    bytes_release(&out);
}
END_TEST

START_TEST(lines_of_help_fit_a_terminal)
{
    struct bytes out = {0};
    const char *line;

    ck_assert(help_all(&out));
    for (const struct command *const *c = commands; *c; c++)
        ck_assert(help_command(*c, &out));
    line = text_of(&out);
    while (*line) {
        const size_t len = strcspn(line, "\n");

        ck_assert_msg(len <= 90, "%.*s", (int)len, line);
        line += len + 1;
    }
    bytes_release(&out);
}
END_TEST

START_TEST(help_of_a_command_lists_its_options)
{
    char name[OPTION_NAME_ROOM];

    for (const struct command *const *c = commands; *c; c++) {
        struct bytes out = {0};
        const char *text;

        ck_assert(help_command(*c, &out));
        text = text_of(&out);
        ck_assert_ptr_nonnull(strstr(text, (*c)->detail));
        for (enum option i = 0; i < OPTION_COUNT; i++) {
            args_option_name(i, name);
            ck_assert_msg(!strstr(text, args_option(i)->help) ==
                              !(((*c)->options | OPTIONS_ALWAYS) & OPTION_BIT(i)),
                          "%s %s", (*c)->name, name);
        }
        bytes_release(&out);
    }
}
END_TEST

START_TEST(usage_shows_options_and_words)
{
    struct bytes out = {0};

    ck_assert(help_usage(command_find("pipe"), &out));
    ck_assert_str_eq(text_of(&out), "chan pipe [--keep-open] FROM TO");
    bytes_release(&out);
    ck_assert(help_usage(command_find("ping"), &out));
    ck_assert_str_eq(text_of(&out), "chan ping");
    bytes_release(&out);
    ck_assert(help_usage(command_find("bench"), &out));
    ck_assert_str_eq(text_of(&out), "chan bench [OPTION...] [SCENARIO]");
    bytes_release(&out);
}
END_TEST

START_TEST(help_and_version_need_no_server)
{
    struct shell sh;

    shell_start(&sh, NOWHERE, "", "--help", NULL);
    shell_finish(&sh);
    ck_assert_int_eq(sh.status, 0);
    ck_assert_ptr_nonnull(strstr(sh.printed, "usage: chan"));
    ck_assert_str_eq(sh.said, "");
    shell_release(&sh);
    shell_start(&sh, NOWHERE, "", "take", "--help", NULL);
    shell_finish(&sh);
    ck_assert_int_eq(sh.status, 0);
    ck_assert_ptr_nonnull(strstr(sh.printed, "usage: chan take"));
    shell_release(&sh);
    shell_start(&sh, NOWHERE, "", "--version", NULL);
    shell_expect(&sh, 0, "chan " CHAND_VERSION "\n", "");
    shell_start(&sh, NOWHERE, "", "completion", NULL);
    shell_finish(&sh);
    ck_assert_int_eq(sh.status, 0);
    ck_assert_ptr_nonnull(strstr(sh.printed, "complete -o default -F _chan chan"));
    shell_release(&sh);
}
END_TEST

START_TEST(bad_usage_is_said_in_a_line_that_helps)
{
    struct shell sh;

    shell_start(&sh, NOWHERE, "", NULL);
    shell_expect(&sh, 2, "", "chan: no command (chan --help lists them)\n");
    shell_start(&sh, NOWHERE, "", "frob", NULL);
    shell_expect(&sh, 2, "", "chan: there is no command frob (chan --help lists them)\n");
    shell_start(&sh, NOWHERE, "", "pipe", "a", NULL);
    shell_expect(&sh, 2, "",
                 "chan: pipe is not complete (usage: chan pipe [--keep-open] FROM TO)\n");
    shell_start(&sh, NOWHERE, "", "ping", "a", NULL);
    shell_expect(&sh, 2, "", "chan: ping takes fewer words (usage: chan ping)\n");
    shell_start(&sh, NOWHERE, "", "ping", "--all", NULL);
    shell_expect(&sh, 2, "", "chan: ping has no option --all (usage: chan ping)\n");
    shell_start(&sh, NOWHERE, "", "ping", "--frob", NULL);
    shell_expect(
        &sh, 2, "",
        "chan: there is no option --frob (--help lists them; put -- before a value "
        "that begins with -)\n");
    shell_start(&sh, NOWHERE, "", "take", "a", "-n", "2", "--all", NULL);
    shell_expect(&sh, 2, "", "chan: take takes -n or --all, not both\n");
}
END_TEST

START_TEST(a_server_that_cannot_be_reached_is_named_as_it_was_given)
{
    struct shell sh;

    shell_start(&sh, NOWHERE, "", "ping", NULL);
    shell_expect(&sh, 4, "",
                 "chan: cannot reach " NOWHERE ": No such file or directory (is chand "
                 "running? -s names another server)\n");
    shell_start(&sh, "tcp://127.0.0.1:1", "", "-s", NOWHERE, "put", "a", "b", NULL);
    shell_finish(&sh);
    ck_assert_int_eq(sh.status, 4);
    ck_assert_ptr_nonnull(strstr(sh.said, NOWHERE));
    shell_release(&sh);
    shell_start(&sh, NOWHERE, "", "-s", "frob", "ping", NULL);
    shell_finish(&sh);
    ck_assert_int_eq(sh.status, 2);
    ck_assert_ptr_nonnull(strstr(sh.said, "chan: frob is no server: "));
    shell_release(&sh);
}
END_TEST

UNIT_MAIN("command", every_command_is_described_and_found,
          help_names_every_command_and_shows_an_example, lines_of_help_fit_a_terminal,
          help_of_a_command_lists_its_options, usage_shows_options_and_words,
          help_and_version_need_no_server, bad_usage_is_said_in_a_line_that_helps,
          a_server_that_cannot_be_reached_is_named_as_it_was_given)
