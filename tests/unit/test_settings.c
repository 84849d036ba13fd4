/* SPDX-License-Identifier: MIT */
#include "settings.h"
#include "clock.h"
#include "starve.h"
#include "unit.h"

#include <string.h>

static struct config *configured(const char *text)
{
    struct mistakes mistakes;
    struct config *config;

    mistakes_init(&mistakes, "test.yaml");
    config = config_parse(text, strlen(text), &mistakes);
    ck_assert_msg(config, "%s",
                  mistakes_count(&mistakes) ? mistakes_line(&mistakes, 0) : "");
    mistakes_release(&mistakes);
    return config;
}

static struct broker *broker_of(const struct config *config)
{
    const struct hash_key key = {1, 2};
    struct broker_settings settings;
    struct broker *broker;

    ck_assert(settings_of(config, &settings));
    broker = broker_new(&settings, key, 1);
    ck_assert_ptr_nonnull(broker);
    settings_release(&settings);
    return broker;
}

START_TEST(defaults_are_those_of_the_configuration)
{
    struct config *config = config_default();
    struct broker_settings settings;

    ck_assert(settings_of(config, &settings));
    ck_assert(settings.auto_create);
    ck_assert_int_eq(settings.closed_linger_ns, 3600 * NS_PER_S);
    ck_assert_uint_eq(settings.template_count, 0);
    ck_assert_int_eq(settings.limits.request_bytes, 1048576);
    settings_release(&settings);
    ck_assert_ptr_null(settings.templates);
    config_free(config);
}
END_TEST

START_TEST(every_key_of_channels_and_limits_arrives)
{
    struct config *config =
        configured("channels:\n"
                   "  auto_create: false\n"
                   "  closed_linger_s: 7\n"
                   "  templates:\n"
                   "    - {match: 'a/*', buffer: {kind: fixed, size: 5}}\n"
                   "    - {match: '*', max_parked: 9}\n"
                   "limits: {alts_ops: 3, idle_s: 60}\n");
    const struct channel_template *t;
    struct broker_settings settings;

    ck_assert(settings_of(config, &settings));
    t = settings.templates;
    ck_assert(!settings.auto_create);
    ck_assert_int_eq(settings.closed_linger_ns, 7 * NS_PER_S);
    ck_assert_int_eq(settings.limits.alts_ops, 3);
    ck_assert_int_eq(settings.limits.idle_s, 60);
    ck_assert_uint_eq(settings.template_count, 2);
    ck_assert_str_eq(t[0].match, "a/*");
    ck_assert_int_eq(t[0].settings.kind, KIND_FIXED);
    ck_assert_uint_eq(t[0].settings.size, 5);
    ck_assert_uint_eq(t[0].settings.max_parked, 0);
    ck_assert_int_eq(t[0].settings.close_after_ms, -1);
    ck_assert_str_eq(t[1].match, "*");
    ck_assert_int_eq(t[1].settings.kind, KIND_NONE);
    ck_assert_uint_eq(t[1].settings.max_parked, 9);
    settings_release(&settings);
    config_free(config);
}
END_TEST

START_TEST(channels_that_are_listed_are_opened)
{
    struct config *config = configured(
        "channels:\n"
        "  templates: [{match: 'j*', buffer: {kind: fixed, size: 2}}]\n"
        "  open:\n"
        "    - {name: orders, buffer: {kind: sliding, size: 3}, max_parked: 4}\n"
        "    - {name: jobs}\n"
        "    - {name: egg, close_after_ms: 500}\n");
    struct broker *broker = broker_of(config);
    struct channel_stat stat;
    const char *name = NULL;

    ck_assert_int_eq(settings_open_channels(config, broker, NS_PER_S, &name), ERR_OK);
    ck_assert_ptr_null(name);
    ck_assert_int_eq(broker_stat(broker, slice_text("orders"), &stat), ERR_OK);
    ck_assert_int_eq(stat.settings.kind, KIND_SLIDING);
    ck_assert_uint_eq(stat.settings.size, 3);
    ck_assert_uint_eq(stat.settings.max_parked, 4);
    ck_assert_int_eq(broker_stat(broker, slice_text("jobs"), &stat), ERR_OK);
    ck_assert_int_eq(stat.settings.kind, KIND_FIXED);
    ck_assert_int_eq(broker_deadline(broker), NS_PER_S + 500 * NS_PER_MS);
    broker_free(broker);
    config_free(config);
}
END_TEST

START_TEST(a_channel_that_cannot_be_opened_is_named)
{
    struct config *config =
        configured("limits: {channels: 1}\nchannels: {open: [{name: a}, {name: b}]}\n");
    struct broker *broker = broker_of(config);
    const char *name = NULL;

    ck_assert_int_eq(settings_open_channels(config, broker, NS_PER_S, &name),
                     ERR_LIMIT_CHANNELS);
    ck_assert_str_eq(name, "b");
    broker_free(broker);
    config_free(config);
}
END_TEST

START_TEST(without_memory_there_are_no_settings)
{
    struct config *config = config_default();
    struct broker_settings settings;
    bool ok;

    starve_after(0);
    ok = settings_of(config, &settings);
    ck_assert_int_eq(starve_end(), 1);
    ck_assert(!ok);
    config_free(config);
}
END_TEST

UNIT_MAIN("settings", defaults_are_those_of_the_configuration,
          every_key_of_channels_and_limits_arrives, channels_that_are_listed_are_opened,
          a_channel_that_cannot_be_opened_is_named, without_memory_there_are_no_settings)
