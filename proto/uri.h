/* SPDX-License-Identifier: MIT */
/*
 * uri.h - where a daemon listens: tcp://HOST:PORT, tcp://[IPV6]:PORT, the same with
 * tls://, unix:///PATH, and unix://@NAME for a Unix socket without a file.
 *
 * Only takes apart and puts together; nothing is resolved or opened. Plain data.
 */
#ifndef PROTO_URI_H
#define PROTO_URI_H

#include <stdbool.h>
#include <stddef.h>

enum { URI_TEXT_MAX = 320 };

enum uri_scheme { URI_TCP, URI_UNIX, URI_TLS };

struct uri {
    enum uri_scheme scheme;
    char host[256]; /* tcp, tls: a name or an address, IPv6 without its brackets */
    int port;       /* tcp, tls: 0 to 65535 */
    /*
     * unix: an absolute path, or @ and a name in the abstract name space of Linux, which
     * begins with a NUL in sockaddr_un where the @ is here, and has no NUL at its end. As
     * long as sockaddr_un has room for, NUL included.
     */
    char path[108];
};

/* Whether it is a Unix socket without a file. */
static inline bool uri_is_abstract(const struct uri *uri)
{
    return uri->scheme == URI_UNIX && uri->path[0] == '@';
}

/*
 * Takes text apart. On failure ret is untouched and the result is a static sentence that
 * says what is wrong with it ("the port must be 0 to 65535"); NULL on success.
 */
const char *uri_parse(const char *text, struct uri *ret);

/* Writes the URI, with NUL, as uri_parse would read it. */
void uri_format(const struct uri *uri, char ret[URI_TEXT_MAX]);

#endif
