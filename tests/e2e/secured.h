/* SPDX-License-Identifier: MIT */
/*
 * secured.h - what the programs of these tests are to the server, and whom they trust, by
 * their environment: CLIENT_TOKEN, and the files CLIENT_CA, CLIENT_CERT and CLIENT_KEY.
 */
#ifndef TESTS_SECURED_H
#define TESTS_SECURED_H

#include <chan.h>
#include <stdlib.h>

static inline enum chan_status secured(struct chan_client *c)
{
    const struct chan_security security = {
        .token = getenv("CLIENT_TOKEN"),
        .ca = getenv("CLIENT_CA"),
        .certificate = getenv("CLIENT_CERT"),
        .key = getenv("CLIENT_KEY"),
    };

    return chan_secure(c, &security);
}

#endif
