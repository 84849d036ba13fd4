/* SPDX-License-Identifier: MIT */
/*
 * vault.h - a server's end of TLS with nothing but OpenSSL, and the library's end of a
 * connection to it, both in one thread: what the client's TLS is tested against.
 */
#ifndef TESTS_VAULT_H
#define TESTS_VAULT_H

#include <check.h>
#include <errno.h>
#include <poll.h>
#include "ciphered.h"
#include "tls.h"

/* A server with nothing but OpenSSL, and our end of a connection to it. */
struct vault {
    struct keyring ring;
    struct identity authority, server, alice;
    SSL_CTX *ctx;
    SSL *ssl;
    int peer, fd;
    struct tls *tls;
    char why[TLS_WHY_MAX];
};

static inline void vault_open(struct vault *v, const char *alternatives)
{
    const struct identity_wish ca = {.name = "ca", .is_authority = true};
    const struct identity_wish server = {.name = "server", .alternatives = alternatives};
    const struct identity_wish alice = {.name = "alice"};

    memset(v, 0, sizeof *v);
    v->ring = keyring_new();
    v->authority = keyring_issue(&v->ring, &ca, NULL);
    v->server = keyring_issue(&v->ring, &server, &v->authority);
    v->alice = keyring_issue(&v->ring, &alice, &v->authority);
    v->ctx = SSL_CTX_new(TLS_server_method());
    ck_assert_ptr_nonnull(v->ctx);
    SSL_CTX_set_mode(v->ctx,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    ck_assert_int_eq(SSL_CTX_use_certificate(v->ctx, v->server.certificate), 1);
    ck_assert_int_eq(SSL_CTX_use_PrivateKey(v->ctx, v->server.key), 1);
}

/* Whoever has taken tls, and left NULL, has taken the socket, too. */
static inline void vault_hang_up(struct vault *v)
{
    if (v->tls)
        close(v->fd);
    tls_free(v->tls);
    if (v->ssl)
        close(v->peer);
    SSL_free(v->ssl);
    v->tls = NULL;
    v->ssl = NULL;
}

static inline void vault_close(struct vault *v)
{
    vault_hang_up(v);
    SSL_CTX_free(v->ctx);
    identity_release(&v->alice);
    identity_release(&v->server);
    identity_release(&v->authority);
    keyring_free(&v->ring);
}

/* Both ends of a new connection; the settings trust our authority if they name no other.
 */
static inline void vault_connect(struct vault *v, struct tls_settings settings)
{
    int fds[2];

    vault_hang_up(v);
    ciphered_pair(fds);
    v->peer = fds[0];
    v->fd = fds[1];
    v->ssl = SSL_new(v->ctx);
    SSL_set_fd(v->ssl, v->peer);
    SSL_set_accept_state(v->ssl);
    if (!settings.ca)
        settings.ca = v->authority.certificate_path;
    v->tls = tls_new(v->fd, &settings, v->why);
    ck_assert_msg(v->tls, "%s", v->why);
}

/* Both ends in turn; 0 or -1, as tls_connect says in the end. */
static inline int vault_shake(struct vault *v)
{
    int result, error;

    while ((result = tls_connect(v->tls)) < 0 && errno == EAGAIN) {
        ck_assert(tls_events(v->tls) == POLLIN || tls_events(v->tls) == POLLOUT);
        ERR_clear_error();
        SSL_do_handshake(v->ssl);
    }
    error = errno;
    ERR_clear_error();
    SSL_do_handshake(v->ssl);
    errno = error;
    return result;
}

static inline size_t vault_peer_send(struct vault *v, const char *bytes, size_t len)
{
    size_t sent = 0, n;

    ERR_clear_error();
    while (sent < len && SSL_write_ex(v->ssl, bytes + sent, len - sent, &n) == 1)
        sent += n;
    return sent;
}

static inline void vault_peer_receive(struct vault *v, char *out, size_t room,
                                      size_t *len)
{
    size_t n;

    ERR_clear_error();
    while (*len < room && SSL_read_ex(v->ssl, out + *len, room - *len, &n) == 1)
        *len += n;
}

/* All at once, and ready for bytes. */
static inline void vault_begin(struct vault *v)
{
    vault_open(v, "DNS:localhost");
    vault_connect(v, (struct tls_settings){.host = "localhost"});
    ck_assert_int_eq(vault_shake(v), 0);
}

#endif
