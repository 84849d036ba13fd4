/* SPDX-License-Identifier: MIT */
/* What is wrong with a configuration, and where. */
#include "reader.h"

#include <stdio.h>
#include <string.h>
#include "readable.h"
#include "unit.h"

static void check_cases(const struct mistake_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct located where = locate(cases[i].marked);
        struct config *config = read_text(where.text);

        check_only_mistake(&mistakes, &where, cases[i].key, cases[i].says);
        finish(config);
    }
}

START_TEST(unknown_keys_are_reported_at_the_key)
{
    static const struct mistake_case cases[] = {
        {"workers: 1\n«colour»: red\n", "colour", "unknown key"},
        {"«wrokers»: 1\n", "wrokers", "unknown key; did you mean workers?"},
        {"log:\n  level: info\n  «file»: x\n", "log.file", "unknown key"},
        {"log: {level: info, «file»: x}\n", "log.file", "unknown key"},
        {"channels:\n  auto_create: true\n  «autocreate»: true\n", "channels.autocreate",
         "did you mean auto_create?"},
        {"limits:\n  connections: 5\n\n  # a comment\n  «conections»: 5\n",
         "limits.conections", "did you mean connections?"},
        {"limits: {connections: 5,\n         «memory»: 1GiB}\n", "limits.memory",
         "did you mean memory_bytes?"},
        {"channels:\n  templates:\n    - {match: a, buffer: {kind: none}}\n"
         "    - {match: b, «bufer»: {kind: none}}\n",
         "channels.templates[1].bufer", "did you mean buffer?"},
        {"channels:\n  templates:\n    - match: a\n      buffer:\n        kind: fixed\n"
         "        «sise»: 4\n",
         "channels.templates[0].buffer.sise", "did you mean size?"},
        {"channels:\n  open:\n    - name: a\n      «bufer»: {kind: none}\n",
         "channels.open[0].bufer", "did you mean buffer?"},
        {"channels: {templates: [{match: a, «close_after_ms»: 5}]}",
         "channels.templates[0].close_after_ms", "unknown key"},
        {"# one\n# two\nworkers: 1 # three\n\n«x»: 1\n", "x", "unknown key"},
        {"«Workers»: 1\n", "Workers", "did you mean workers?"},
        {"«connections»: 5\n", "connections", "did you mean limits.connections?"},
        {"«\"a\\nb\"»: 5\n", "a?b", "unknown key"},
        {"«~»: 5\n", "~", "unknown key"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(bad_values_are_reported_at_the_value)
{
    static const struct mistake_case cases[] = {
        {"workers: «many»\n", "workers",
         "auto or a whole number from 1 to 64, not \"many\""},
        {"workers: «-1»\n", "workers", "not \"-1\""},
        {"workers: «0»\n", "workers", "from 1 to 64"},
        {"workers: «65»\n", "workers", "from 1 to 64"},
        {"workers: «[1]»\n", "workers", "not a list"},
        {"workers: «{a: 1}»\n", "workers", "not a mapping"},
        {"workers:«»\n", "workers", "not nothing"},
        {"channels:\n  auto_create: «perhaps»\n", "channels.auto_create",
         "must be true or false"},
        {"channels: {auto_create: «yes»}\n", "channels.auto_create",
         "must be true or false"},
        {"channels: {closed_linger_s: «soon»}\n", "channels.closed_linger_s", "seconds"},
        {"channels:\n  closed_linger_s: «-5»\n", "channels.closed_linger_s", "from 0 to"},
        {"limits:\n  request_bytes: 1MiB\n  connections: «lots»\n", "limits.connections",
         "whole number"},
        {"limits:\n  channels: «-1»\n", "limits.channels", "whole number"},
        {"limits:\n  channels: «1.5»\n", "limits.channels", "whole number"},
        {"limits:\n  request_bytes: «1MB»\n", "limits.request_bytes", "KiB, MiB or GiB"},
        {"limits:\n  request_bytes: «MiB»\n", "limits.request_bytes", "KiB, MiB or GiB"},
        {"limits:\n  request_bytes: «2GiB»\n", "limits.request_bytes", "from 64 to 1GiB"},
        {"limits:\n  channels: «[5]»\n", "limits.channels", "not a list"},
        {"log:\n  level: «loud»\n", "log.level",
         "must be one of error, warning, notice, info or debug, not \"loud\""},
        {"listen: [«http://127.0.0.1:1»]\n", "listen[0]", "tcp://"},
        {"listen: [tcp://a:1, «'tcp://127.0.0.1:99999'»]\n", "listen[1]", "port"},
        {"listen: [«unix://sock»]\n", "listen[0]", "unix:///PATH"},
        {"listen: [«[a]»]\n", "listen[0]", "not a list"},
        {"listen: [tcp://a:1, «~»]\n", "listen[1]", "not nothing"},
        {"listen: [«{mode: 0600}»]\n", "listen[0].uri", "is missing"},
        {"listen: [{uri: 'unix:///x', «post»: 1}]\n", "listen[0].post", "unknown key"},
        {"listen: [{uri: 'unix:///x', mode: «rw»}]\n", "listen[0].mode", "octal"},
        {"listen: [{uri: 'unix:///x', mode: «0780»}]\n", "listen[0].mode", "octal"},
        {"listen: [{uri: 'unix:///x', mode: «1777»}]\n", "listen[0].mode", "octal"},
        {"listen: [{uri: 'unix:///x', owner: «a b»}]\n", "listen[0].owner", "a name or"},
        {"listen: [{uri: 'unix:///x', group: «''»}]\n", "listen[0].group", "a name or"},
        {"listen: [{uri: 'tcp://a:1', proxy: «[]»}]\n", "listen[0].proxy",
         "at least one address"},
        {"listen: [{uri: 'tcp://a:1', proxy: «10.0.0.1»}]\n", "listen[0].proxy",
         "at least one address"},
        {"listen: [{uri: 'tcp://a:1', proxy: [unix, «'10.0.0.1/8'»]}]\n",
         "listen[0].proxy[1]", "bits set behind"},
        {"listen: [{uri: 'tls://a:1', certificate: a, key: b, min_version: «1.1»}]\n",
         "listen[0].min_version", "must be 1.2 or 1.3"},
        {"listen: [{uri: 'tls://a:1', certificate: «''», key: b}]\n",
         "listen[0].certificate", "the name of a file"},
        {"channels:\n  templates:\n    - match: a\n      buffer: {kind: «ring», size: "
         "2}\n",
         "channels.templates[0].buffer.kind", "one of none, fixed, sliding"},
        {"channels:\n  open:\n    - name: a\n      buffer: {kind: fixed, size: «big»}\n",
         "channels.open[0].buffer.size", "whole number"},
        {"channels: {open: [{name: a, buffer: {kind: fixed, size: «0»}}]}\n",
         "channels.open[0].buffer.size", "from 1 to"},
        {"channels: {open: [{name: a, max_parked: «0»}]}\n",
         "channels.open[0].max_parked", "from 1 to"},
        {"channels: {open: [{name: a, close_after_ms: «-1»}]}\n",
         "channels.open[0].close_after_ms", "milliseconds"},
        {"channels:\n  open:\n    - name: «\"a b\"»\n", "channels.open[0].name",
         "channel name"},
        {"channels:\n  open:\n    - name: «~»\n", "channels.open[0].name", "not nothing"},
        {"channels: {templates: [{match: «'[ab]'»}]}\n", "channels.templates[0].match",
         "* and ?"},
        {"channels: {templates: [{match: «''»}]}\n", "channels.templates[0].match",
         "not \"\""},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(values_of_another_kind_are_reported)
{
    static const struct mistake_case cases[] = {
        {"«just text»\n", "", "must be a mapping (KEY: VALUE), not \"just text\""},
        {"«- a»\n- b\n", "", "must be a mapping (KEY: VALUE), not a list"},
        {"log: «loud»\n", "log", "must be a mapping"},
        {"log: «[]»\n", "log", "not an empty list"},
        {"channels:\n  «- a»\n", "channels", "must be a mapping"},
        {"channels:\n  templates: «5»\n", "channels.templates", "must be a list"},
        {"channels:\n  templates: «{match: a}»\n", "channels.templates",
         "must be a list"},
        {"channels:\n  open: [«a»]\n", "channels.open[0]", "must be a mapping"},
        {"channels: {open: [{name: a, buffer: «fixed»}]}", "channels.open[0].buffer",
         "must be a mapping"},
        {"listen: «tcp://127.0.0.1:1»\n", "listen", "must be a list of at least one URI"},
        {"listen: «[]»\n", "listen", "not an empty list"},
        {"listen:«»\n", "listen", "not nothing"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(missing_members_are_reported_at_the_mapping)
{
    static const struct mistake_case cases[] = {
        {"channels:\n  templates:\n    - «{buffer: {kind: none}}»\n",
         "channels.templates[0].match", "is missing"},
        {"channels:\n  templates:\n    - match: a\n    - «buffer: {kind: none}»\n",
         "channels.templates[1].match", "is missing"},
        {"channels:\n  open:\n    - «{buffer: {kind: none}}»\n", "channels.open[0].name",
         "is missing; it must be a channel name"},
        {"channels:\n  open:\n    - {name: a, buffer: «{size: 5}»}\n",
         "channels.open[0].buffer.kind", "is missing; it must be one of none"},
        {"channels:\n  open:\n    - name: a\n      buffer:«»\n",
         "channels.open[0].buffer.kind", "is missing"},
        {"channels: {open: [«{}»]}\n", "channels.open[0].name", "is missing"},
        {"channels:\n  open:\n    -«»\n", "channels.open[0].name", "is missing"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(what_the_document_refused_is_not_reported_again)
{
    static const struct mistake_case cases[] = {
        {"workers: 1\n«workers»: many\n", "workers", "already given"},
        {"log: «*»x\n", "log", "anchors"},
        {"colour: «*»x\n", "colour", "anchors"},
        {"channels: {open: [{name: «!t» x}]}", "channels.open[0].name", "tags"},
        {"channels: {open: [«*»x]}", "channels.open[0]", "anchors"},
        {"? «[a]»\n: 1\n", "?", "plain text"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(long_texts_are_shown_in_part)
{
    char text[400], a[301];
    struct config *config;

    memset(a, 'a', sizeof a - 1);
    a[sizeof a - 1] = '\0';
    snprintf(text, sizeof text, "workers: %s\n", a);
    config = read_text(text);
    ck_assert_uint_eq(mistakes_count(&mistakes), 1);
    ck_assert_uint_lt(strlen(mistakes_line(&mistakes, 0)), 200);
    finish(config);
}
END_TEST

START_TEST(mistakes_within_users_are_reported_where_they_are)
{
    static const struct mistake_case cases[] = {
        {"users: [{name: a, rules: [{allow: [put, «tke»]}]}]",
         "users[0].rules[0].allow[1]",
         "all or one of put, take, open, close, delete, stat, list or admin, not "
         "\"tke\""},
        {"users: [{name: a, rules: [{allow: «all»}]}]", "users[0].rules[0].allow",
         "a list of at least one operation"},
        {"users: [{name: a, rules: [{allow: «[]»}]}]", "users[0].rules[0].allow",
         "a list of at least one operation, not an empty list"},
        {"users: [{name: a, rules: [{allow: [put], «chanels»: [a]}]}]",
         "users[0].rules[0].chanels", "did you mean channels?"},
        {"users: [{name: a, limits: {«parkd»: 1}}]", "users[0].limits.parkd",
         "did you mean parked?"},
        {"users: [{name: a, «token»: [x]}]", "users[0].token", "did you mean tokens?"},
        {"users: [{name: a, uid: «-1»}]", "users[0].uid", "a whole number from 0"},
        {"users: [{name: a, limits: {connections: «0»}}]", "users[0].limits.connections",
         "from 1"},
        {"users: [«{uid: 1}»]", "users[0].name", "is missing"},
        {"«usrs»: []", "usrs", "did you mean users?"},
    };

    check_cases(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(what_may_be_a_token_is_not_shown)
{
    static const char *const texts[] = {
        "users: [{name: a, tokens: [hush]}]", "users: [{name: a, tokens: hush}]",
        "users: [{name: a, tokens: [[hush], {hush: hush}]}]"};

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct config *config = read_text(texts[i]);

        ck_assert_uint_gt(mistakes_count(&mistakes), 0);
        for (size_t j = 0; j < mistakes_count(&mistakes); j++)
            ck_assert_msg(!strstr(mistakes_line(&mistakes, j), "hush"), "%s",
                          mistakes_line(&mistakes, j));
        finish(config);
    }
}
END_TEST

UNIT_MAIN("reader_mistakes", unknown_keys_are_reported_at_the_key,
          bad_values_are_reported_at_the_value, values_of_another_kind_are_reported,
          missing_members_are_reported_at_the_mapping,
          what_the_document_refused_is_not_reported_again, long_texts_are_shown_in_part,
          mistakes_within_users_are_reported_where_they_are,
          what_may_be_a_token_is_not_shown)
