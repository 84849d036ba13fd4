/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "args.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { WORDS_MAX = 16 };

/* What was said on standard error while a line was parsed. */
static char said[512];

/* Parses a line whose words are separated by blanks. */
static bool parse(const char *line, struct args *args)
{
    static char room[256];
    char *words[WORDS_MAX + 1], *rest = room;
    FILE *err = tmpfile();
    int count = 0, old = dup(STDERR_FILENO);
    size_t len;
    bool fine;

    snprintf(room, sizeof room, "chan %s", line);
    while ((words[count] = strtok_r(rest, " ", &rest)))
        ck_assert_int_lt(++count, WORDS_MAX);
    dup2(fileno(err), STDERR_FILENO);
    fine = args_parse(count, words, args);
    dup2(old, STDERR_FILENO);
    close(old);
    rewind(err);
    len = fread(said, 1, sizeof said - 1, err);
    said[len] = '\0';
    fclose(err);
    return fine;
}

static struct args parsed(const char *line)
{
    struct args args;

    ck_assert_msg(parse(line, &args), "%s: %s", line, said);
    ck_assert_str_eq(said, "");
    return args;
}

START_TEST(nothing_given_leaves_the_defaults)
{
    struct args args = parsed("");

    ck_assert_ptr_null(args.command);
    ck_assert_ptr_null(args.server);
    ck_assert_uint_eq(args.given, 0);
    ck_assert_int_eq(args.timeout_ms, CHAN_FOREVER);
    ck_assert_int_eq(args.number, 1);
    ck_assert_int_eq(args.parallel, 1);
    ck_assert_int_eq(args.settings.buffer, CHAN_ANY);
    ck_assert_int_eq(args.settings.close_after_ms, CHAN_FOREVER);
    ck_assert_int_eq(args.settings.max_parked, 0);
    ck_assert_uint_eq(args.word_count, 0);
    ck_assert_int_eq(args_notation(&args), NOTATION_TEXT);
    args_release(&args);
}
END_TEST

START_TEST(options_may_stand_anywhere_up_to_the_dashes)
{
    static const char *const lines[] = {
        "-s tcp://h:1 take a -n 5 --timeout 20ms b",
        "take -n5 -stcp://h:1 a --timeout=20ms b",
        "--timeout 20ms --server tcp://h:1 take a b -n 5",
        "take a b --server=tcp://h:1 -n 5 --timeout 0.02"};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct args args = parsed(lines[i]);

        ck_assert_str_eq(args.command, "take");
        ck_assert_str_eq(args.server, "tcp://h:1");
        ck_assert_int_eq(args.number, 5);
        ck_assert_int_eq(args.timeout_ms, 20);
        ck_assert_uint_eq(args.word_count, 2);
        ck_assert_uint_eq(args.dashed, 2);
        ck_assert_str_eq(args.words[0], "a");
        ck_assert_str_eq(args.words[1], "b");
        ck_assert_uint_eq(args.given, OPTION_BIT(OPTION_SERVER) |
                                          OPTION_BIT(OPTION_NUMBER) |
                                          OPTION_BIT(OPTION_TIMEOUT));
        args_release(&args);
    }
}
END_TEST

START_TEST(behind_the_dashes_everything_is_a_word)
{
    struct args args = parsed("put a -j -- -5 --all -- -j");

    ck_assert_uint_eq(args.word_count, 5);
    ck_assert_uint_eq(args.dashed, 1);
    ck_assert_str_eq(args.words[1], "-5");
    ck_assert_str_eq(args.words[2], "--all");
    ck_assert_str_eq(args.words[3], "--");
    ck_assert_str_eq(args.words[4], "-j");
    ck_assert_ptr_null(args.words[5]);
    ck_assert(!args_has(&args, OPTION_ALL));
    ck_assert_int_eq(args_notation(&args), NOTATION_JSON);
    args_release(&args);
}
END_TEST

START_TEST(a_single_dash_is_a_word)
{
    struct args args = parsed("put a -");

    ck_assert_uint_eq(args.word_count, 2);
    ck_assert_str_eq(args.words[1], "-");
    args_release(&args);
}
END_TEST

START_TEST(letters_may_share_a_dash)
{
    struct args args = parsed("-jvn7 take a");

    ck_assert(args_has(&args, OPTION_JSON));
    ck_assert(args_has(&args, OPTION_VERBOSE));
    ck_assert_int_eq(args.number, 7);
    args_release(&args);
}
END_TEST

START_TEST(every_kind_of_buffer_can_be_named)
{
    static const struct {
        const char *line;
        enum chan_buffer buffer;
        int64_t size;
    } cases[] = {
        {"--buffer none", CHAN_NONE, 0},
        {"--buffer fixed:7", CHAN_FIXED, 7},
        {"--buffer sliding:1", CHAN_SLIDING, 1},
        {"--buffer=dropping:30", CHAN_DROPPING, 30},
        {"--buffer promise", CHAN_PROMISE, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct args args = parsed(cases[i].line);

        ck_assert_int_eq(args.settings.buffer, cases[i].buffer);
        ck_assert_int_eq(args.settings.size, cases[i].size);
        args_release(&args);
    }
}
END_TEST

START_TEST(settings_of_a_channel_are_read)
{
    struct args args = parsed("open a --close-after 2m --max-parked 12 -P 3");

    ck_assert_int_eq(args.settings.close_after_ms, 120000);
    ck_assert_int_eq(args.settings.max_parked, 12);
    ck_assert_int_eq(args.parallel, 3);
    args_release(&args);
}
END_TEST

START_TEST(what_is_wrong_is_said_in_one_line_that_names_it)
{
    static const struct {
        const char *line, *named;
    } cases[] = {
        {"take a --frob", "--frob"},
        {"take a -x", "-x"},
        {"take a -jx", "-jx"},
        {"put a -5", "-5"},
        {"take a -n", "-n needs"},
        {"take a --timeout", "--timeout needs"},
        {"take a -n x", "-n must be"},
        {"take a -n 0", "not 0"},
        {"take a -n -1", "not -1"},
        {"take a -n 5x", "not 5x"},
        {"take a -n 9999999999999999", "not 9999999999999999"},
        {"take a --timeout soon", "not soon"},
        {"take a --timeout=", "--timeout must be"},
        {"take a --all=yes", "--all takes no argument"},
        {"open a --buffer frob", "not frob"},
        {"open a --buffer fixed", "not fixed"},
        {"open a --buffer fixed:", "not fixed:"},
        {"open a --buffer fixed:0", "not fixed:0"},
        {"open a --buffer none:1", "not none:1"},
        {"open a --buffer fix:1", "not fix:1"},
        {"open a --max-parked few", "not few"},
        {"--serve x", "--serve"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct args args;

        ck_assert_msg(!parse(cases[i].line, &args), "%s", cases[i].line);
        ck_assert_msg(strstr(said, cases[i].named), "%s: %s", cases[i].line, said);
        ck_assert_msg(strncmp(said, "chan: ", 6) == 0, "%s", said);
        ck_assert_ptr_eq(strchr(said, '\n'), said + strlen(said) - 1);
    }
}
END_TEST

START_TEST(every_option_has_a_name_and_help)
{
    char name[OPTION_NAME_ROOM];

    for (enum option i = 0; i < OPTION_COUNT; i++) {
        args_option_name(i, name);
        ck_assert_int_eq(name[0], '-');
        ck_assert_uint_ge(strlen(name), 2);
        ck_assert_uint_gt(strlen(args_option(i)->help), 5);
        for (enum option j = 0; j < i; j++) {
            char other[OPTION_NAME_ROOM];

            args_option_name(j, other);
            ck_assert_str_ne(name, other);
            ck_assert(args_option(i)->letter == 0 ||
                      args_option(i)->letter != args_option(j)->letter);
        }
    }
}
END_TEST

UNIT_MAIN("args", nothing_given_leaves_the_defaults,
          options_may_stand_anywhere_up_to_the_dashes,
          behind_the_dashes_everything_is_a_word, a_single_dash_is_a_word,
          letters_may_share_a_dash, every_kind_of_buffer_can_be_named,
          settings_of_a_channel_are_read, what_is_wrong_is_said_in_one_line_that_names_it,
          every_option_has_a_name_and_help)
