/* SPDX-License-Identifier: MIT */
#include "options.h"
#include "said.h"
#include "starve.h"
#include "unit.h"

#include <string.h>

/* A command line, and the options that refer to it. */
struct line {
    char text[200], *argv[10];
    struct options options;
};

/* Takes the words behind `chand` apart, at the spaces. */
static enum options_next line_parse(struct line *l, const char *words)
{
    int argc = 0;

    snprintf(l->text, sizeof l->text, "chand %s", words);
    for (char *word = strtok(l->text, " "); word; word = strtok(NULL, " "))
        l->argv[argc++] = word;
    l->argv[argc] = NULL;
    return options_parse(argc, l->argv, &l->options);
}

START_TEST(without_words_everything_is_as_configured)
{
    struct line l;

    ck_assert_int_eq(line_parse(&l, ""), OPTIONS_RUN);
    ck_assert_ptr_null(l.options.config);
    ck_assert_uint_eq(l.options.listen_count, 0);
    ck_assert(!l.options.has_level);
    options_release(&l.options);
    options_release(&l.options);
}
END_TEST

START_TEST(short_and_long_options_say_the_same)
{
    static const char *const lines[] = {
        "-c a.yaml -ltcp://[::1]:0",
        "--config=a.yaml --listen tcp://[::1]:0",
        "-l tcp://[::1]:0 --config a.yaml",
    };

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct line l;

        ck_assert_int_eq(line_parse(&l, lines[i]), OPTIONS_RUN);
        ck_assert_str_eq(l.options.config, "a.yaml");
        ck_assert_uint_eq(l.options.listen_count, 1);
        ck_assert_str_eq(l.options.listen[0], "tcp://[::1]:0");
        options_release(&l.options);
    }
}
END_TEST

START_TEST(listeners_keep_their_order)
{
    struct line l;

    ck_assert_int_eq(line_parse(&l, "-l unix:///b -l tcp://a:1 -l unix:///a"),
                     OPTIONS_RUN);
    ck_assert_uint_eq(l.options.listen_count, 3);
    ck_assert_str_eq(l.options.listen[0], "unix:///b");
    ck_assert_str_eq(l.options.listen[1], "tcp://a:1");
    ck_assert_str_eq(l.options.listen[2], "unix:///a");
    options_release(&l.options);
}
END_TEST

START_TEST(every_level_can_be_named)
{
    for (int level = 0; level < LEVEL_COUNT; level++) {
        struct line l;
        char words[32];

        snprintf(words, sizeof words, "--log-level %s", level_name((enum level)level));
        ck_assert_int_eq(line_parse(&l, words), OPTIONS_RUN);
        ck_assert(l.options.has_level);
        ck_assert_int_eq(l.options.level, level);
        options_release(&l.options);
    }
}
END_TEST

START_TEST(check_config_is_heard_wherever_it_stands)
{
    static const char *const lines[] = {"--check-config -c a.yaml",
                                        "-c a.yaml --check-config"};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct line l;

        ck_assert_int_eq(line_parse(&l, lines[i]), OPTIONS_CHECK);
        ck_assert_str_eq(l.options.config, "a.yaml");
        options_release(&l.options);
    }
}
END_TEST

START_TEST(help_and_version_are_said_with_status_0)
{
    static const struct {
        const char *words, *said;
    } rows[] = {{"--help", "usage: chand ["}, {"--version", "chand " CHAND_VERSION "\n"}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct said said;
        struct line l;
        char *text;

        said_begin(&said, STDOUT_FILENO);
        ck_assert_int_eq(line_parse(&l, rows[i].words), OPTIONS_EXIT);
        text = said_end(&said);
        ck_assert_int_eq(l.options.status, EXIT_DONE);
        ck_assert_int_eq(strncmp(text, rows[i].said, strlen(rows[i].said)), 0);
        options_release(&l.options);
        free(text);
    }
}
END_TEST

START_TEST(help_shows_every_option_and_an_example)
{
    static const char *const parts[] = {"-c, --config", "-l, --listen", "--check-config",
                                        "--log-level",  "--version",    "Example"};
    struct said said;
    struct line l;
    char *text;

    said_begin(&said, STDOUT_FILENO);
    line_parse(&l, "--help");
    text = said_end(&said);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        ck_assert_msg(strstr(text, parts[i]), "no %s in the help", parts[i]);
    options_release(&l.options);
    free(text);
}
END_TEST

/* Words, and what the complaint names. */
static const struct {
    const char *words, *named;
} wrong[] = {
    {"-x", "-x"},
    {"-xy", "-x"},
    {"--frobnicate", "--frobnicate"},
    {"-c", "-c"},
    {"--listen", "--listen"},
    {"--help=yes", "--help=yes"},
    {"-l ftp://host", "ftp://host"},
    {"-l tcp://host:65536", "tcp://host:65536"},
    {"--log-level loud", "loud"},
    {"chand.yaml", "chand.yaml"},
    {"-c a.yaml b.yaml", "b.yaml"},
};

START_TEST(a_mistake_is_named_in_one_line_with_status_2)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct said said;
        struct line l;
        char *text;

        said_begin(&said, STDERR_FILENO);
        ck_assert_int_eq(line_parse(&l, wrong[i].words), OPTIONS_EXIT);
        text = said_end(&said);
        ck_assert_int_eq(l.options.status, EXIT_USAGE);
        ck_assert_int_eq(strncmp(text, "chand: ", 7), 0);
        ck_assert_msg(strstr(text, wrong[i].named), "%s does not name %s", text,
                      wrong[i].named);
        ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
        options_release(&l.options);
        free(text);
    }
}
END_TEST

START_TEST(without_memory_nothing_runs)
{
    char name[] = "chand", *argv[] = {name, NULL};
    struct options options;
    enum options_next next;

    starve_after(0);
    next = options_parse(1, argv, &options);
    ck_assert_int_gt(starve_end(), 0);
    ck_assert_int_eq(next, OPTIONS_EXIT);
    ck_assert_int_ne(options.status, 0);
    options_release(&options);
}
END_TEST

UNIT_MAIN("options", without_words_everything_is_as_configured,
          short_and_long_options_say_the_same, listeners_keep_their_order,
          every_level_can_be_named, check_config_is_heard_wherever_it_stands,
          help_and_version_are_said_with_status_0, help_shows_every_option_and_an_example,
          a_mistake_is_named_in_one_line_with_status_2, without_memory_nothing_runs)
