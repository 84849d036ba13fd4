/* SPDX-License-Identifier: MIT */
/*
 * address.h - who is at the other end of a connection, and ranges of addresses.
 *
 * An IPv4 address that is mapped into IPv6 (::ffff:10.0.0.1) is the IPv4 address: the
 * same machine is the same address whichever socket it comes to. Plain data.
 */
#ifndef PROTO_ADDRESS_H
#define PROTO_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ADDRESS_TEXT_MAX = 64, ADDRESS_BYTES = 16 };

enum address_family { ADDRESS_NONE, ADDRESS_UNIX, ADDRESS_IPV4, ADDRESS_IPV6 };

struct address {
    unsigned char family;               /* enum address_family */
    unsigned char bytes[ADDRESS_BYTES]; /* in network order; of IPv4 the first four */
    uint16_t port;
};

/* All addresses that begin with the bits of one of them. */
struct address_range {
    struct address begin;
    unsigned bits;
};

/* Addresses from the bytes of one, in network order. */
struct address address_of_ipv4(const void *bytes, uint16_t port);
struct address address_of_ipv6(const void *bytes, uint16_t port);

/* Writes "192.0.2.1:80", "[2001:db8::1]:80", "a Unix socket" or "an unknown address". */
void address_format(const struct address *a, char ret[ADDRESS_TEXT_MAX]);

/*
 * Reads an address or a range in the notation of CIDR, "192.0.2.0/24" or "2001:db8::/32";
 * "unix" is whoever comes by a Unix socket. On failure ret is untouched and the result is
 * a static sentence that says what is wrong; NULL on success.
 */
const char *address_range_parse(const char *text, struct address_range *ret);

bool address_range_is_same(const struct address_range *a, const struct address_range *b);

/* Whether the address lies in the range, whatever its port. */
bool address_range_holds(const struct address_range *range, const struct address *a);

#endif
