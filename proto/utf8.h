/* SPDX-License-Identifier: MIT */
/*
 * utf8.h - checks characters of more than one byte (RFC 3629: nothing overlong, no
 * surrogates, nothing above U+10FFFF). Pure; any thread. Private to proto.
 */
#ifndef PROTO_UTF8_H
#define PROTO_UTF8_H

#include <stdbool.h>

/*
 * The second byte's range and the count of the bytes behind it, for a lead byte (RFC
 * 3629: nothing overlong, no surrogates, nothing above U+10FFFF).
 */
struct utf8_lead {
    unsigned char low, high, more;
};

static inline struct utf8_lead utf8_lead_of(unsigned char c)
{
    if (c < 0xc2 || c > 0xf4)
        return (struct utf8_lead){1, 0, 0};
    if (c < 0xe0)
        return (struct utf8_lead){0x80, 0xbf, 0};
    if (c < 0xf0)
        return (struct utf8_lead){c == 0xe0 ? 0xa0 : 0x80, c == 0xed ? 0x9f : 0xbf, 1};
    return (struct utf8_lead){c == 0xf0 ? 0x90 : 0x80, c == 0xf4 ? 0x8f : 0xbf, 2};
}

/*
 * Passes over one character of more than one byte; **at is its first byte, and is inside
 * [*at, end). False: *at is the first byte that cannot be, or end where it is cut short.
 */
static inline bool utf8_pass(const char **at, const char *end)
{
    const struct utf8_lead lead = utf8_lead_of((unsigned char)**at);
    const char *p = *at;
    unsigned more = lead.more;

    if (lead.low > lead.high)
        return false;
    *at = ++p;
    if (p == end || (unsigned char)*p < lead.low || (unsigned char)*p > lead.high)
        return false;
    for (p++; more > 0; more--, p++)
        if (p == end || ((unsigned char)*p & 0xc0) != 0x80) {
            *at = p;
            return false;
        }
    *at = p;
    return true;
}

#endif
