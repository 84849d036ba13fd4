/* SPDX-License-Identifier: MIT */
#include "proxy.h"

#include <string.h>

enum {
    HEAD = 16, /* signature, version and command, family, length of the rest */
    AT_VERSION = 12,
    AT_FAMILY = 13,
    AT_LEN = 14,
    VERSION = 2,
    COMMAND_LOCAL = 0,
    COMMAND_PROXY = 1
};

static const unsigned char signature[AT_VERSION] = "\r\n\r\n\0\r\nQUIT\n";
static const char version_1[] = "PROXY ";

static unsigned read_u16(const unsigned char *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static struct address read_nobody(const unsigned char *at)
{
    (void)at;
    return (struct address){.family = ADDRESS_NONE};
}

/* Source, destination, source's port, destination's port. */
static struct address read_ipv4(const unsigned char *at)
{
    return address_of_ipv4(at, (uint16_t)read_u16(at + 8));
}

static struct address read_ipv6(const unsigned char *at)
{
    return address_of_ipv6(at, (uint16_t)read_u16(at + 32));
}

static const struct family {
    unsigned char code;
    unsigned len; /* of its addresses */
    struct address (*read)(const unsigned char *at);
} families[] = {
    {0x00, 0, read_nobody},
    {0x11, 12, read_ipv4},
    {0x21, 36, read_ipv6},
    {0x31, 216, read_nobody},
};

static const struct family *find_family(unsigned char code)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (families[i].code == code)
            return &families[i];
    return NULL;
}

static enum proxy_step refuse(struct proxy_header *ret, const char *wrong)
{
    ret->wrong = wrong;
    return PROXY_WRONG;
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Whether the bytes so far begin as the text does. */
static bool begins(const unsigned char *bytes, size_t len, const void *text, size_t most)
{
    return memcmp(bytes, text, least(len, most)) == 0;
}

static enum proxy_step want(struct proxy_header *ret, size_t len)
{
    ret->len = len;
    return PROXY_MORE;
}

/* What is not the signature: the text of version 1, or none of either. */
static enum proxy_step refuse_start(const unsigned char *bytes, size_t len,
                                    struct proxy_header *ret)
{
    const size_t version_1_len = sizeof version_1 - 1;

    if (!begins(bytes, len, version_1, version_1_len))
        return refuse(ret, "it does not begin with a header of the PROXY protocol");
    if (len < version_1_len)
        return want(ret, version_1_len);
    return refuse(ret,
                  "it begins with version 1 of the PROXY protocol; only version 2 is "
                  "taken (send-proxy-v2)");
}

/* Version, command and length, which are all there. */
static const char *check_head(const unsigned char *head)
{
    const unsigned command = head[AT_VERSION] & 0x0f;

    if (head[AT_VERSION] >> 4 != VERSION)
        return "its version of the PROXY protocol is not 2";
    if (command != COMMAND_LOCAL && command != COMMAND_PROXY)
        return "its command is neither LOCAL nor PROXY";
    if (HEAD + read_u16(head + AT_LEN) > PROXY_HEADER_MAX)
        return "its header is longer than 2048 bytes";
    return NULL;
}

/* The addresses of a whole header. */
static enum proxy_step read_from(const unsigned char *head, struct proxy_header *ret)
{
    const struct family *family = find_family(head[AT_FAMILY]);

    ret->from = read_nobody(head);
    ret->is_local = (head[AT_VERSION] & 0x0f) == COMMAND_LOCAL;
    if (ret->is_local)
        return PROXY_READY; /* whatever else it says is to be ignored */
    if (!family)
        return refuse(ret, "its family is none of TCP or Unix stream sockets");
    if (read_u16(head + AT_LEN) < family->len)
        return refuse(ret, "its header is too short for its addresses");
    ret->from = family->read(head + HEAD);
    return PROXY_READY;
}

enum proxy_step proxy_parse(const void *bytes, size_t len, struct proxy_header *ret)
{
    const unsigned char *head = bytes;
    const char *wrong;

    if (len > 0 && !begins(head, len, signature, sizeof signature))
        return refuse_start(head, len, ret);
    if (len < HEAD)
        return want(ret, HEAD);
    wrong = check_head(head);
    if (wrong)
        return refuse(ret, wrong);
    ret->len = HEAD + read_u16(head + AT_LEN);
    return len < ret->len ? PROXY_MORE : read_from(head, ret);
}
