/* SPDX-License-Identifier: MIT */
/*
 * describe.c - what people read about the keys, from the table that the daemon reads by.
 *
 *     config-describe yaml           the commented example
 *     config-describe man TEMPLATE   the manual page: the template with its line @KEYS@
 *                                    replaced by the keys
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "key.h"
#include "scalar.h"

enum { WIDTH = 78, SENTENCE_MAX = 600 };

static const char prologue[] =
    "# SPDX-License-Identifier: MIT\n"
    "#\n"
    "# chand.yaml - the configuration of chand, the daemon of named channels.\n"
    "#\n"
    "# Every key is optional; here each has its default. A changed file is tried with\n"
    "#     chand -c FILE --check-config\n"
    "# which names every mistake with its line and column. More: chand.yaml(5).\n";

/* How lines begin: the first one, and those that follow it. */
struct margin {
    const char *first, *rest;
};

static const struct margin yaml_top = {"# ", "# "};
static const struct margin yaml_below = {"  # ", "  # "};
static const struct margin yaml_top_item = {"# - ", "#   "};
static const struct margin yaml_item = {"  # - ", "  #   "};
static const struct margin man = {"", ""};

/* How much of a text goes on a line: up to a space, or to the end. */
static size_t line_length(const char *text, size_t room)
{
    size_t len = strlen(text);

    while (len > room || (text[len] && text[len] != ' '))
        len--;
    return len;
}

/*
 * Writes a text in lines. Within a page a full stop must neither begin a line, where it
 * would call a macro, nor end one in the middle of a sentence.
 */
static void write_wrapped(struct margin margin, const char *text)
{
    const char *prefix = margin.first;
    bool is_page = *prefix == '\0';

    while (*text) {
        size_t len = line_length(text, WIDTH - strlen(prefix));
        const char *rest = text + len + strspn(text + len, " ");
        bool is_macro = is_page && *text == '.';
        bool is_end = is_page && *rest && strchr(".?!", text[len - 1]);

        printf("%s%s%.*s%s\n", prefix, is_macro ? "\\&" : "", (int)len, text,
               is_end ? "\\&" : "");
        text = rest;
        prefix = margin.rest;
    }
}

/* Writes "Intro text." from a text that has no full stop. */
static void write_sentence(struct margin margin, const char *intro, const char *text)
{
    char sentence[SENTENCE_MAX];

    snprintf(sentence, sizeof sentence, "%s%s.", intro, text);
    write_wrapped(margin, sentence);
}

/* What the key means, from a text that has no capital either. */
static void write_text(struct margin margin, const struct key *key)
{
    char initial[] = {(char)toupper((unsigned char)key->text[0]), '\0'};

    write_sentence(margin, initial, key->text + 1);
}

/* Whether the key is one of the elements of a list. */
static bool is_within_list(const struct key *key)
{
    return strstr(key->path, "[]") != NULL;
}

/* What a valid value is; of a list of plain values, what its elements are. */
static void write_rule(struct margin margin, const struct key *key)
{
    char rule[SCALAR_RULE_MAX];

    if (key->type == TYPE_LISTENERS) {
        scalar_rule(key_member(key_item(key), "uri"), rule);
        write_sentence(margin, "Value: a list of ", rule);
    } else if (key->type == TYPE_RANGES || key->type == TYPE_TEXTS ||
               key->type == TYPE_RIGHTS) {
        scalar_rule(key_item(key), rule);
        write_sentence(margin, "Value: a list, each of which is ", rule);
    } else if (scalar_is_plain(key->type)) {
        scalar_rule(key, rule);
        write_sentence(margin, "Value: ", rule);
    }
}

/* Writes the default or the sample as it stands in a file. */
static void write_value(const struct key *key)
{
    char value[SCALAR_RULE_MAX];

    scalar_show(key, value);
    if (key->type == TYPE_CHANNELS || key->type == TYPE_USERS)
        printf("[]");
    else if (key->type == TYPE_LISTENERS || key->type == TYPE_RIGHTS)
        printf("[%s]", value);
    else if (key->type == TYPE_TEXTS)
        printf("[\"%s\"]", value);
    else if (key->type == TYPE_GLOB)
        printf("\"%s\"", value);
    else
        printf("%s", value);
}

/* The first member of a list's elements; they end where the path no longer is below. */
static const struct key *first_member(const struct key *list)
{
    return key_item(list) + 1;
}

static bool is_member(const struct key *list, const struct key *key)
{
    const char *item = key_item(list)->path;

    return key < key_rows + key_row_count && strncmp(key->path, item, strlen(item)) == 0;
}

/* The path of a member as seen from its element: "buffer.kind". */
static const char *path_within(const struct key *list, const struct key *key)
{
    return key->path + strlen(key_item(list)->path) + 1;
}

static bool is_top(const struct key *key)
{
    return key_depth(key) == 0;
}

static void write_yaml_members(const struct key *list)
{
    char intro[80];

    for (const struct key *key = first_member(list); is_member(list, key); key++) {
        if (strcmp(key->text, "") == 0)
            continue;
        snprintf(intro, sizeof intro, "%s%s: ", path_within(list, key),
                 key->need == NEED_REQUIRED ? " (required)" : "");
        write_sentence(is_top(list) ? yaml_top_item : yaml_item, intro, key->text);
    }
}

/* Whether it is a mapping or a list of mappings, whose members follow. */
static bool is_nest(const struct key *key)
{
    return key->type == TYPE_BUFFER || key->type == TYPE_GROUP || key->type == TYPE_RULES;
}

/* Members that do not go with the others of the sample have none. */
static bool is_shown(const struct key *key)
{
    return is_nest(key) || strcmp(key->shown, "") != 0;
}

/* Whether it stands for the elements of a list, which are mappings. */
static bool is_element(const struct key *key)
{
    return key->type == TYPE_GROUP && strcmp(key->text, "") == 0;
}

static void write_yaml_sample(const struct key *list)
{
    size_t depth = key_depth(first_member(list));
    const char *prefix = is_top(list) ? "" : "  ", *dash = "- ";

    printf("%s# Example:\n%s#   %s:\n", prefix, prefix, key_name(list));
    for (const struct key *key = first_member(list); is_member(list, key); key++) {
        int indent = 2 * (int)(key_depth(key) - depth);

        if (is_element(key))
            dash = "- ";
        if (is_element(key) || !is_shown(key))
            continue;
        printf("%s#     %*s%s%s:", prefix, indent, "", dash, key_name(key));
        if (!is_nest(key)) {
            printf(" ");
            write_value(key);
        }
        printf("\n");
        dash = "  ";
    }
}

static void write_yaml_key(const struct key *key)
{
    struct margin margin = is_top(key) ? yaml_top : yaml_below;

    write_text(margin, key);
    write_rule(margin, key);
    if (key->effect == EFFECT_START)
        write_wrapped(margin, "Takes effect when the daemon starts.");
    if (key->type == TYPE_CHANNELS || key->type == TYPE_LISTENERS ||
        key->type == TYPE_USERS) {
        write_yaml_members(key);
        write_yaml_sample(key);
    }
    printf(
        "%s%s%s:", key->need == NEED_OPTIONAL && scalar_is_plain(key->type) ? "# " : "",
        is_top(key) ? "" : "  ", key_name(key));
    if (key->type != TYPE_GROUP) {
        printf(" ");
        write_value(key);
    }
    printf("\n");
}

static int write_yaml(void)
{
    bool is_first = false; /* of a group: it follows its heading without an empty line */

    fputs(prologue, stdout);
    for (size_t i = 0; i < key_row_count; i++) {
        if (is_within_list(&key_rows[i]))
            continue;
        if (!is_first)
            printf("\n");
        write_yaml_key(&key_rows[i]);
        is_first = key_rows[i].type == TYPE_GROUP;
    }
    return EXIT_SUCCESS;
}

static void write_man_default(const struct key *key)
{
    if (key->need == NEED_REQUIRED) {
        printf("Required.\n");
    } else if (key->need == NEED_DEFAULT) {
        printf("Default:\n.Ql ");
        write_value(key);
        printf(" .\n");
    }
    if (key->effect == EFFECT_START)
        printf("Takes effect when the daemon starts.\n");
}

static void write_man_key(const struct key *key)
{
    printf(".It Ic %s\n", key->path);
    write_text(man, key);
    write_rule(man, key);
    write_man_default(key);
}

/* A heading, unless the group is the elements of a list, or a key of theirs. */
static void write_man_group(const struct key *key)
{
    if (is_within_list(key) && !is_element(key))
        write_man_key(key);
    if (is_within_list(key))
        return;
    printf(".El\n.Ss %s\n", key->path);
    write_text(man, key);
    printf(".Bl -tag -width Ds\n");
}

static void write_man_keys(void)
{
    printf(".Bl -tag -width Ds\n");
    for (size_t i = 0; i < key_row_count; i++) {
        if (key_rows[i].type == TYPE_GROUP)
            write_man_group(&key_rows[i]);
        else if (strcmp(key_rows[i].text, "") != 0)
            write_man_key(&key_rows[i]);
    }
    printf(".El\n");
}

static int write_man(const char *template)
{
    FILE *stream = fopen(template, "r");
    char line[1024];

    if (!stream) {
        perror(template);
        return EXIT_FAILURE;
    }
    while (fgets(line, sizeof line, stream))
        if (strcmp(line, "@KEYS@\n") == 0)
            write_man_keys();
        else
            fputs(line, stdout);
    fclose(stream);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "yaml") == 0)
        return write_yaml();
    if (argc == 3 && strcmp(argv[1], "man") == 0)
        return write_man(argv[2]);
    fprintf(stderr, "usage: config-describe yaml | man TEMPLATE\n");
    return EXIT_FAILURE;
}
