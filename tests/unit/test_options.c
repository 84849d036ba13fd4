/* SPDX-License-Identifier: MIT */
#include "options.h"
#include "said.h"
#include "unit.h"

#include <string.h>

enum { ARGS_MAX = 8 };

/* The daemon's command line: words, up to a NULL. */
static enum options_next parsed(char *const *words, struct options *ret)
{
    char *argv[ARGS_MAX + 2] = {(char[]){"chand"}};
    int argc = 1;

    while (words[argc - 1]) {
        argv[argc] = words[argc - 1];
        argc++;
    }
    return options_parse(argc, argv, ret);
}

#define WORDS(...) ((char *const[ARGS_MAX]){__VA_ARGS__})
#define W(text)    ((char[]){text})

START_TEST(without_words_everything_is_as_configured)
{
    struct options o;

    ck_assert_int_eq(parsed(WORDS(NULL), &o), OPTIONS_RUN);
    ck_assert_ptr_null(o.config);
    ck_assert_uint_eq(o.listen_count, 0);
    ck_assert(!o.has_level);
    options_release(&o);
    options_release(&o);
}
END_TEST

START_TEST(short_and_long_options_say_the_same)
{
    struct options o;

    ck_assert_int_eq(parsed(WORDS(W("-c"), W("a.yaml"), W("-ltcp://[::1]:0")), &o),
                     OPTIONS_RUN);
    ck_assert_str_eq(o.config, "a.yaml");
    ck_assert_str_eq(o.listen[0], "tcp://[::1]:0");
    options_release(&o);
    ck_assert_int_eq(
        parsed(WORDS(W("--config=a.yaml"), W("--listen"), W("tcp://[::1]:0")), &o),
        OPTIONS_RUN);
    ck_assert_str_eq(o.config, "a.yaml");
    ck_assert_str_eq(o.listen[0], "tcp://[::1]:0");
    options_release(&o);
}
END_TEST

START_TEST(listeners_keep_their_order)
{
    struct options o;

    ck_assert_int_eq(parsed(WORDS(W("-l"), W("unix:///b"), W("-l"), W("tcp://a:1"),
                                  W("-l"), W("unix:///a")),
                            &o),
                     OPTIONS_RUN);
    ck_assert_uint_eq(o.listen_count, 3);
    ck_assert_str_eq(o.listen[0], "unix:///b");
    ck_assert_str_eq(o.listen[1], "tcp://a:1");
    ck_assert_str_eq(o.listen[2], "unix:///a");
    options_release(&o);
}
END_TEST

START_TEST(every_level_can_be_named)
{
    for (int level = 0; level < LEVEL_COUNT; level++) {
        struct options o;
        char name[16];

        snprintf(name, sizeof name, "%s", level_name((enum level)level));
        ck_assert_int_eq(parsed(WORDS(W("--log-level"), name), &o), OPTIONS_RUN);
        ck_assert(o.has_level);
        ck_assert_int_eq(o.level, level);
        options_release(&o);
    }
}
END_TEST

START_TEST(check_config_is_heard_wherever_it_stands)
{
    struct options o;

    ck_assert_int_eq(parsed(WORDS(W("--check-config"), W("-c"), W("a.yaml")), &o),
                     OPTIONS_CHECK);
    ck_assert_str_eq(o.config, "a.yaml");
    options_release(&o);
    ck_assert_int_eq(parsed(WORDS(W("-c"), W("a.yaml"), W("--check-config")), &o),
                     OPTIONS_CHECK);
    options_release(&o);
}
END_TEST

START_TEST(help_and_version_are_said_with_status_0)
{
    static const struct {
        const char *word, *said;
    } rows[] = {{"--help", "usage: chand ["}, {"--version", "chand " CHAND_VERSION "\n"}};

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct options o;
        struct said said;
        char word[16], *text;

        snprintf(word, sizeof word, "%s", rows[i].word);
        said_begin(&said, STDOUT_FILENO);
        ck_assert_int_eq(parsed(WORDS(word), &o), OPTIONS_EXIT);
        text = said_end(&said);
        ck_assert_int_eq(o.status, EXIT_DONE);
        ck_assert_int_eq(strncmp(text, rows[i].said, strlen(rows[i].said)), 0);
        options_release(&o);
        free(text);
    }
}
END_TEST

START_TEST(help_shows_every_option_and_an_example)
{
    static const char *const parts[] = {"-c, --config", "-l, --listen", "--check-config",
                                        "--log-level",  "--version",    "Example"};
    struct options o;
    struct said said;
    char *text;

    said_begin(&said, STDOUT_FILENO);
    parsed(WORDS(W("--help")), &o);
    text = said_end(&said);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        ck_assert_msg(strstr(text, parts[i]), "no %s in the help", parts[i]);
    options_release(&o);
    free(text);
}
END_TEST

/* Words, and what the complaint names. */
static const struct {
    const char *words[3], *named;
} wrong[] = {
    {{"-x"}, "-x"},
    {{"-xy"}, "-x"},
    {{"--frobnicate"}, "--frobnicate"},
    {{"-c"}, "-c"},
    {{"--listen"}, "--listen"},
    {{"--help=yes"}, "--help=yes"},
    {{"-l", "ftp://host"}, "ftp://host"},
    {{"-l", "tcp://host:65536"}, "tcp://host:65536"},
    {{"--log-level", "loud"}, "loud"},
    {{"chand.yaml"}, "chand.yaml"},
    {{"-c", "a.yaml", "b.yaml"}, "b.yaml"},
};

static void names_the_mistake(const char *const words[3], const char *named)
{
    char copies[3][32], *list[ARGS_MAX] = {NULL}, *text;
    struct options o;
    struct said said;

    for (int i = 0; i < 3 && words[i]; i++) {
        snprintf(copies[i], sizeof copies[i], "%s", words[i]);
        list[i] = copies[i];
    }
    said_begin(&said, STDERR_FILENO);
    ck_assert_int_eq(parsed(list, &o), OPTIONS_EXIT);
    text = said_end(&said);
    ck_assert_int_eq(o.status, EXIT_USAGE);
    ck_assert_int_eq(strncmp(text, "chand: ", 7), 0);
    ck_assert_msg(strstr(text, named), "%s does not name %s", text, named);
    ck_assert_ptr_eq(strchr(text, '\n'), text + strlen(text) - 1);
    options_release(&o);
    free(text);
}

START_TEST(a_mistake_is_named_in_one_line_with_status_2)
{
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        names_the_mistake(wrong[i].words, wrong[i].named);
}
END_TEST

UNIT_MAIN("options", without_words_everything_is_as_configured,
          short_and_long_options_say_the_same, listeners_keep_their_order,
          every_level_can_be_named, check_config_is_heard_wherever_it_stands,
          help_and_version_are_said_with_status_0, help_shows_every_option_and_an_example,
          a_mistake_is_named_in_one_line_with_status_2)
