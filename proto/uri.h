/* SPDX-License-Identifier: MIT */
/*
 * uri.h - where a daemon listens: tcp://HOST:PORT, tcp://[IPV6]:PORT, unix:///PATH.
 *
 * Only takes apart and puts together; nothing is resolved or opened. Plain data.
 */
#ifndef PROTO_URI_H
#define PROTO_URI_H

#include <stdbool.h>
#include <stddef.h>

enum { URI_TEXT_MAX = 320 };

enum uri_scheme { URI_TCP, URI_UNIX };

struct uri {
    enum uri_scheme scheme;
    char host[256]; /* tcp: a name or an address, IPv6 without its brackets */
    int port;       /* tcp: 0 to 65535 */
    char
        path[108]; /* unix: absolute; as long as sockaddr_un has room for, NUL included */
};

/*
 * Takes text apart. On failure ret is untouched and the result is a static sentence that
 * says what is wrong with it ("the port must be 0 to 65535"); NULL on success.
 */
const char *uri_parse(const char *text, struct uri *ret);

/* Writes the URI, with NUL, as uri_parse would read it. */
void uri_format(const struct uri *uri, char ret[URI_TEXT_MAX]);

#endif
