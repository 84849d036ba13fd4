/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "config.h"
#include "configured.h"
#include "starve.h"
#include "unit.h"

/* Defaults. */

static void check_defaults(const struct config *config)
{
    struct limits limits = limits_default();

    ck_assert_uint_eq(config->listen.count, 1);
    ck_assert_str_eq(config->listen.items[0].uri, "tcp://127.0.0.1:2426");
    ck_assert_int_eq(config->workers, 0);
    ck_assert_int_eq(config->log_level, LEVEL_INFO);
    ck_assert(config->auto_create);
    ck_assert_int_eq(config->closed_linger_s, 3600);
    ck_assert_uint_eq(config->templates.count, 0);
    ck_assert_uint_eq(config->open.count, 0);
    ck_assert_mem_eq(&config->limits, &limits, sizeof limits);
}

START_TEST(defaults_are_those_of_the_manual)
{
    struct config *config = config_default();

    check_defaults(config);
    ck_assert_int_eq(config->limits.request_bytes, 1048576);
    ck_assert_int_eq(config->limits.connections, 10000);
    ck_assert_int_eq(config->limits.memory_bytes, 1073741824);
    ck_assert_int_eq(config->limits.idle_s, 0);
    config_free(config);
}
END_TEST

START_TEST(text_of_nothing_gives_the_defaults)
{
    static const char *const texts[] = {"",    "# nothing\n\n# at all\n",   "---\n", "{}",
                                        "~\n", "log:\nchannels:\nlimits:\n"};

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct config *config = parse_good(texts[i]);

        check_defaults(config);
        config_free(config);
    }
}
END_TEST

START_TEST(free_of_nothing_is_fine)
{
    config_free(NULL);
}
END_TEST

/* Good texts. */

START_TEST(documented_example_is_read)
{
    struct config *config = parse_good(everything);

    ck_assert_uint_eq(config->listen.count, 2);
    ck_assert_str_eq(config->listen.items[1].uri, "unix:///run/chand/chand.sock");
    ck_assert_uint_eq(config->templates.count, 1);
    ck_assert_str_eq(config->templates.items[0].name, "jobs/*");
    ck_assert_int_eq(config->templates.items[0].kind, KIND_FIXED);
    ck_assert_int_eq(config->templates.items[0].size, 100);
    ck_assert_uint_eq(config->open.count, 1);
    ck_assert_str_eq(config->open.items[0].name, "orders");
    ck_assert_int_eq(config->open.items[0].kind, KIND_SLIDING);
    ck_assert_int_eq(config->open.items[0].size, 1000);
    config_free(config);
}
END_TEST

START_TEST(valid_texts_are_taken)
{
    static const char *const texts[] = {
        "---\nworkers: 2\n",
        "{workers: 1, log: {level: info}, limits: {connections: 5, request_bytes: "
        "64KiB}}\n",
        "listen:\n  - tcp://127.0.0.1:0\n  - unix:///tmp/x.sock\nlog:\n  level: info\n",
        "channels:\n  templates:\n    - match: a*\n      buffer:\n        kind: sliding\n"
        "        size: 3\n    - match: \"b?\"\n      buffer: {kind: none}\n"
        "  open:\n    - name: x/y\n      buffer:\n        kind: promise\n",
        "listen: [\"tcp://127.0.0.1:0\"]\nlog: {level: 'info'}\n"
        "channels: {templates: [{match: 'q/*', buffer: {\"kind\": \"fixed\", size: "
        "1}}]}\n",
        "channels:\n  open:\n  - {name: a}\n  - {name: b, buffer: {kind: fixed, size: "
        "2}}\n",
        "listen: ['tcp://[::1]:2426']\n",
        "limits:\n  request_bytes: 1048576\n  connections: 10\n  channels: 10\n"
        "  buffer_size: 10\n  memory_bytes: 2GiB\n  parked_per_channel: 5\n"
        "  parked_per_connection: 5\n  alts_ops: 4\n  output_bytes: 1MiB\n  idle_s: 0\n",
        "channels: {templates: [], open: []}\n",
        "workers: 1",
        "workers: 1\r\nlog:\r\n  level: info\r\n",
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++)
        config_free(parse_good(texts[i]));
}
END_TEST

START_TEST(what_is_given_replaces_the_default)
{
    struct config *config = parse_good("listen: [unix:///x]\nlimits: {alts_ops: 5}\n");
    struct limits limits = limits_default();

    ck_assert_uint_eq(config->listen.count, 1);
    ck_assert_str_eq(config->listen.items[0].uri, "unix:///x");
    ck_assert_int_eq(config->limits.alts_ops, 5);
    ck_assert_int_eq(config->limits.channels, limits.channels);
    config_free(config);
}
END_TEST

START_TEST(whom_to_become_is_nobody_unless_it_is_said)
{
    struct config *config = parse_good("");

    ck_assert_ptr_null(config->user);
    ck_assert_ptr_null(config->group);
    config_free(config);
    config = parse_good("{user: nobody, group: 4711}");
    ck_assert_str_eq(config->user, "nobody");
    ck_assert_str_eq(config->group, "4711");
    config_free(config);
}
END_TEST

/* Mistakes. */

START_TEST(all_mistakes_come_in_one_run_in_the_order_of_the_file)
{
    static const char *const lines[] = {
        "test.yaml:1:10: workers: must be auto or a whole number from 1 to 64, not "
        "\"many\"",
        "test.yaml:2:1: colour: unknown key",
        "test.yaml:3:14: log.level: must be one of error, warning, notice, info or "
        "debug, "
        "not \"loud\"",
        "test.yaml:5:10: channels.open[1].name: \"a\" is opened already in line 4",
        "test.yaml:6:15: channels.templates[0].match: is missing; it must be 1 to 200 of "
        "* "
        "and ? and what names are made of: A-Z a-z 0-9 - _ . : /",
        "test.yaml:6:24: channels.templates[0].buffer.size: is missing; a buffer of kind "
        "fixed has one",
        "test.yaml:7:31: channels.templates[1].buffer.size: must be at most "
        "limits.buffer_size, which is 5",
        "test.yaml:9:1: log: already given in line 3",
        "test.yaml:10:9: listen: anchors (&) and aliases (*) are not supported: write it "
        "out",
    };

    ck_assert_ptr_null(parse("workers: many\n"
                             "colour: red\n"
                             "log: {level: loud}\n"
                             "channels: {open: [{name: a}, {\n"
                             "   name: a}],\n"
                             "  templates: [{buffer: {kind: fixed}},\n"
                             "    {match: a, buffer: {size: 6, kind: fixed}}]}\n"
                             "limits: {buffer_size: 5}\n"
                             "log: {}\n"
                             "listen: *urls\n"));
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        ck_assert_uint_lt(i, mistakes_count(&mistakes));
        ck_assert_str_eq(mistakes_line(&mistakes, i), lines[i]);
    }
    ck_assert_uint_eq(mistakes_count(&mistakes), COUNT_OF(lines));
    mistakes_release(&mistakes);
}
END_TEST

START_TEST(text_that_is_no_yaml_has_its_one_mistake)
{
    struct located where = locate("colour: red\nlisten: [tcp://a:1\nlog«:» {}\n");

    ck_assert_ptr_null(parse(where.text));
    check_only_mistake(&mistakes, &where, "", "not valid YAML");
    mistakes_release(&mistakes);
}
END_TEST

START_TEST(root_that_is_no_mapping_is_a_mistake)
{
    struct located where = locate("«just text»\n");

    ck_assert_ptr_null(parse(where.text));
    check_only_mistake(&mistakes, &where, "", "must be a mapping");
    mistakes_release(&mistakes);
}
END_TEST

/* Files. */

struct file {
    char path[64];
};

/* A file with that content. */
static struct file write_file(const char *bytes, size_t len)
{
    struct file file = {"/tmp/chand-test-config-XXXXXX"};
    int fd = mkstemp(file.path);
    FILE *stream = fdopen(fd, "w");

    ck_assert_ptr_nonnull(stream);
    ck_assert_uint_eq(fwrite(bytes, 1, len, stream), len);
    ck_assert_int_eq(fclose(stream), 0);
    return file;
}

START_TEST(file_is_read_to_its_end)
{
    char text[20000];
    struct config *config;
    struct file file;

    memset(text, '#', sizeof text);
    strcpy(text + sizeof text - 13, "\nworkers: 17");
    file = write_file(text, sizeof text - 1);
    mistakes_init(&mistakes, file.path);
    config = config_load(file.path, &mistakes);
    ck_assert_ptr_nonnull(config);
    ck_assert_int_eq(config->workers, 17);
    config_free(config);
    unlink(file.path);
}
END_TEST

START_TEST(empty_file_gives_the_defaults)
{
    struct config *config;

    mistakes_init(&mistakes, "/dev/null");
    config = config_load("/dev/null", &mistakes);
    check_defaults(config);
    config_free(config);
}
END_TEST

START_TEST(mistakes_name_the_file)
{
    struct file file = write_file("workers: x\n", 11);
    char expected[128];

    mistakes_init(&mistakes, file.path);
    ck_assert_ptr_null(config_load(file.path, &mistakes));
    ck_assert_uint_eq(mistakes_count(&mistakes), 1);
    snprintf(expected, sizeof expected, "%s:1:10: workers: must be", file.path);
    ck_assert_int_eq(strncmp(mistakes_line(&mistakes, 0), expected, strlen(expected)), 0);
    mistakes_release(&mistakes);
    unlink(file.path);
}
END_TEST

static void check_unreadable(const char *path, int error)
{
    char expected[256];

    mistakes_init(&mistakes, path);
    ck_assert_ptr_null(config_load(path, &mistakes));
    ck_assert_uint_eq(mistakes_count(&mistakes), 1);
    snprintf(expected, sizeof expected, "%s: cannot be read: %s", path, strerror(error));
    ck_assert_str_eq(mistakes_line(&mistakes, 0), expected);
    mistakes_release(&mistakes);
}

START_TEST(unreadable_file_is_a_mistake_with_the_reason)
{
    check_unreadable("/nonexistent/chand.yaml", ENOENT);
    check_unreadable("/dev/null/chand.yaml", ENOTDIR);
    check_unreadable("/", EISDIR);
}
END_TEST

START_TEST(endless_file_is_a_mistake)
{
    mistakes_init(&mistakes, "/dev/zero");
    ck_assert_ptr_null(config_load("/dev/zero", &mistakes));
    ck_assert_uint_eq(mistakes_count(&mistakes), 1);
    ck_assert_str_eq(mistakes_line(&mistakes, 0), "/dev/zero: is larger than 16 MiB");
    mistakes_release(&mistakes);
}
END_TEST

/* Memory that runs out. */

/* Fails each allocation in turn; says how often that was possible. */
static long starve_parsing(const char *text)
{
    long allocations = 0;

    for (;;) {
        struct config *config;
        long refused;

        mistakes_init(&mistakes, LOCATED_FILE);
        starve_after(allocations);
        config = config_parse(text, strlen(text), &mistakes);
        refused = starve_end();
        ck_assert(config == NULL || refused == 0);
        ck_assert((config == NULL) == (mistakes_count(&mistakes) > 0));
        config_free(config);
        mistakes_release(&mistakes);
        if (refused == 0)
            return allocations;
        allocations++;
    }
}

START_TEST(parsing_without_memory_fails_and_leaks_nothing)
{
    ck_assert_int_gt(starve_parsing(everything), 50);
}
END_TEST

START_TEST(reporting_without_memory_fails_and_leaks_nothing)
{
    ck_assert_int_gt(
        starve_parsing("{a: 1, a: 2, listen: [x], channels: {open: [{name: a},"
                       " {name: a, buffer: {kind: fixed}}]}, ? [b] : *c}"),
        50);
    ck_assert_int_gt(starve_parsing("a: [\n"), 5);
}
END_TEST

START_TEST(defaults_without_memory_are_none)
{
    long allocations = 0, refused;

    do {
        struct config *config;

        starve_after(allocations);
        config = config_default();
        refused = starve_end();
        ck_assert_int_eq(config == NULL, refused > 0);
        config_free(config);
        allocations++;
    } while (refused > 0);
    ck_assert_int_gt(allocations, 1);
}
END_TEST

START_TEST(loading_without_memory_says_so)
{
    struct config *config;

    mistakes_init(&mistakes, "/dev/null");
    starve_after(0);
    config = config_load("/dev/null", &mistakes);
    starve_end();
    ck_assert_ptr_null(config);
    ck_assert_uint_eq(mistakes_count(&mistakes), 1);
    mistakes_release(&mistakes);
}
END_TEST

UNIT_MAIN("config", defaults_are_those_of_the_manual, text_of_nothing_gives_the_defaults,
          free_of_nothing_is_fine, documented_example_is_read, valid_texts_are_taken,
          what_is_given_replaces_the_default, whom_to_become_is_nobody_unless_it_is_said,
          all_mistakes_come_in_one_run_in_the_order_of_the_file,
          text_that_is_no_yaml_has_its_one_mistake, root_that_is_no_mapping_is_a_mistake,
          file_is_read_to_its_end, empty_file_gives_the_defaults, mistakes_name_the_file,
          unreadable_file_is_a_mistake_with_the_reason, endless_file_is_a_mistake,
          parsing_without_memory_fails_and_leaks_nothing,
          reporting_without_memory_fails_and_leaks_nothing,
          defaults_without_memory_are_none, loading_without_memory_says_so)
