/* SPDX-License-Identifier: MIT */
#include "reader.h"

#include "readable.h"
#include "right.h"
#include "unit.h"

#define HEX "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

START_TEST(plain_values_go_into_their_fields)
{
    struct config *config = read_good("workers: 3\n"
                                      "log: {level: debug}\n"
                                      "channels:\n"
                                      "  auto_create: true\n"
                                      "  closed_linger_s: 60\n");

    ck_assert_int_eq(config->workers, 3);
    ck_assert_int_eq(config->log_level, LEVEL_DEBUG);
    ck_assert(config->auto_create);
    ck_assert_int_eq(config->closed_linger_s, 60);
    finish(config);
}
END_TEST

START_TEST(every_limit_goes_into_its_field)
{
    struct config *config = read_good("limits:\n"
                                      "  request_bytes: 2KiB\n"
                                      "  connections: 11\n"
                                      "  channels: 12\n"
                                      "  buffer_size: 13\n"
                                      "  memory_bytes: 2GiB\n"
                                      "  parked_per_channel: 14\n"
                                      "  parked_per_connection: 15\n"
                                      "  alts_ops: 16\n"
                                      "  output_bytes: 3MiB\n"
                                      "  idle_s: 17\n");

    ck_assert_int_eq(config->limits.request_bytes, 2048);
    ck_assert_int_eq(config->limits.connections, 11);
    ck_assert_int_eq(config->limits.channels, 12);
    ck_assert_int_eq(config->limits.buffer_size, 13);
    ck_assert_int_eq(config->limits.memory_bytes, INT64_C(2) << 30);
    ck_assert_int_eq(config->limits.parked_per_channel, 14);
    ck_assert_int_eq(config->limits.parked_per_connection, 15);
    ck_assert_int_eq(config->limits.alts_ops, 16);
    ck_assert_int_eq(config->limits.output_bytes, 3 << 20);
    ck_assert_int_eq(config->limits.idle_s, 17);
    finish(config);
}
END_TEST

START_TEST(what_is_absent_stays)
{
    struct config config = {.workers = 9, .auto_create = true};
    struct tree_node *root;

    mistakes_init(&mistakes, LOCATED_FILE);
    root = document_parse("workers: 3", strlen("workers: 3"), &mistakes);
    config.limits.alts_ops = 77;
    reader_read(root, &config, &mistakes);
    ck_assert_int_eq(config.workers, 3);
    ck_assert(config.auto_create);
    ck_assert_int_eq(config.limits.alts_ops, 77);
    tree_free(root);
    mistakes_release(&mistakes);
}
END_TEST

START_TEST(quoted_values_are_as_good_as_plain_ones)
{
    struct config *config = read_good("{\"workers\": '5', log: {level: \"error\"}}");

    ck_assert_int_eq(config->workers, 5);
    ck_assert_int_eq(config->log_level, LEVEL_ERROR);
    finish(config);
}
END_TEST

START_TEST(listeners_keep_their_order)
{
    struct config *config =
        read_good("listen: [tcp://127.0.0.1:1, 'unix:///tmp/x', 'tcp://[::1]:2']");

    ck_assert_uint_eq(config->listen.count, 3);
    ck_assert_str_eq(config->listen.items[0].uri, "tcp://127.0.0.1:1");
    ck_assert_str_eq(config->listen.items[1].uri, "unix:///tmp/x");
    ck_assert_str_eq(config->listen.items[2].uri, "tcp://[::1]:2");
    finish(config);
}
END_TEST

START_TEST(a_listener_may_have_more_than_a_uri)
{
    struct config *config = read_good("listen:\n"
                                      "  - uri: tls://[::]:2427\n"
                                      "    certificate: /a.pem\n"
                                      "    key: b.pem\n"
                                      "    client_ca: c.pem\n"
                                      "    client_required: false\n"
                                      "    min_version: 1.2\n"
                                      "    proxy: [10.0.0.0/8, '::1']\n"
                                      "  - {uri: unix:///x, mode: 0640, owner: chand, "
                                      "group: 100}\n");
    const struct config_listen *tls = &config->listen.items[0], *file = tls + 1;

    ck_assert_uint_eq(config->listen.count, 2);
    ck_assert_str_eq(tls->uri, "tls://[::]:2427");
    ck_assert_str_eq(tls->certificate, "/a.pem");
    ck_assert_str_eq(tls->key, "b.pem");
    ck_assert_str_eq(tls->client_ca, "c.pem");
    ck_assert(!tls->client_required);
    ck_assert_int_eq(tls->min_version, CONFIG_TLS_1_2);
    ck_assert_uint_eq(tls->proxy.count, 2);
    ck_assert_uint_eq(tls->proxy.items[0].bits, 8);
    ck_assert_uint_eq(tls->proxy.items[1].bits, 128);
    ck_assert_int_eq(tls->mode, -1);
    ck_assert_ptr_null(tls->owner);
    ck_assert_int_eq(file->mode, 0640);
    ck_assert_str_eq(file->owner, "chand");
    ck_assert_str_eq(file->group, "100");
    ck_assert(file->client_required);
    ck_assert_int_eq(file->min_version, CONFIG_TLS_1_3);
    ck_assert_uint_eq(file->proxy.count, 0);
    finish(config);
}
END_TEST

START_TEST(templates_have_a_glob_and_settings)
{
    struct config *config = read_good("channels:\n"
                                      "  templates:\n"
                                      "    - match: jobs/*\n"
                                      "      buffer: {kind: fixed, size: 100}\n"
                                      "      max_parked: 7\n"
                                      "    - {match: 'x?', buffer: {kind: none}}\n"
                                      "    - {match: '*'}\n");
    const struct config_channel *items = config->templates.items;

    ck_assert_uint_eq(config->templates.count, 3);
    ck_assert_str_eq(items[0].name, "jobs/*");
    ck_assert(items[0].has_buffer);
    ck_assert_int_eq(items[0].kind, KIND_FIXED);
    ck_assert_int_eq(items[0].size, 100);
    ck_assert_int_eq(items[0].max_parked, 7);
    ck_assert_int_eq(items[0].close_after_ms, -1);
    ck_assert(items[1].has_buffer);
    ck_assert_int_eq(items[1].kind, KIND_NONE);
    ck_assert_int_eq(items[1].size, 0);
    ck_assert(!items[2].has_buffer);
    ck_assert_int_eq(items[2].kind, KIND_NONE);
    ck_assert_int_eq(items[2].max_parked, 0);
    finish(config);
}
END_TEST

START_TEST(channels_to_open_have_a_name_and_settings)
{
    struct config *config =
        read_good("channels: {open: [{name: a, buffer: {kind: sliding, size: 5},"
                  " max_parked: 3, close_after_ms: 250}, {name: b/c}]}");
    const struct config_channel *items = config->open.items;

    ck_assert_uint_eq(config->open.count, 2);
    ck_assert_str_eq(items[0].name, "a");
    ck_assert(items[0].has_buffer);
    ck_assert_int_eq(items[0].kind, KIND_SLIDING);
    ck_assert_int_eq(items[0].size, 5);
    ck_assert_int_eq(items[0].max_parked, 3);
    ck_assert_int_eq(items[0].close_after_ms, 250);
    ck_assert_str_eq(items[1].name, "b/c");
    ck_assert(!items[1].has_buffer);
    ck_assert_int_eq(items[1].close_after_ms, -1);
    finish(config);
}
END_TEST

START_TEST(groups_and_lists_may_hold_nothing)
{
    static const char *const texts[] = {
        "",
        "{}",
        "log:\nchannels:\nlimits:\n",
        "log: {}\nchannels: {}\nlimits: {}\n",
        "channels:\n  templates:\n  open:\n",
        "channels: {templates: [], open: []}",
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct config *config = read_good(texts[i]);

        ck_assert_uint_eq(config->templates.count, 0);
        ck_assert_uint_eq(config->open.count, 0);
        finish(config);
    }
}
END_TEST

START_TEST(users_have_means_rules_and_limits)
{
    struct config *config = read_good(
        "allow_open: true\n"
        "users:\n"
        "- name: a\n"
        "  tokens: [sha256:" HEX "]\n"
        "  certificates: ['CN=a,O=b', DNS:x]\n"
        "  uid: 0\n"
        "  gid: 4294967294\n"
        "  rules:\n"
        "  - {allow: [put, take], channels: ['jobs/*', b]}\n"
        "  - deny: [all]\n"
        "  limits: {connections: 1, parked: 2, buffered_bytes: 3KiB, requests_per_s: 4}\n"
        "- {name: b, tokens: , rules: [], limits: }\n");
    const struct config_user *a = &config->users.items[0], *b = &config->users.items[1];

    ck_assert(config->allow_open);
    ck_assert_uint_eq(config->users.count, 2);
    ck_assert_str_eq(a->name, "a");
    ck_assert_uint_eq(a->tokens.count, 1);
    ck_assert_str_eq(a->tokens.items[0], "sha256:" HEX);
    ck_assert_uint_eq(a->certificates.count, 2);
    ck_assert_str_eq(a->certificates.items[0], "CN=a,O=b");
    ck_assert_int_eq(a->uid, 0);
    ck_assert_int_eq(a->gid, 4294967294);
    ck_assert_uint_eq(a->rules.count, 2);
    ck_assert_uint_eq(a->rules.items[0].allow,
                      RIGHT_BIT(RIGHT_PUT) | RIGHT_BIT(RIGHT_TAKE));
    ck_assert_uint_eq(a->rules.items[0].deny, 0);
    ck_assert_uint_eq(a->rules.items[0].channels.count, 2);
    ck_assert_str_eq(a->rules.items[0].channels.items[1], "b");
    ck_assert_uint_eq(a->rules.items[1].deny, RIGHTS_ALL);
    ck_assert_uint_eq(a->rules.items[1].channels.count, 0);
    ck_assert_int_eq(a->connections, 1);
    ck_assert_int_eq(a->parked, 2);
    ck_assert_int_eq(a->buffered_bytes, 3072);
    ck_assert_int_eq(a->requests_per_s, 4);
    ck_assert_int_eq(b->uid, -1);
    ck_assert_int_eq(b->gid, -1);
    ck_assert_uint_eq(b->rules.count, 0);
    ck_assert_int_eq(b->connections, 0);
    finish(config);
}
END_TEST

UNIT_MAIN("reader", plain_values_go_into_their_fields, every_limit_goes_into_its_field,
          what_is_absent_stays, quoted_values_are_as_good_as_plain_ones,
          listeners_keep_their_order, a_listener_may_have_more_than_a_uri,
          templates_have_a_glob_and_settings, channels_to_open_have_a_name_and_settings,
          groups_and_lists_may_hold_nothing, users_have_means_rules_and_limits)
