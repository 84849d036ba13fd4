/* SPDX-License-Identifier: MIT */
/*
 * proxy.h - the header of the PROXY protocol, version 2, with which a proxy says in front
 * of everything else who it was that connected to it.
 *
 * https://www.haproxy.org/download/2.8/doc/proxy-protocol.txt; only version 2, which is
 * binary and says its own length. Extensions (TLVs) are passed over. Pure.
 */
#ifndef PROTO_PROXY_H
#define PROTO_PROXY_H

#include <stddef.h>
#include "address.h"

/* A longer header is refused: the addresses take 232, the rest is extensions. */
enum { PROXY_HEADER_MAX = 2048 };

enum proxy_step {
    PROXY_MORE,  /* bytes are missing */
    PROXY_READY, /* the header is complete */
    PROXY_WRONG  /* this will never be a header that we take */
};

struct proxy_header {
    /*
     * MORE: how many bytes must be there before a second look is worth it, none of them
     * beyond the header; at most PROXY_HEADER_MAX. READY: how many the header has.
     */
    size_t len;
    /*
     * READY: the proxy speaks for itself, to see whether we are alive (LOCAL). Otherwise
     * `from` is who connected to it; ADDRESS_NONE if it has no address of him, or he has
     * none, as who came by a Unix socket of the proxy's: never ADDRESS_UNIX, for he is
     * not the process at the other end of ours.
     */
    bool is_local;
    struct address from;
    const char *wrong; /* WRONG: a static sentence */
};

/* Looks at the first bytes of a connection. */
enum proxy_step proxy_parse(const void *bytes, size_t len, struct proxy_header *ret);

#endif
