/* SPDX-License-Identifier: MIT */
#include "address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { IPV4_BYTES = 4 };

static const unsigned char mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct address address_of_ipv4(const void *bytes, uint16_t port)
{
    struct address a = {.family = ADDRESS_IPV4, .port = port};

    memcpy(a.bytes, bytes, IPV4_BYTES);
    return a;
}

struct address address_of_ipv6(const void *bytes, uint16_t port)
{
    struct address a = {.family = ADDRESS_IPV6, .port = port};

    if (memcmp(bytes, mapped, sizeof mapped) == 0)
        return address_of_ipv4((const char *)bytes + sizeof mapped, port);
    memcpy(a.bytes, bytes, ADDRESS_BYTES);
    return a;
}

void address_format(const struct address *a, char ret[ADDRESS_TEXT_MAX])
{
    char text[INET6_ADDRSTRLEN];

    if (a->family == ADDRESS_IPV4) {
        inet_ntop(AF_INET, a->bytes, text, sizeof text);
        snprintf(ret, ADDRESS_TEXT_MAX, "%s:%u", text, (unsigned)a->port);
    } else if (a->family == ADDRESS_IPV6) {
        inet_ntop(AF_INET6, a->bytes, text, sizeof text);
        snprintf(ret, ADDRESS_TEXT_MAX, "[%s]:%u", text, (unsigned)a->port);
    } else {
        snprintf(ret, ADDRESS_TEXT_MAX, "%s",
                 a->family == ADDRESS_UNIX ? "a Unix socket" : "an unknown address");
    }
}

/* Digits without a sign or leading zeros, at most `most`. */
static bool parse_bits(const char *text, unsigned most, unsigned *ret)
{
    unsigned n = 0;

    if (!*text || (text[0] == '0' && text[1]))
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        n = 10 * n + (unsigned)(*text - '0');
        if (n > most)
            return false;
    }
    *ret = n;
    return true;
}

/* The byte of a mask of so many bits. */
static unsigned char mask_byte(unsigned bits, size_t byte)
{
    const unsigned before = (unsigned)byte * 8;

    if (bits >= before + 8)
        return 0xff;
    return (unsigned char)(bits <= before ? 0 : 0xff00 >> (bits - before));
}

static bool has_bits_behind(const struct address *a, unsigned bits)
{
    for (size_t i = 0; i < ADDRESS_BYTES; i++)
        if (a->bytes[i] & (unsigned char)~mask_byte(bits, i))
            return true;
    return false;
}

/* The address of a range, and how many bits such an address has. */
static bool parse_begin(const char *text, struct address *ret, unsigned *ret_most)
{
    unsigned char bytes[ADDRESS_BYTES];

    if (inet_pton(AF_INET, text, bytes) == 1)
        *ret = address_of_ipv4(bytes, 0);
    else if (inet_pton(AF_INET6, text, bytes) == 1)
        *ret = address_of_ipv6(bytes, 0);
    else
        return false;
    *ret_most = ret->family == ADDRESS_IPV4 ? IPV4_BYTES * 8 : ADDRESS_BYTES * 8;
    return true;
}

const char *address_range_parse(const char *text, struct address_range *ret)
{
    struct address_range range = {.begin.family = ADDRESS_UNIX};
    const size_t len = strcspn(text, "/");
    char begin[INET6_ADDRSTRLEN];
    unsigned most;

    if (strcmp(text, "unix") == 0) {
        *ret = range;
        return NULL;
    }
    snprintf(begin, sizeof begin, "%.*s", (int)(len < sizeof begin ? len : 0), text);
    if (!parse_begin(begin, &range.begin, &most))
        return "what stands before the slash must be an IPv4 or IPv6 address";
    range.bits = most;
    if (text[len] && !parse_bits(text + len + 1, most, &range.bits))
        return "behind the slash must stand how many bits count, at most 32 or 128";
    if (has_bits_behind(&range.begin, range.bits))
        return "the address has bits set behind those that count";
    *ret = range;
    return NULL;
}

bool address_range_is_same(const struct address_range *a, const struct address_range *b)
{
    return a->bits == b->bits && a->begin.family == b->begin.family &&
           memcmp(a->begin.bytes, b->begin.bytes, ADDRESS_BYTES) == 0;
}

bool address_range_holds(const struct address_range *range, const struct address *a)
{
    if (a->family != range->begin.family)
        return false;
    for (size_t i = 0; i < ADDRESS_BYTES; i++)
        if ((a->bytes[i] ^ range->begin.bytes[i]) & mask_byte(range->bits, i))
            return false;
    return true;
}
