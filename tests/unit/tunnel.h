/* SPDX-License-Identifier: MIT */
/*
 * tunnel.h - a connection over TLS, the daemon's end of it under test, and the keys for
 * it.
 */
#ifndef TESTS_TUNNEL_H
#define TESTS_TUNNEL_H

#include <check.h>
#include <string.h>
#include <unistd.h>
#include "ciphered.h"
#include "config.h"
#include "secure.h"

/* Keys, and both ends of a connection. */
struct tunnel {
    struct keyring ring;
    struct identity authority, server, alice;
    struct config_listen listen;
    struct secure_keys *keys;
    struct ciphered client;
    struct secure_link *link;
    int fd;
    const char *why;
    char uri[32];
};

static inline void tunnel_open(struct tunnel *t)
{
    const struct identity_wish ca = {.name = "ca", .is_authority = true};
    const struct identity_wish server = {.name = "server",
                                         .alternatives = "DNS:localhost"};
    const struct identity_wish alice = {
        .name = "alice",
        .alternatives = "DNS:alice.example.org,email:a@example.org,"
                        "URI:spiffe://example/alice,IP:10.0.0.1,IP:2001:db8::1"};

    memset(t, 0, sizeof *t);
    strcpy(t->uri, "tls://localhost:0");
    t->ring = keyring_new();
    t->authority = keyring_issue(&t->ring, &ca, NULL);
    t->server = keyring_issue(&t->ring, &server, &t->authority);
    t->alice = keyring_issue(&t->ring, &alice, &t->authority);
    t->listen = (struct config_listen){.uri = t->uri,
                                       .certificate = t->server.certificate_path,
                                       .key = t->server.key_path,
                                       .client_required = true,
                                       .min_version = CONFIG_TLS_1_3};
}

static inline void tunnel_hang_up(struct tunnel *t)
{
    if (!t->link)
        return;
    secure_link_free(t->link);
    t->link = NULL;
    close(t->fd);
    ciphered_free(&t->client);
}

static inline void tunnel_close(struct tunnel *t)
{
    tunnel_hang_up(t);
    secure_drop(t->keys);
    identity_release(&t->alice);
    identity_release(&t->server);
    identity_release(&t->authority);
    keyring_free(&t->ring);
}

/* Both ends of a new connection, before the handshake. */
static inline void tunnel_connect(struct tunnel *t, const struct ciphered_wish *wish)
{
    char why[SECURE_WHY_MAX];
    int fds[2];

    tunnel_hang_up(t);
    if (!t->keys)
        t->keys = secure_load(&t->listen, why);
    ck_assert_msg(t->keys, "%s", why);
    ciphered_pair(fds);
    t->client = ciphered_new(fds[0], wish);
    t->fd = fds[1];
    t->link = secure_link_new(t->keys, t->fd);
    ck_assert_ptr_nonnull(t->link);
}

/* Both ends in turn, until the daemon's is through, in whichever way. */
static inline enum secure_step tunnel_shake(struct tunnel *t)
{
    enum secure_step step;

    do {
        ciphered_shake(&t->client);
        step = secure_shake(t->link, &t->why);
    } while (step == SECURE_READ || step == SECURE_WRITE);
    ciphered_shake(&t->client);
    return step;
}

/* A connection that is ready for use, of a client that trusts us. */
static inline void tunnel_begin(struct tunnel *t)
{
    const struct ciphered_wish wish = {.authority = &t->authority};

    tunnel_open(t);
    tunnel_connect(t, &wish);
    ck_assert_int_eq(tunnel_shake(t), SECURE_DONE);
}

#endif
