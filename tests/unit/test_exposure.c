/* SPDX-License-Identifier: MIT */
#include "exposure.h"
#include "unit.h"

#include <string.h>

static bool is_open(const char *text)
{
    struct uri uri;

    ck_assert_msg(uri_parse(text, &uri) == NULL, "%s", text);
    return exposure_of(&uri);
}

START_TEST(loopback_and_unix_sockets_are_the_machine_s_own)
{
    static const char *const own[] = {
        "tcp://127.0.0.1:1", "tcp://127.255.3.4:1",        "tcp://[::1]:1",
        "tcp://localhost:1", "tcp://[::ffff:127.0.0.1]:1", "unix:///tmp/x"};

    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        ck_assert_msg(!is_open(own[i]), "%s", own[i]);
}
END_TEST

START_TEST(all_others_are_open)
{
    static const char *const open[] = {
        "tcp://0.0.0.0:1",          "tcp://[::]:1",
        "tcp://192.0.2.1:1",        "tcp://[2001:db8::1]:1",
        "tcp://[::ffff:0.0.0.0]:1", "tcp://128.0.0.1:1",
        "tcp://126.255.255.255:1"};

    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        ck_assert_msg(is_open(open[i]), "%s", open[i]);
}
END_TEST

static bool allows(const char *text, const char *listen, char why[EXPOSURE_WHY_MAX])
{
    char *uris[] = {(char[]){"tcp://127.0.0.1:1"}, (char *)(uintptr_t)listen};
    const struct options options = {.listen = uris, .listen_count = listen ? 2 : 0};
    struct mistakes mistakes;
    struct config *config;
    bool ok;

    mistakes_init(&mistakes, "test.yaml");
    config = config_parse(text, strlen(text), &mistakes);
    ck_assert_msg(config, "%s",
                  mistakes_count(&mistakes) ? mistakes_line(&mistakes, 0) : "");
    ok = exposure_allows(config, &options, why);
    config_free(config);
    return ok;
}

START_TEST(an_open_address_needs_users_or_a_word)
{
    char why[EXPOSURE_WHY_MAX];

    ck_assert(allows("", NULL, why));
    ck_assert(!allows("listen: ['unix:///x', 'tcp://0.0.0.0:7']", NULL, why));
    ck_assert_ptr_nonnull(strstr(why, "tcp://0.0.0.0:7"));
    ck_assert_ptr_nonnull(strstr(why, "allow_open"));
    ck_assert(allows("listen: ['tcp://0.0.0.0:7']\nallow_open: true", NULL, why));
    ck_assert(
        allows("listen: ['tcp://0.0.0.0:7']\nusers: [{name: a, uid: 1}]", NULL, why));
    ck_assert(!allows("listen: ['tcp://0.0.0.0:7']\nusers: []", NULL, why));
}
END_TEST

START_TEST(the_command_line_counts_instead_of_the_file)
{
    char why[EXPOSURE_WHY_MAX];

    ck_assert(!allows("", "tcp://[::]:8", why));
    ck_assert_ptr_nonnull(strstr(why, "tcp://[::]:8"));
    ck_assert(allows("listen: ['tcp://0.0.0.0:7']", "unix:///x", why));
}
END_TEST

START_TEST(places_that_are_open_already_are_held_against_the_same)
{
    const struct options options = {.listen = (char *[]){(char[]){"tcp://0.0.0.0:0"}},
                                    .listen_count = 1};
    struct config *config = config_default();
    struct listening all = {0};
    char why[EXPOSURE_WHY_MAX];

    ck_assert(listening_open(&all, config, &options));
    ck_assert(!exposure_allows_all(config, &all, why));
    ck_assert_ptr_nonnull(strstr(why, "tcp://0.0.0.0:"));
    config->allow_open = true;
    ck_assert(exposure_allows_all(config, &all, why));
    listening_close(&all);
    config_free(config);
}
END_TEST

UNIT_MAIN("exposure", loopback_and_unix_sockets_are_the_machine_s_own,
          all_others_are_open, an_open_address_needs_users_or_a_word,
          the_command_line_counts_instead_of_the_file,
          places_that_are_open_already_are_held_against_the_same)
