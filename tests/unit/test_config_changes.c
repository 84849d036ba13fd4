/* SPDX-License-Identifier: MIT */
/* Changes that a reload cannot make. */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include "configured.h"
#include "unit.h"

/* Compares what two texts say; `expected` has the keys that changed, with spaces between.
 */
static void check_changes(const char *before, const char *after, const char *expected)
{
    struct config *started = parse_good(before), *loaded = parse_good(after);
    const char *keys[CONFIG_FIXED_MAX];
    size_t count = config_fixed_changes(started, loaded, keys);
    char got[256] = "";

    for (size_t i = 0; i < count; i++) {
        strcat(got, i > 0 ? " " : "");
        strcat(got, keys[i]);
    }
    ck_assert_msg(strcmp(got, expected) == 0, "%s\n%s\n%s, not %s", before, after,
                  expected, got);
    config_free(started);
    config_free(loaded);
}

START_TEST(same_configuration_has_no_fixed_changes)
{
    check_changes("", "", "");
    check_changes("", "listen: [tcp://127.0.0.1:2426]\nworkers: auto\n", "");
    check_changes(everything, everything, "");
}
END_TEST

START_TEST(keys_that_may_change_are_no_fixed_changes)
{
    check_changes("", "{log: {level: debug}, limits: {idle_s: 5, channels: 6}}", "");
    check_changes("", "channels: {auto_create: false, closed_linger_s: 5}", "");
    check_changes("", "channels: {templates: [{match: '*'}]}", "");
}
END_TEST

START_TEST(other_listeners_are_a_fixed_change)
{
    check_changes("", "listen: [tcp://127.0.0.1:2427]", "listen");
    check_changes("", "listen: [tcp://127.0.0.1:2426, unix:///x]", "listen");
    check_changes("listen: [unix:///x]", "listen: [{uri: 'unix:///x'}]", "");
    check_changes("listen: [unix:///x]", "listen: [{uri: 'unix:///x', mode: 0600}]",
                  "listen");
    check_changes("listen: [{uri: 'unix:///x', owner: a, group: b}]",
                  "listen: [{uri: 'unix:///x', group: b}]", "listen");
    check_changes("listen: [{uri: 'tls://a:1', certificate: a, key: b}]",
                  "listen: [{uri: 'tls://a:1', certificate: a, key: c}]", "listen");
    check_changes("listen: [{uri: 'tcp://a:1', proxy: [unix, '::1']}]",
                  "listen: [{uri: 'tcp://a:1', proxy: [unix, '::2']}]", "listen");
    check_changes("listen: [{uri: 'tcp://a:1', proxy: [unix]}]",
                  "listen: [{uri: 'tcp://a:1', proxy: [unix]}]", "");
    check_changes("listen: [unix:///x, unix:///y]", "listen: [unix:///y, unix:///x]",
                  "listen");
}
END_TEST

START_TEST(other_workers_are_a_fixed_change)
{
    check_changes("", "workers: 2", "workers");
    check_changes("workers: 2", "workers: 3", "workers");
}
END_TEST

START_TEST(another_user_to_become_is_a_fixed_change)
{
    check_changes("", "user: nobody", "user");
    check_changes("user: nobody", "user: nobody", "");
    check_changes("user: nobody", "{user: nobody, group: 4711}", "group");
    check_changes("{user: nobody, group: 4711}", "{user: bin, group: 4712}",
                  "user group");
}
END_TEST

START_TEST(each_difference_of_a_channel_to_open_is_a_fixed_change)
{
    static const char *const others[] = {
        "",
        "{name: b, buffer: {kind: fixed, size: 2}, max_parked: 3}",
        "{name: a, buffer: {kind: sliding, size: 2}, max_parked: 3}",
        "{name: a, buffer: {kind: fixed, size: 3}, max_parked: 3}",
        "{name: a, buffer: {kind: fixed, size: 2}, max_parked: 4}",
        "{name: a, buffer: {kind: fixed, size: 2}}",
        "{name: a, max_parked: 3}",
        "{name: a, buffer: {kind: fixed, size: 2}, max_parked: 3, close_after_ms: 0}",
        "{name: a, buffer: {kind: fixed, size: 2}, max_parked: 3}, {name: b}",
    };
    const char *one = "channels: {open: [{name: a, buffer: {kind: fixed, size: 2}, "
                      "max_parked: 3}]}";
    char text[256];

    check_changes(one, one, "");
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        snprintf(text, sizeof text, "channels: {open: [%s]}", others[i]);
        check_changes(one, text, "channels.open");
    }
    check_changes("channels: {open: [{name: a}]}",
                  "channels: {open: [{name: a, buffer: {kind: none}}]}", "channels.open");
}
END_TEST

START_TEST(all_fixed_changes_are_named)
{
    check_changes("", "{listen: [unix:///x], workers: 1, channels: {open: [{name: a}]}}",
                  "listen workers channels.open");
}
END_TEST

UNIT_MAIN("config_changes", same_configuration_has_no_fixed_changes,
          keys_that_may_change_are_no_fixed_changes, other_listeners_are_a_fixed_change,
          other_workers_are_a_fixed_change, another_user_to_become_is_a_fixed_change,
          each_difference_of_a_channel_to_open_is_a_fixed_change,
          all_fixed_changes_are_named)
