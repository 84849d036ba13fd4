/* SPDX-License-Identifier: MIT */
/*
 * configured.h - configurations from texts; what is wrong with the last one is in
 * `mistakes`.
 */
#ifndef TESTS_CONFIGURED_H
#define TESTS_CONFIGURED_H

#include <check.h>
#include <string.h>
#include "config.h"
#include "located.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

/* Everything that a file may have, once. */
static const char everything[] =
    "listen: [tcp://127.0.0.1:2426, unix:///run/chand/chand.sock]\n"
    "workers: auto                  # worker event loops\n"
    "log: {level: info}\n"
    "channels:\n"
    "  auto_create: true\n"
    "  closed_linger_s: 3600\n"
    "  templates:                   # settings of channels created at first use\n"
    "    - {match: \"jobs/*\", buffer: {kind: fixed, size: 100}}\n"
    "  open:                        # created when the daemon starts\n"
    "    - {name: orders, buffer: {kind: sliding, size: 1000}}\n"
    "users:\n"
    "  - name: billing\n"
    "    tokens:\n"
    "      - sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"
    "    certificates: [\"CN=billing\", \"DNS:billing\"]\n"
    "    rules: [{allow: [put], channels: [\"jobs/*\"]}, {deny: [all]}]\n"
    "  - {name: other, uid: 7}\n"
    "limits:\n"
    "  request_bytes: 1MiB          # plain numbers, or with KiB, MiB, GiB\n"
    "  connections: 10000\n";

static struct mistakes mistakes;

static inline struct config *parse(const char *text)
{
    mistakes_init(&mistakes, LOCATED_FILE);
    return config_parse(text, strlen(text), &mistakes);
}

static inline struct config *parse_good(const char *text)
{
    struct config *config = parse(text);

    ck_assert_msg(mistakes_count(&mistakes) == 0, "%s: %s", text,
                  mistakes_line(&mistakes, 0));
    ck_assert_ptr_nonnull(config);
    return config;
}

#endif
