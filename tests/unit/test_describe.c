/* SPDX-License-Identifier: MIT */
/*
 * What describe.c makes of the table of keys, in the files that are kept: chand.yaml and
 * chand.yaml.5. (The test config.generated tells whether they are up to date.)
 */
#include <ctype.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "config.h"
#include "key.h"
#include "unit.h"

/* The content of a file in config/; the caller frees it. */
static char *read_kept(const char *name)
{
    char here[] = __FILE__, path[4096], *text = NULL;
    size_t room = 0;
    FILE *stream;

    snprintf(path, sizeof path, "%s/../../config/%s", dirname(here), name);
    stream = fopen(path, "r");
    ck_assert_msg(stream != NULL, "cannot open %s", path);
    ck_assert_int_gt(getdelim(&text, &room, '\0', stream), 0);
    fclose(stream);
    return text;
}

static struct config *parse_good(const char *text)
{
    struct mistakes mistakes;
    struct config *config;

    mistakes_init(&mistakes, "kept");
    config = config_parse(text, strlen(text), &mistakes);
    ck_assert_msg(mistakes_count(&mistakes) == 0, "%s", mistakes_line(&mistakes, 0));
    return config;
}

static bool same_uris(const struct config_listeners *a, const struct config_listeners *b)
{
    if (a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (strcmp(a->items[i].uri, b->items[i].uri) != 0)
            return false;
    return true;
}

START_TEST(example_gives_the_defaults)
{
    char *text = read_kept("chand.yaml");
    struct config *shown = parse_good(text), *defaults = config_default();

    ck_assert(same_uris(&shown->listen, &defaults->listen));
    ck_assert_int_eq(shown->workers, defaults->workers);
    ck_assert_int_eq(shown->log_level, defaults->log_level);
    ck_assert_int_eq(shown->auto_create, defaults->auto_create);
    ck_assert_int_eq(shown->closed_linger_s, defaults->closed_linger_s);
    ck_assert_uint_eq(shown->templates.count, 0);
    ck_assert_uint_eq(shown->open.count, 0);
    ck_assert_mem_eq(&shown->limits, &defaults->limits, sizeof shown->limits);
    config_free(shown);
    config_free(defaults);
    free(text);
}
END_TEST

/* Whether "name:" stands in the text, and is not the end of a longer name. */
static bool has_key(const char *text, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = text; (at = strstr(at, name)) != NULL; at += len)
        if (at > text && strchr(" .\n", at[-1]) && at[len] == ':')
            return true;
    return false;
}

START_TEST(example_shows_every_key)
{
    char *text = read_kept("chand.yaml");

    for (size_t i = 0; i < key_row_count; i++) {
        const char *name = key_name(&key_rows[i]);

        ck_assert_msg(strchr(name, '[') || has_key(text, name), "%s is not there",
                      key_rows[i].path);
    }
    free(text);
}
END_TEST

static bool has_hash(const char *line)
{
    const char *hash = strstr(line, "\"sha256:");

    return hash && hash < line + strcspn(line, "\n");
}

/* Copies the lines that begin with `margin`, without it; returns what follows them. */
static const char *copy_commented(const char *line, const char *margin, char *out)
{
    while (strncmp(line, margin, strlen(margin)) == 0) {
        const char *end = strchr(line, '\n') + 1;

        line += strlen(margin);
        strncat(out, line, (size_t)(end - line));
        line = end;
    }
    return line;
}

START_TEST(samples_in_the_comments_are_valid)
{
    char *text = read_kept("chand.yaml"), sample[2000] = "channels:\n";
    const char *at = text;
    struct config *config;

    while ((at = strstr(at, "  # Example:\n")) != NULL)
        at = copy_commented(at + strlen("  # Example:\n"), "  # ", sample);
    config = parse_good(sample);
    ck_assert_uint_eq(config->templates.count, 1);
    ck_assert_uint_eq(config->open.count, 1);
    ck_assert_int_gt(config->templates.items[0].size, 0);
    ck_assert_int_gt(config->templates.items[0].max_parked, 0);
    ck_assert_int_gt(config->open.items[0].size, 0);
    ck_assert_int_gt(config->open.items[0].max_parked, 0);
    ck_assert_int_gt(config->open.items[0].close_after_ms, 0);
    config_free(config);
    free(text);
}
END_TEST

START_TEST(the_sample_of_a_user_is_valid)
{
    static const char heading[] = "\n# Example:\n#   users:\n";
    char *text = read_kept("chand.yaml"), sample[2000] = "  users:\n";
    const char *at = strstr(text, heading);
    const struct config_user *user;
    struct config *config;

    ck_assert_ptr_nonnull(at);
    copy_commented(at + strlen(heading), "# ", sample);
    config = parse_good(sample);
    ck_assert_uint_eq(config->users.count, 1);
    user = &config->users.items[0];
    ck_assert_uint_eq(user->tokens.count, 1);
    ck_assert_uint_eq(user->certificates.count, 1);
    ck_assert_int_gt(user->uid, 0);
    ck_assert_uint_eq(user->rules.count, 1);
    ck_assert_uint_ne(user->rules.items[0].allow, 0);
    ck_assert_uint_eq(user->rules.items[0].channels.count, 1);
    ck_assert_int_gt(user->connections, 0);
    ck_assert_int_gt(user->requests_per_s, 0);
    config_free(config);
    free(text);
}
END_TEST

/* A hash is as long as it is. */
START_TEST(lines_of_the_example_fit_a_terminal)
{
    char *text = read_kept("chand.yaml");

    for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
        if (!has_hash(line))
            ck_assert_uint_le(strcspn(line, "\n"), 80);
    free(text);
}
END_TEST

START_TEST(manual_names_every_key)
{
    char *text = read_kept("chand.yaml.5"), heading[128];

    for (size_t i = 0; i < key_row_count; i++) {
        const struct key *key = &key_rows[i];

        if (strcmp(key->text, "") == 0)
            continue;
        snprintf(heading, sizeof heading, "\n.%s %s\n",
                 key->type == TYPE_GROUP && !strchr(key->path, '[') ? "Ss" : "It Ic",
                 key->path);
        ck_assert_msg(strstr(text, heading) != NULL, "%s is not there", key->path);
    }
    free(text);
}
END_TEST

/* What stands between two lines, from `from` on. */
static char *between(const char *from, const char *first, const char *last)
{
    const char *start = strstr(from, first), *end;

    ck_assert_ptr_nonnull(start);
    start += strlen(first);
    end = strstr(start, last);
    ck_assert_ptr_nonnull(end);
    return strndup(start, (size_t)(end - start));
}

START_TEST(example_of_the_manual_is_valid)
{
    char *text = read_kept("chand.yaml.5");
    char *example =
        between(strstr(text, ".Sh EXAMPLES"), ".Bd -literal -offset indent\n", ".Ed");
    struct config *config = parse_good(example);

    ck_assert_uint_gt(config->open.count, 0);
    ck_assert_uint_gt(config->templates.count, 0);
    config_free(config);
    free(example);
    free(text);
}
END_TEST

/* The mistakes of a text, as lines without their place. */
static void check_says(const char *text, const char *manual)
{
    struct mistakes mistakes;

    mistakes_init(&mistakes, "chand.yaml");
    ck_assert_ptr_null(config_parse(text, strlen(text), &mistakes));
    ck_assert_msg(strstr(manual, strchr(mistakes_line(&mistakes, 0), ' ')) != NULL,
                  "the manual does not show: %s", mistakes_line(&mistakes, 0));
    mistakes_release(&mistakes);
}

START_TEST(mistakes_in_the_manual_are_as_the_daemon_says_them)
{
    char *text = read_kept("chand.yaml.5");

    check_says("channels: {auto_create: yes}", text);
    check_says("limits: {conections: 5}", text);
    free(text);
}
END_TEST

UNIT_MAIN("describe", example_gives_the_defaults, example_shows_every_key,
          samples_in_the_comments_are_valid, the_sample_of_a_user_is_valid,
          lines_of_the_example_fit_a_terminal, manual_names_every_key,
          example_of_the_manual_is_valid,
          mistakes_in_the_manual_are_as_the_daemon_says_them)
