/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include "document.h"
#include "located.h"
#include "reader.h"
#include "rules.h"
#include "unit.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static struct mistakes mistakes;

/* Reads a text with the limits that matter at 1000 and 100 unless it has others. */
static void check(const char *text)
{
    struct config *config = calloc(1, sizeof *config);
    struct tree_node *root;

    mistakes_init(&mistakes, LOCATED_FILE);
    root = document_parse(text, strlen(text), &mistakes);
    ck_assert_ptr_nonnull(root);
    config->limits.buffer_size = 1000;
    config->limits.parked_per_channel = 100;
    reader_read(root, config, &mistakes);
    rules_check(root, config, &mistakes);
    mistakes_sort(&mistakes);
    config_free(config);
    tree_free(root);
}

static void check_cases(const struct mistake_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct located where = locate(cases[i].marked);

        check(where.text);
        check_only_mistake(&mistakes, &where, cases[i].key, cases[i].says);
        mistakes_release(&mistakes);
    }
}

START_TEST(what_fits_together_is_fine)
{
    static const char *const texts[] = {
        "",
        "{}",
        "channels:\n",
        "channels: {templates: [], open: []}",
        "channels: {open: [{name: a}, {name: b}, {name: A}]}",
        "channels: {open: [{name: a, buffer: {kind: fixed, size: 1000}}]}",
        "channels: {open: [{name: a, buffer: {kind: sliding, size: 1}}]}",
        "channels: {open: [{name: a, buffer: {kind: dropping, size: 1}}]}",
        "channels: {open: [{name: a, buffer: {kind: promise}}]}",
        "channels: {open: [{name: a, buffer: {kind: none}, max_parked: 100}]}",
        "channels: {templates: [{match: a}, {match: a}], open: [{name: a}]}",
        "listen: [tcp://a:1, unix:///x, 'unix://@x']",
        "listen: [{uri: 'tls://a:1', certificate: c, key: k}]",
        "listen: [{uri: 'tls://a:1', certificate: c, key: k, min_version: 1.2}]",
        "listen: [{uri: 'tls://a:1', certificate: c, key: k, client_ca: a}]",
        "listen: [{uri: 'unix:///x', mode: 0600, owner: a, group: b, proxy: [unix]}]",
        "listen: [{uri: 'unix://@x', proxy: [unix]}]",
        "user: nobody",
        "{group: 4711, user: nobody}",
        "{user: nobody, group: root}",
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        check(texts[i]);
        ck_assert_msg(mistakes_count(&mistakes) == 0, "%s: %s", texts[i],
                      mistakes_line(&mistakes, 0));
        mistakes_release(&mistakes);
    }
}
END_TEST

START_TEST(a_listener_has_what_fits_its_scheme)
{
    static const struct mistake_case cases[] = {
        {"listen: [«tls://a:1»]", "listen[0]", "needs a certificate: write it as"},
        {"listen: [«{uri: 'tls://a:1', key: k}»]", "listen[0].certificate",
         "is missing; tls:// needs one"},
        {"listen: [«{uri: 'tls://a:1', certificate: c}»]", "listen[0].key",
         "is missing; tls:// needs one"},
        {"listen: [{uri: 'tcp://a:1', «certificate»: c}]", "listen[0].certificate",
         "for tls:// only"},
        {"listen: [{uri: 'unix:///x', «min_version»: 1.2}]", "listen[0].min_version",
         "for tls:// only"},
        {"listen: [{uri: 'tcp://a:1', «mode»: 0600}]", "listen[0].mode",
         "for unix:/// only"},
        {"listen: [{uri: 'unix://@x', «owner»: a}]", "listen[0].owner",
         "for unix:/// only"},
        {"listen: [{uri: 'tls://a:1', certificate: c, key: k, «client_required»: true}]",
         "listen[0].client_required", "means nothing without client_ca"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(sized_kinds_need_a_size)
{
    static const struct mistake_case cases[] = {
        {"channels: {open: [{name: a, buffer: «{kind: fixed}»}]}",
         "channels.open[0].buffer.size", "is missing; a buffer of kind fixed has one"},
        {"channels: {open: [{name: a, buffer: «{kind: dropping}»}]}",
         "channels.open[0].buffer.size", "kind dropping"},
        {"channels:\n  templates:\n    - match: a\n      buffer:\n        «kind»: "
         "sliding\n",
         "channels.templates[0].buffer.size", "kind sliding"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(other_kinds_have_no_size)
{
    static const struct mistake_case cases[] = {
        {"channels: {open: [{name: a, buffer: {kind: promise, «size»: 5}}]}",
         "channels.open[0].buffer.size", "a buffer of kind promise has no size"},
        {"channels: {templates: [{match: a, buffer: {«size»: 5, kind: none}}]}",
         "channels.templates[0].buffer.size", "a buffer of kind none has no size"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(sizes_are_within_the_limit)
{
    static const struct mistake_case cases[] = {
        {"channels: {open: [{name: a, buffer: {kind: fixed, size: «1001»}}]}",
         "channels.open[0].buffer.size", "at most limits.buffer_size, which is 1000"},
        {"limits: {buffer_size: 5}\n"
         "channels: {templates: [{match: a, buffer: {kind: fixed, size: «6»}}]}",
         "channels.templates[0].buffer.size", "at most limits.buffer_size, which is 5"},
        {"channels: {templates: [{match: a, buffer: {kind: fixed, size: «6»}}]}\n"
         "limits: {buffer_size: 5}\n",
         "channels.templates[0].buffer.size", "at most limits.buffer_size, which is 5"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(max_parked_is_within_the_limit)
{
    static const struct mistake_case cases[] = {
        {"channels: {open: [{name: a, max_parked: «101»}]}",
         "channels.open[0].max_parked",
         "at most limits.parked_per_channel, which is 100"},
        {"channels: {templates: [{match: a, max_parked: «8»}]}\n"
         "limits: {parked_per_channel: 7}\n",
         "channels.templates[0].max_parked",
         "at most limits.parked_per_channel, which is 7"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(raised_limit_allows_more)
{
    check("channels: {open: [{name: a, max_parked: 5000,"
          " buffer: {kind: fixed, size: 5000}}]}\n"
          "limits: {parked_per_channel: 5000, buffer_size: 5000}\n");
    ck_assert_uint_eq(mistakes_count(&mistakes), 0);
    mistakes_release(&mistakes);
}
END_TEST

START_TEST(name_is_opened_once)
{
    static const struct mistake_case cases[] = {
        {"channels:\n  open:\n    - {name: a}\n    - {name: b}\n    - {name: «a»}\n",
         "channels.open[2].name", "\"a\" is opened already in line 3"},
        {"channels: {open: [{name: a}, {name: «'a'»}]}", "channels.open[1].name",
         "line 1"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(each_repetition_of_a_name_is_reported)
{
    check(
        "channels:\n  open:\n  - {name: a}\n  - {name: b}\n  - {name: a}\n  - {name: b}\n"
        "  - {name: a}\n");
    ck_assert_uint_eq(mistakes_count(&mistakes), 3);
    check_line(mistakes_line(&mistakes, 0), (struct place){5, 12},
               "channels.open[2].name", "in line 3");
    check_line(mistakes_line(&mistakes, 1), (struct place){6, 12},
               "channels.open[3].name", "in line 4");
    check_line(mistakes_line(&mistakes, 2), (struct place){7, 12},
               "channels.open[4].name", "in line 3");
    mistakes_release(&mistakes);
}
END_TEST

START_TEST(whom_to_become_is_known_to_the_system_and_not_root)
{
    static const struct mistake_case cases[] = {
        {"log:\nuser: «nobody-at-all»", "user", "there is no user nobody-at-all on"},
        {"user: «4294967290»", "user", "there is no user 4294967290 on"},
        {"user: «root»", "user", "must be somebody else than root"},
        {"user: «0»", "user", "must be somebody else than root"},
        {"{user: nobody, group: «nobody-at-all»}", "group",
         "there is no group nobody-at-all on"},
        {"workers: 1\n«group»: 4711", "group", "means nothing without user"},
        {"user: «'a b'»", "user", "must be a name or a number"},
        {"{group: «[]», user: nobody}", "group", "must be a name or a number"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(what_could_not_be_read_is_not_reported_again)
{
    static const struct mistake_case cases[] = {
        {"channels: {open: [{name: a, buffer: {kind: «ring», size: 5}}]}",
         "channels.open[0].buffer.kind", "one of"},
        {"channels: {open: [{name: a, buffer: {kind: «ring»}}]}",
         "channels.open[0].buffer.kind", "one of"},
        {"channels: {open: [{name: a, buffer: «{size: 5}»}]}",
         "channels.open[0].buffer.kind", "is missing"},
        {"channels: {open: [{name: a, buffer: {kind: fixed, size: «big»}}]}",
         "channels.open[0].buffer.size", "whole number"},
        {"channels: {open: [{name: a, buffer: {kind: fixed, size: «*»x}}]}",
         "channels.open[0].buffer.size", "anchors"},
        {"channels: {open: [{name: a, buffer: «fixed»}]}", "channels.open[0].buffer",
         "mapping"},
        {"channels: {open: [{name: a}, «a»]}", "channels.open[1]", "mapping"},
        {"channels: {open: [{name: a}, {name: «[a]»}]}", "channels.open[1].name",
         "a list"},
        {"channels: {open: «a»}", "channels.open", "a list"},
        {"channels: {open: «{name: a}»}", "channels.open", "a list"},
        {"channels: «[open]»", "channels", "mapping"},
        {"«- channels»", "", "mapping"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(many_names_take_no_quadratic_time)
{
    enum { NAMES = 50000 };
    char *text = malloc(32 * NAMES), *at = text;

    at += sprintf(at, "channels:\n  open:\n");
    for (int i = 0; i < NAMES; i++)
        at += sprintf(at, "  - {name: n%d}\n", i);
    sprintf(at, "  - {name: n77}\n");
    check(text);
    ck_assert_uint_eq(mistakes_count(&mistakes), 1);
    ck_assert_ptr_nonnull(strstr(mistakes_line(&mistakes, 0), "in line 80"));
    mistakes_release(&mistakes);
    free(text);
}
END_TEST

UNIT_MAIN("rules", what_fits_together_is_fine, a_listener_has_what_fits_its_scheme,
          sized_kinds_need_a_size, other_kinds_have_no_size, sizes_are_within_the_limit,
          max_parked_is_within_the_limit, raised_limit_allows_more, name_is_opened_once,
          each_repetition_of_a_name_is_reported,
          whom_to_become_is_known_to_the_system_and_not_root,
          what_could_not_be_read_is_not_reported_again, many_names_take_no_quadratic_time)
