/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "uri.h"

#include <stdio.h>
#include <string.h>

START_TEST(tcp_uris_are_taken_apart_and_put_together_again)
{
    static const struct {
        const char *text, *host;
        int port;
        enum uri_scheme scheme;
    } uris[] = {
        {"tcp://127.0.0.1:2426", "127.0.0.1", 2426, URI_TCP},
        {"tcp://localhost:0", "localhost", 0, URI_TCP},
        {"tcp://[::1]:65535", "::1", 65535, URI_TCP},
        {"tcp://[::]:1", "::", 1, URI_TCP},
        {"tcp://a-b_c.example.org:80", "a-b_c.example.org", 80, URI_TCP},
        {"tcp://[fe80::1%eth0]:2426", "fe80::1%eth0", 2426, URI_TCP},
        {"tcp://[::ffff:10.0.0.1]:7", "::ffff:10.0.0.1", 7, URI_TCP},
        {"tls://broker.example.org:2427", "broker.example.org", 2427, URI_TLS},
        {"tls://[::1]:0", "::1", 0, URI_TLS},
    };

    for (size_t i = 0; i < sizeof uris / sizeof *uris; i++) {
        struct uri uri = {.port = -1};
        char text[URI_TEXT_MAX];

        ck_assert_msg(uri_parse(uris[i].text, &uri) == NULL, "%s", uris[i].text);
        ck_assert_int_eq(uri.scheme, uris[i].scheme);
        ck_assert_str_eq(uri.host, uris[i].host);
        ck_assert_int_eq(uri.port, uris[i].port);
        uri_format(&uri, text);
        ck_assert_str_eq(text, uris[i].text);
    }
}
END_TEST

START_TEST(unix_uris_are_taken_apart_and_put_together_again)
{
    static const char *const paths[] = {"/run/chand/chand.sock",
                                        "/a",
                                        "/a b/c:d",
                                        "/.x",
                                        "@chand",
                                        "@a b",
                                        "@/a/",
                                        "/@a"};

    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char text[URI_TEXT_MAX], again[URI_TEXT_MAX];
        struct uri uri = {.port = 5};

        snprintf(text, sizeof text, "unix://%s", paths[i]);
        ck_assert_msg(uri_parse(text, &uri) == NULL, "%s", text);
        ck_assert_int_eq(uri.scheme, URI_UNIX);
        ck_assert_str_eq(uri.path, paths[i]);
        ck_assert_int_eq(uri_is_abstract(&uri), paths[i][0] == '@');
        uri_format(&uri, again);
        ck_assert_str_eq(again, text);
    }
}
END_TEST

/* A URI with a host or a path of n bytes. */
static const char *parse_long(const char *before, size_t n, const char *behind,
                              struct uri *ret)
{
    char text[600] = "";

    strcpy(text, before);
    memset(text + strlen(before), 'x', n);
    strcpy(text + strlen(before) + n, behind);
    return uri_parse(text, ret);
}

START_TEST(a_host_has_at_most_255_bytes)
{
    char text[URI_TEXT_MAX];
    struct uri uri;

    ck_assert_ptr_null(parse_long("tcp://", 255, ":65535", &uri));
    ck_assert_uint_eq(strlen(uri.host), 255);
    uri_format(&uri, text);
    ck_assert_uint_eq(strlen(text), 6 + 255 + 6);
    ck_assert_ptr_nonnull(strstr(parse_long("tcp://", 256, ":1", &uri), "255"));
}
END_TEST

START_TEST(a_path_has_at_most_107_bytes)
{
    struct uri uri;

    ck_assert_ptr_null(parse_long("unix:///", 106, "", &uri));
    ck_assert_uint_eq(strlen(uri.path), 107);
    ck_assert_ptr_nonnull(strstr(parse_long("unix:///", 107, "", &uri), "107"));
}
END_TEST

START_TEST(what_is_wrong_is_said_and_nothing_is_written)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"", "tls:// or unix://"},
        {"127.0.0.1:2426", "tls:// or unix://"},
        {"http://a:1", "tls:// or unix://"},
        {"TCP://a:1", "tls:// or unix://"},
        {"tcp:/a:1", "tls:// or unix://"},
        {"tcp://", "host is missing"},
        {"tcp://:2426", "host is missing"},
        {"tcp://a", "port must follow"},
        {"tcp://a:", "port must follow"},
        {"tcp://a:b", "digits"},
        {"tcp://a:-1", "digits"},
        {"tcp://a:+1", "digits"},
        {"tcp://a: 1", "digits"},
        {"tcp://a:1 ", "digits"},
        {"tcp://a:1/", "digits"},
        {"tcp://a:65536", "0 to 65535"},
        {"tcp://a:99999999999999999999", "0 to 65535"},
        {"tcp://::1:2426", "brackets"},
        {"tcp://a:1:2", "brackets"},
        {"tcp://[::1:2426", "not closed"},
        {"tcp://[::1]", "port must follow"},
        {"tcp://[::1]2426", "colon and the port"},
        {"tcp://[]:1", "IPv6"},
        {"tcp://[localhost]:1", "IPv6"},
        {"tcp://[::1 ]:1", "IPv6"},
        {"tcp://a b:1", "name or an address"},
        {"tcp://user@host:1", "name or an address"},
        {"tcp://a/b:1", "name or an address"},
        {"tcp://\xc3\xa9:1", "name or an address"},
        {"unix://", "absolute"},
        {"unix://run/x", "absolute"},
        {"unix:///", "socket"},
        {"unix:///run/", "socket"},
        {"unix:/run/x", "tls:// or unix://"},
        {"unix://@", "name must follow"},
        {"tls://", "host is missing"},
        {"tls://a", "port must follow"},
        {"tls://::1:2", "brackets"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct uri uri, before;
        const char *says;

        memset(&uri, 0x5a, sizeof uri);
        before = uri;
        says = uri_parse(wrong[i].text, &uri);
        ck_assert_msg(says != NULL, "%s", wrong[i].text);
        ck_assert_msg(strstr(says, wrong[i].says) != NULL, "%s: %s", wrong[i].text, says);
        ck_assert_mem_eq(&uri, &before, sizeof uri);
    }
}
END_TEST

UNIT_MAIN("uri", tcp_uris_are_taken_apart_and_put_together_again,
          unix_uris_are_taken_apart_and_put_together_again, a_host_has_at_most_255_bytes,
          a_path_has_at_most_107_bytes, what_is_wrong_is_said_and_nothing_is_written)
