/* SPDX-License-Identifier: MIT */
#include "unit.h"
#include "places.h"
#include "starve.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/un.h>

static struct places find(const char *uri)
{
    struct places places = {0};
    struct text why = {0};

    ck_assert_msg(places_find(uri, &why, &places) == CHAN_OK, "%s: %.*s", uri,
                  (int)why.len, why.bytes);
    ck_assert_uint_eq(why.len, 0);
    ck_assert_uint_ge(places.count, 1);
    text_release(&why);
    return places;
}

START_TEST(an_address_is_one_place)
{
    struct places places = find("tcp://127.0.0.1:2426");
    const struct sockaddr_in *address = (const void *)&places.list[0].address;

    ck_assert_uint_eq(places.count, 1);
    ck_assert_uint_eq(places.list[0].len, sizeof *address);
    ck_assert_int_eq(address->sin_family, AF_INET);
    ck_assert_uint_eq(ntohs(address->sin_port), 2426);
    ck_assert_uint_eq(ntohl(address->sin_addr.s_addr), INADDR_LOOPBACK);
    places_release(&places);
}
END_TEST

START_TEST(ipv6_stands_in_brackets)
{
    struct places places = find("tcp://[::1]:80");
    const struct sockaddr_in6 *address = (const void *)&places.list[0].address;

    ck_assert_int_eq(address->sin6_family, AF_INET6);
    ck_assert_uint_eq(ntohs(address->sin6_port), 80);
    places_release(&places);
}
END_TEST

START_TEST(a_name_is_one_or_several)
{
    struct places places = find("tcp://localhost:80");

    for (size_t i = 0; i < places.count; i++)
        ck_assert_uint_gt(places.list[i].len, 0);
    places_release(&places);
    ck_assert_uint_eq(places.count, 0);
    places_release(&places);
}
END_TEST

START_TEST(a_path_is_one_place)
{
    struct places places = find("unix:///run/chand/sock");
    const struct sockaddr_un *address = (const void *)&places.list[0].address;

    ck_assert_uint_eq(places.count, 1);
    ck_assert_int_eq(address->sun_family, AF_UNIX);
    ck_assert_str_eq(address->sun_path, "/run/chand/sock");
    places_release(&places);
}
END_TEST

START_TEST(a_name_without_a_file_is_as_long_as_it_is)
{
    struct places places = find("unix://@chand");
    const struct sockaddr_un *address = (const void *)&places.list[0].address;

    ck_assert_uint_eq(places.count, 1);
    ck_assert_uint_eq(places.list[0].len, offsetof(struct sockaddr_un, sun_path) + 6);
    ck_assert_mem_eq(address->sun_path, "\0chand", 6);
    ck_assert_ptr_null(places.host);
    places_release(&places);
}
END_TEST

START_TEST(with_tls_the_host_is_known)
{
    static const struct {
        const char *uri, *host;
    } cases[] = {
        {"tls://127.0.0.1:2427", "127.0.0.1"}, {"tls://LocalHost:2427", "LocalHost"},
        {"tls://[::1]:2427", "::1"},           {"tls://[fe80::1%1]:2427", "fe80::1"},
        {"tcp://127.0.0.1:2426", NULL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct places places = find(cases[i].uri);

        ck_assert_pstr_eq(places.host, cases[i].host);
        places_release(&places);
        ck_assert_ptr_null(places.host);
    }
}
END_TEST

START_TEST(what_cannot_be_found_says_why)
{
    static const struct {
        const char *uri;
        enum chan_status status;
    } cases[] = {{"nonsense", CHAN_INVALID},
                 {"tcp://a:70000", CHAN_INVALID},
                 {"unix://relative", CHAN_INVALID},
                 {"tcp://no-such-host.invalid:1", CHAN_UNREACHABLE},
                 {"tls://no-such-host.invalid:1", CHAN_UNREACHABLE}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct places places = {.count = 77};
        struct text why = {0};

        ck_assert_int_eq(places_find(cases[i].uri, &why, &places), cases[i].status);
        ck_assert_uint_gt(why.len, 5);
        ck_assert_uint_eq(places.count, 77);
        text_release(&why);
    }
}
END_TEST

START_TEST(without_memory_there_are_none)
{
    struct places places = {.count = 77};
    struct text why = {0};
    enum chan_status status;

    starve_after(0);
    status = places_find("unix:///run/chand/sock", &why, &places);
    starve_end();
    ck_assert_int_eq(status, CHAN_NO_MEMORY);
    ck_assert_uint_eq(places.count, 77);
    text_release(&why);
}
END_TEST

UNIT_MAIN("places", an_address_is_one_place, ipv6_stands_in_brackets,
          a_name_is_one_or_several, a_path_is_one_place,
          a_name_without_a_file_is_as_long_as_it_is, with_tls_the_host_is_known,
          what_cannot_be_found_says_why, without_memory_there_are_none)
