/* SPDX-License-Identifier: MIT */
#include "address.h"
#include "unit.h"

#include <arpa/inet.h>
#include <string.h>

static struct address ipv4(const char *text)
{
    unsigned char bytes[4];

    ck_assert_int_eq(inet_pton(AF_INET, text, bytes), 1);
    return address_of_ipv4(bytes, 80);
}

static struct address ipv6(const char *text)
{
    unsigned char bytes[16];

    ck_assert_int_eq(inet_pton(AF_INET6, text, bytes), 1);
    return address_of_ipv6(bytes, 443);
}

static struct address address_of(const char *text)
{
    if (strcmp(text, "unix") == 0)
        return (struct address){.family = ADDRESS_UNIX};
    return strchr(text, ':') ? ipv6(text) : ipv4(text);
}

static struct address_range range_of(const char *text)
{
    struct address_range range;
    const char *wrong = address_range_parse(text, &range);

    ck_assert_msg(!wrong, "%s: %s", text, wrong);
    return range;
}

static void check_text(struct address a, const char *expected)
{
    char text[ADDRESS_TEXT_MAX];

    address_format(&a, text);
    ck_assert_str_eq(text, expected);
}

START_TEST(addresses_are_written_with_their_port)
{
    check_text(ipv4("192.0.2.1"), "192.0.2.1:80");
    check_text(ipv6("2001:db8::1"), "[2001:db8::1]:443");
    check_text(ipv6("2001:db8:1111:2222:3333:4444:5555:6666"),
               "[2001:db8:1111:2222:3333:4444:5555:6666]:443");
    check_text((struct address){.family = ADDRESS_UNIX}, "a Unix socket");
    check_text((struct address){0}, "an unknown address");
}
END_TEST

START_TEST(a_mapped_address_is_the_one_that_it_maps)
{
    check_text(ipv6("::ffff:10.0.0.1"), "10.0.0.1:443");
    check_text(ipv6("::fffe:10.0.0.1"), "[::fffe:a00:1]:443");
}
END_TEST

START_TEST(a_range_holds_what_begins_with_its_bits)
{
    static const struct {
        const char *range, *address;
        bool holds;
    } rows[] = {
        {"10.0.0.0/8", "10.255.1.2", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"10.1.2.3", "10.1.2.3", true},
        {"10.1.2.3", "10.1.2.2", false},
        {"10.1.2.0/23", "10.1.3.255", true},
        {"10.1.2.0/23", "10.1.4.0", false},
        {"0.0.0.0/0", "255.255.255.255", true},
        {"0.0.0.0/0", "::1", false},
        {"0.0.0.0/0", "::ffff:1.2.3.4", true},
        {"::/0", "2001:db8::1", true},
        {"::/0", "1.2.3.4", false},
        {"2001:db8::/32", "2001:db8:ffff::", true},
        {"2001:db8::/33", "2001:db8:8000::", false},
        {"2001:db8::1", "2001:db8::1", true},
        {"2001:db8::1/127", "2001:db8::1", false},
        {"::ffff:10.0.0.0/8", "10.9.9.9", true},
        {"unix", "unix", true},
        {"unix", "127.0.0.1", false},
        {"127.0.0.0/8", "unix", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct address_range range;
        const struct address address = address_of(rows[i].address);

        if (address_range_parse(rows[i].range, &range) != NULL)
            ck_assert_msg(!rows[i].holds, "%s", rows[i].range);
        else
            ck_assert_msg(address_range_holds(&range, &address) == rows[i].holds, "%s %s",
                          rows[i].range, rows[i].address);
    }
}
END_TEST

START_TEST(ranges_are_the_same_if_they_hold_the_same)
{
    const struct address_range a = range_of("10.0.0.0/8"), b = range_of("10.0.0.0/9"),
                               c = range_of("::ffff:10.0.0.0/8"), d = range_of("unix");

    ck_assert(address_range_is_same(&a, &a));
    ck_assert(!address_range_is_same(&a, &b));
    ck_assert(address_range_is_same(&a, &c));
    ck_assert(!address_range_is_same(&a, &d));
}
END_TEST

START_TEST(what_is_wrong_with_a_range_is_said_and_nothing_is_written)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"", "before the slash"},
        {"/8", "before the slash"},
        {"10.0.0", "before the slash"},
        {"10.0.0.256", "before the slash"},
        {"localhost", "before the slash"},
        {"[::1]", "before the slash"},
        {"UNIX", "before the slash"},
        {"10.0.0.0 /8", "before the slash"},
        {"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/64", "before the slash"},
        {"10.0.0.0/", "behind the slash"},
        {"10.0.0.0/33", "behind the slash"},
        {"10.0.0.0/08", "behind the slash"},
        {"10.0.0.0/-1", "behind the slash"},
        {"10.0.0.0/8x", "behind the slash"},
        {"10.0.0.0/99999999999999999999", "behind the slash"},
        {"::/129", "behind the slash"},
        {"10.0.0.1/8", "bits set behind"},
        {"2001:db9::/31", "bits set behind"},
        {"1.0.0.0/0", "bits set behind"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct address_range range, before;
        const char *says;

        memset(&range, 0x5a, sizeof range);
        before = range;
        says = address_range_parse(wrong[i].text, &range);
        ck_assert_msg(says && strstr(says, wrong[i].says), "%s: %s", wrong[i].text, says);
        ck_assert_mem_eq(&range, &before, sizeof range);
    }
}
END_TEST

UNIT_MAIN("address", addresses_are_written_with_their_port,
          a_mapped_address_is_the_one_that_it_maps,
          a_range_holds_what_begins_with_its_bits,
          ranges_are_the_same_if_they_hold_the_same,
          what_is_wrong_with_a_range_is_said_and_nothing_is_written)
